"""The journal of a store of an older format, whose lines say by themselves which of them count.

Each names the generation that it led to, and ends with a checksum of everything in the file before it; those that were written before
there were checksums stand at the beginning.
"""

from __future__ import annotations

import json
import re
import zlib

from trade.market.manifest import JournalEnd

_SEALED = re.compile(rb'(.*), "crc": "([0-9a-f]{8})"\}')


def end_of(text: bytes, generation: int) -> JournalEnd:
    """Return where the entries of the commits that led to a generation end. Raises ValueError if a line is not the one that was written.

    What follows was written for a commit that never came to be, or cut off while it was written.
    """
    *lines, rest = text.split(b"\n")
    end = crc = length = 0
    sealed = False
    for line in lines:
        found = _SEALED.fullmatch(line)
        if sealed and found is None:
            raise ValueError
        if found is not None and int(found[2], 16) != zlib.crc32(found[1] + b"}", crc):
            raise ValueError
        sealed = found is not None
        crc, length = zlib.crc32(line + b"\n", crc), length + len(line) + 1
        entry = json.loads(line)
        led_to = entry.get("generation", 0) if isinstance(entry, dict) else None
        if type(led_to) is not int:
            raise ValueError
        if led_to <= generation:
            end = length
    if _SEALED.match(rest) and not _SEALED.fullmatch(rest):  # more than one line: it has lost its break
        raise ValueError
    return JournalEnd(end, zlib.crc32(text[:end]))
