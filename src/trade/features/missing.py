"""Values that are missing although nothing excuses it: what the requirements gate refuses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.instrument import Grid
from trade.features.compute import FeatureSet, OutputColumn
from trade.features.node import FeatureNode
from trade.features.plan import Plan
from trade.features.prices import Prices
from trade.features.slices import Slice
from trade.indicators.conditions import may_be_missing
from trade.structures.conditions import undefined


def unexcused_missing(plan: Plan, made: FeatureSet, grid: Grid) -> Mapping[tuple[str, str], Int64]:
    """Return, per total output of (feature id, output), the rows on which it has no finite value and should have one.

    Excused are the rows before its first valid one, and those where its registered condition holds or an input is missing. The
    conditions are only looked at where something is missing, so that a clean set costs one pass over its columns.
    """
    found: dict[tuple[str, str], Int64] = {}
    for name, node in plan.features.items():
        columns = {output.name: made.columns[name, output.name] for output in plan.kept(name)}
        if not columns:
            continue
        first_row = next(iter(columns.values())).first_row
        own = Slice(Prices(made.bars[node.timeframe], grid), first_row)
        for output in (output.name for output in plan.kept(name) if output.total):
            begun = first_row + node.first_valid_bars[output]
            if columns[output].finite_from <= begun:
                continue
            missing = ~np.isfinite(columns[output].values[begun:])
            missing &= ~_excused(node, output, columns, own)[begun - first_row :]
            if missing.any():
                found[name, output] = begun + np.flatnonzero(missing)
    return found


def _excused(node: FeatureNode, output: str, columns: Mapping[str, OutputColumn], own: Slice) -> Bool:
    """Return where the condition of an output holds, on the bars of the slice: of a structure by its own outputs, else by its inputs."""
    if node.is_structure:
        return undefined(node.entry, output, {name: column.values[column.first_row :] for name, column in columns.items()})
    return may_be_missing(node.entry, output, node.params, own.inputs(node), own.ts_open_ms)
