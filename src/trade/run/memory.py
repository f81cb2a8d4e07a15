"""Keep freed arrays in the process: a run makes and frees hundreds of megabytes, and pages zeroed anew cost a tenth of its time.

They are settings of the whole process, so they are for who owns that to make: `trade` does when it starts, and so may a program that
runs many Plays. No run does it by itself.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # mallopt(3)
_NEVER = 2**31 - 1


@cache
def keep_freed_memory() -> bool:
    """Ask glibc not to give freed memory back between runs; return whether it was asked (only Linux with glibc can be).

    Called before pyarrow is imported, it lets arrow take its memory there too, instead of beside it: a fifth less in all.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    return bool(mallopt(_M_MMAP_MAX, 0)) and bool(mallopt(_M_TRIM_THRESHOLD, _NEVER))
