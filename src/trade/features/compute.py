"""From base bars to feature columns: bars are aggregated once per timeframe, each node is computed once, on its own slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trade.base.arrays import Float64, finite_from
from trade.base.bars import Bars, aggregate
from trade.base.errors import DataMissing
from trade.base.findings import Finding
from trade.base.history import Window
from trade.base.instrument import Grid
from trade.base.timeframe import DAY_MS, Timeframe
from trade.features.node import FeatureNode
from trade.features.paired import is_ema_of_prices, paired_emas
from trade.features.plan import Plan
from trade.features.prices import Prices
from trade.features.slices import Slice


@dataclass(frozen=True)
class OutputColumn:
    """One output on all bars of its timeframe: float64 of shape [len(bars)], NaN before `first_row`, where its slice starts.

    `values` are measured in the `power`-th power of the price unit: 1 a price, 0 a pure number, a volume, or a mixture in plain numbers.
    """

    timeframe: Timeframe
    values: Float64
    first_row: int
    power: int

    @cached_property
    def finite_from(self) -> int:
        """The row from which on nothing is missing or infinite: looked for once, for the gate and for the rules."""
        return finite_from(self.values)


@dataclass(frozen=True)
class Start:
    """How a feature begins: the bar open its slice should start at, the first one it has, and the close from which it is ready.

    `first_ms` and `ready_ms` are None when the bars end before. A `first_ms` after `due_ms` means missing settle history; a
    `ready_ms` after the window start moves the start of trading (TIME-7).
    """

    timeframe: Timeframe
    due_ms: int
    first_ms: int | None
    ready_ms: int | None


@dataclass(frozen=True)
class FeatureSet:
    """All columns of a run by (feature id, output), the bars they stand on, and how each feature begins.

    `bars` holds the base, the exec and every feature timeframe. The last slower bar may not have closed yet: readers go by `ts_close_ms`.
    """

    bars: Mapping[Timeframe, Bars]
    columns: Mapping[tuple[str, str], OutputColumn]
    starts: Mapping[str, Start]
    ready_ms: int | None  # the close from which every feature has begun; the window start without features; None: never


def compute_features(plan: Plan, base: Bars, grid: Grid, window: Window) -> FeatureSet:
    """Return every declared column; DataMissing when a timeframe cannot be built from the base bars.

    A column depends on the feature's spec, the window start and the bars from its slice start on, on nothing else (TIME-8):
    not on what else the Play declares, nor on how much more history `base` holds.
    """
    _require_buildable(plan, base.timeframe)
    bars = {timeframe: aggregate(base, timeframe) for timeframe in (base.timeframe, *plan.timeframes)}
    starts, columns = dict[str, Start](), dict[tuple[str, str], OutputColumn]()
    prices = {timeframe: Prices(of_timeframe, grid) for timeframe, of_timeframe in bars.items()}
    paired = paired_emas(
        {
            node: Slice(prices[node.timeframe], _first_row(bars[node.timeframe], plan.slice_start_ms(node, window.from_ms)))
            for node in plan.nodes
            if is_ema_of_prices(node)
        }
    )
    placed: dict[str, dict[str, OutputColumn]] = {}
    for name, node in plan.features.items():
        own = bars[node.timeframe]
        due_ms = plan.slice_start_ms(node, window.from_ms)
        first = _first_row(own, due_ms)
        starts[name] = _start(node, own, due_ms, first)
        if node.identity not in placed:
            outputs = paired.get(node.identity) or Slice(prices[node.timeframe], first).outputs(node)
            placed[node.identity] = {
                output: OutputColumn(node.timeframe, _place(values, first, len(own)), first, node.output_power(output))
                for output, values in outputs.items()
            }
        columns |= {(name, output): column for output, column in placed[node.identity].items()}
    return FeatureSet(bars, columns, starts, _ready_ms(starts, window))


def _first_row(bars: Bars, due_ms: int) -> int:
    return int(np.searchsorted(bars.ts_open_ms, due_ms))


def _place(values: Float64, first: int, rows: int) -> Float64:
    if first == 0:
        return values
    placed = np.empty(rows)
    placed[:first] = np.nan
    placed[first:] = values
    return placed


def _start(node: FeatureNode, bars: Bars, due_ms: int, first: int) -> Start:
    ready = first + node.ready_after_bars
    return Start(
        timeframe=node.timeframe,
        due_ms=due_ms,
        first_ms=int(bars.ts_open_ms[first]) if first < len(bars) else None,
        ready_ms=int(node.timeframe.close(bars.ts_open_ms[ready : ready + 1])[0]) if ready < len(bars) else None,
    )


def _ready_ms(starts: Mapping[str, Start], window: Window) -> int | None:
    ready = [start.ready_ms for start in starts.values()]
    known = [ready_ms for ready_ms in ready if ready_ms is not None]
    return max(known, default=window.from_ms) if len(known) == len(ready) else None


def _require_buildable(plan: Plan, base: Timeframe) -> None:
    # TIME-2: a slower bar is made of whole base bars.
    found = [
        Finding(
            "timeframe-below-base",
            f"bars of {timeframe} cannot be built from the stored base bars of {base}",
            f"import finer bars, or use {base} or a multiple of it",
        )
        for timeframe in plan.timeframes
        if timeframe != base and _step_ms(timeframe) % base.length_ms
    ]
    if found:
        raise DataMissing(found)


def _step_ms(timeframe: Timeframe) -> int:
    return DAY_MS if timeframe.name == "M" else timeframe.length_ms  # months begin on any day of the week
