"""The order of a file's rows: which continue it, and which break it."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Bool, Int64

BEFORE_ALL = -(2**62)


def direction(clock: Int64) -> int:
    """Return 1 for a file that runs forward in time, -1 for one that runs backward, by the majority of its first steps."""
    steps = np.sign(np.diff(clock))
    return -1 if int(steps.sum()) < 0 else 1


def breaks_order(key: Int64, newest: int) -> Bool:
    """Return which of the rows do not continue an ascending order that has reached `newest`.

    A row that is not above everything before it breaks the order; but one that lies above both rows after it, while the next one
    continues as if it were not there, is itself the stranger: one wild timestamp must not condemn the rest of the file.
    """
    ahead = np.full(2, np.iinfo(np.int64).max)
    next_1, next_2 = np.append(key[1:], ahead[:1]), np.append(key[2:], ahead)[: len(key)]
    before = np.append(newest, key[:-1])
    stranger = (key > next_1) & (key > next_2) & (next_1 > before)
    settled = np.where(stranger, BEFORE_ALL, key)
    reached = np.maximum.accumulate(np.append(newest, settled[:-1]))
    return stranger | (key <= reached)
