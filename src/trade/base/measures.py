"""What a Play measures by a feature at its decisions, and while it holds: prices and distances of its orders."""

from __future__ import annotations

from enum import StrEnum


class Measure(StrEnum):
    """What a column is read for. All but the trail are read at the close of a decision to enter, the trail at every exec close."""

    OFFSET = "offset"
    STOP_LONG = "stop_long"
    STOP_SHORT = "stop_short"
    TARGET_LONG = "target_long"
    TARGET_SHORT = "target_short"
    TRAIL = "trail"
