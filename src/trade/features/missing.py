"""Values that are missing although nothing excuses it: what the requirements gate refuses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from trade.base.instrument import Grid
from trade.features.compute import FeatureSet
from trade.features.node import Node
from trade.features.plan import Plan
from trade.features.prices import Prices
from trade.features.slices import Slice
from trade.indicators.conditions import may_be_missing
from trade.structures.conditions import undefined

Bool = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]


def unexcused_missing(plan: Plan, made: FeatureSet, grid: Grid) -> Mapping[tuple[str, str], Int64]:
    """Return, per total output of (feature id, output), the rows on which it has no finite value and should have one.

    Excused are the rows before its first valid one, and those where its registered condition holds or an input is missing. The
    conditions are only looked at where something is missing, so that a clean set costs one pass over its columns.
    """
    found: dict[tuple[str, str], Int64] = {}
    for (name, output), column in made.columns.items():
        node = plan.features[name]
        declared = node.entry.output(output)
        if declared is None or not declared.total:
            continue
        missing = ~np.isfinite(column.values)
        missing[: column.first_row + node.first_valid_bars[output]] = False
        if missing.any():
            prices = Prices(made.bars[column.timeframe], grid)
            missing[column.first_row :] &= ~_excused(node, output, Slice(prices, column.first_row))
        if missing.any():
            found[name, output] = np.flatnonzero(missing)
    return found


def _excused(node: Node, output: str, own: Slice) -> Bool:
    if node.is_structure:
        return undefined(node.entry, output, own.outputs(node))
    return may_be_missing(node.entry, output, node.params, own.inputs(node), own.ts_open_ms)
