"""From base bars to feature columns: bars are aggregated once per timeframe, each node is computed once, on its own slice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
class FeatureSet:
    """The kept columns of a run by (feature id, output), and the bars they stand on.

    `bars` holds the base, the exec and every feature timeframe. The last slower bar may not have closed yet: readers go by `ts_close_ms`.
    """

    bars: Mapping[Timeframe, Bars]
    columns: Mapping[tuple[str, str], OutputColumn]
    computed: frozenset[str]  # the features of which every declared output came out, read or not
    ready_ms: int | None  # the close from which every feature has begun; the window start without features; None: never


def compute_features(plan: Plan, base: Bars, grid: Grid, window: Window) -> FeatureSet:
    """Return every column that the plan keeps; DataMissing when a timeframe cannot be built from the base bars.

    A column depends on the feature's spec, the window start and the bars from its slice start on, on nothing else (TIME-8):
    not on what else the Play declares, nor on how much more history `base` holds.
    """
    _require_buildable(plan, base.timeframe)
    bars = {timeframe: aggregate(base, timeframe) for timeframe in (base.timeframe, *plan.timeframes)}
    begun, columns, kept = dict[str, int | None](), dict[tuple[str, str], OutputColumn](), _kept(plan)
    prices = {timeframe: Prices(of_timeframe, grid) for timeframe, of_timeframe in bars.items()}
    paired = paired_emas(
        {
            node: Slice(prices[node.timeframe], _first_row(bars[node.timeframe], plan.slice_start_ms(node, window.from_ms)))
            for node in plan.nodes
            if is_ema_of_prices(node)
        }
    )
    placed: dict[str, dict[str, OutputColumn]] = {}
    whole, computed = set[str](), set[str]()
    for name, node in plan.features.items():
        own = bars[node.timeframe]
        first = _first_row(own, plan.slice_start_ms(node, window.from_ms))
        begun[name] = _begun_ms(node, own, first)
        if node.identity not in placed:
            outputs = paired.get(node.identity) or Slice(prices[node.timeframe], first).outputs(node)
            placed[node.identity] = _outputs(node, outputs, first, kept[node.identity])
            if outputs.keys() >= {output.name for output in node.entry.outputs}:
                whole.add(node.identity)
            del outputs
        if node.identity in whole:
            computed.add(name)
        made = placed[node.identity]
        columns |= {(name, output.name): made[output.name] for output in plan.kept(name) if output.name in made}
    return FeatureSet(bars, columns, frozenset(computed), _ready_ms(begun, window))


def _first_row(bars: Bars, due_ms: int) -> int:
    return int(np.searchsorted(bars.ts_open_ms, due_ms))


def _kept(plan: Plan) -> Mapping[str, set[str]]:
    """Return the outputs of each node that some feature of its spec keeps."""
    kept: dict[str, set[str]] = {node.identity: set() for node in plan.nodes}
    for name, node in plan.features.items():
        kept[node.identity] |= {output.name for output in plan.kept(name)}
    return kept


def _outputs(node: FeatureNode, outputs: Mapping[str, Float64], first: int, kept: Collection[str]) -> dict[str, OutputColumn]:
    """Return what is kept of the outputs of a node."""
    return {
        name: OutputColumn(node.timeframe, _place(values, first), first, node.output_power(name))
        for name, values in outputs.items()
        if name in kept
    }


def _place(values: Float64, first: int) -> Float64:
    if first == 0:
        return values if values.base is None else values.copy()  # a view would keep every output of its structure
    placed = np.empty(first + len(values))
    placed[:first] = np.nan
    placed[first:] = values
    return placed


def _begun_ms(node: FeatureNode, bars: Bars, first: int) -> int | None:
    """Return the close from which a feature has a value; None when the bars end before."""
    ready = first + node.ready_after_bars
    return int(node.timeframe.close(bars.ts_open_ms[ready : ready + 1])[0]) if ready < len(bars) else None


def _ready_ms(begun: Mapping[str, int | None], window: Window) -> int | None:
    known = [begun_ms for begun_ms in begun.values() if begun_ms is not None]
    return max(known, default=window.from_ms) if len(known) == len(begun) else None


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
