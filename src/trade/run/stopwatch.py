"""Wall-clock times of a run's stages, for people; kept in a file outside every hash (HASH-3)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from trade.run.request import Doors


class Stopwatch:
    """Tells the user which stage begins, and how long each took."""

    def __init__(self, doors: Doors) -> None:
        self._say = doors.say
        self._started = datetime.now(UTC)
        self._marks: list[tuple[str, float]] = []

    def begin(self, stage: str) -> None:
        """Note that a stage begins now."""
        self._marks.append((stage, time.perf_counter()))
        self._say(stage)

    def document(self) -> dict[str, Any]:
        """Return `run_times.json`: when the run started, and seconds per finished stage."""
        ends = [at for _, at in self._marks[1:]]
        seconds = {stage: round(end - at, 6) for (stage, at), end in zip(self._marks, ends, strict=False)}
        return {"started_utc": self._started.isoformat(timespec="microseconds"), "seconds": seconds}
