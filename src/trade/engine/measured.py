"""What a Play's columns say of the prices of its orders, in ticks: at its decisions, and at every point of the curve for a trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.instrument import Grid
from trade.base.measures import Measure
from trade.base.records import LONG, NO_PRICE, SHORT
from trade.base.units import PER_TICK
from trade.dsl.columns import Columns
from trade.dsl.measures import measure
from trade.dsl.tree import Column, Program
from trade.play.spec import Play

_ULPS = 4  # what two roundings may take a value away from the whole tick that it is


class Measurements(NamedTuple):
    """Per decision, shape [k], what an entry measures for its price, its stop and its target; missing is `NO_PRICE`."""

    offset_ticks: Int64
    stop_ticks: Int64
    target_ticks: Int64


def measured_by(play: Play, program: Program) -> Mapping[Measure, tuple[Column, float | None]]:
    """Return the columns that the orders of a Play are measured by, each with what it is multiplied by; a level is not."""
    stop, target, trail = play.risk.stop_loss, play.risk.take_profit, play.risk.trailing
    of_stop, of_target = stop.value if stop is not None else None, target.value if target is not None else None
    multiples = {
        Measure.OFFSET: play.entry.value,
        Measure.STOP_LONG: of_stop,
        Measure.STOP_SHORT: of_stop,
        Measure.TARGET_LONG: of_target,
        Measure.TARGET_SHORT: of_target,
        Measure.TRAIL: of_stop if trail is None else trail.value,
    }
    return {name: (column, None if (multiple := multiples[name]) is None else float(multiple)) for name, column in program.measures.items()}


@dataclass(frozen=True)
class Ruler:
    """Reads columns, times a multiple of the Play, as whole ticks of a grid; a column without a multiple is a level."""

    columns: Columns
    grid: Grid
    farthest_ticks: int
    by: Mapping[Measure, tuple[Column, float | None]]

    def at_decisions(self, ts_ms: Int64, sides: Int64) -> Measurements:
        """Return what entries of these sides measure at these instants; a distance of a stop is rounded down, everything else away."""
        return Measurements(
            self._ticks(Measure.OFFSET, Measure.OFFSET, ts_ms, sides, np.ceil),
            self._ticks(Measure.STOP_LONG, Measure.STOP_SHORT, ts_ms, sides, np.floor),
            self._ticks(Measure.TARGET_LONG, Measure.TARGET_SHORT, ts_ms, sides, np.ceil),
        )

    def trails(self, ts_ms: Int64) -> Int64:
        """Return the distance of a trail as known at each instant; nothing where none is measured."""
        if Measure.TRAIL not in self.by:
            return np.empty(0, np.int64)
        return self._ticks(Measure.TRAIL, Measure.TRAIL, ts_ms, np.ones(len(ts_ms), np.int64), np.floor)

    def _ticks(self, long: Measure, short: Measure, ts_ms: Int64, sides: Int64, rounded: Callable[[Float64], Float64]) -> Int64:
        """Return what one of two columns measures, by the side; a level is rounded the way a profit lies."""
        ticks = np.full(len(ts_ms), NO_PRICE, np.int64)
        for side, name in ((LONG, long), (SHORT, short)):
            if name not in self.by:
                continue
            (column, multiple), taken = self.by[name], np.flatnonzero(sides == side)
            values = measure(self.columns, column, ts_ms[taken])
            per_tick = PER_TICK if self.columns.power(column.ref) == 1 else float(self.grid.tick_size)
            counted = values / per_tick if multiple is None else values * multiple / per_tick
            whole = np.rint(counted)
            near = np.abs(counted - whole) <= _ULPS * np.spacing(np.abs(counted))
            onward = rounded if multiple is not None else (np.ceil if side > 0 else np.floor)
            exact = np.where(near, whole, onward(counted))
            known = np.isfinite(exact) & (exact >= 0)
            ticks[taken[known]] = np.minimum(exact[known], self.farthest_ticks).astype(np.int64)
        return ticks
