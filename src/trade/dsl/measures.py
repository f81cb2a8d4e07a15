"""The columns that orders are measured by: read from risk and entry, and their values at instants."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.measures import Measure
from trade.base.places import Path
from trade.dsl.columns import Clock, Columns
from trade.dsl.context import Context
from trade.dsl.references import read_name
from trade.dsl.tree import Column
from trade.dsl.values import InstantSpan, Operands


def read_measures(ctx: Context, written: Mapping[Measure, tuple[Path, str]]) -> Mapping[Measure, Column]:
    """Return the columns that are right; one that is not measured in price is refused."""
    found: dict[Measure, Column] = {}
    done: dict[tuple[Path, str], Column | None] = {}
    for measure, (path, name) in written.items():
        if (path, name) not in done:
            done[path, name] = _read(ctx, name, path)
        column = done[path, name]
        if column is not None:
            found[measure] = column
    return found


def _read(ctx: Context, name: str, path: Path) -> Column | None:
    term = read_name(ctx, name, path)
    if term is None:
        return None
    column = term.operand
    if not isinstance(column, Column) or not term.is_numeric or column.clock is Clock.BASE or not _is_price(ctx, column):
        hint = "name an atr feature for a distance, or a column of prices for a level, such as swing.low_level"
        ctx.notes.error(path, "not-in-price", f"'{name}' is not measured in price, nothing can be placed by it", hint)
        return None
    return column


def _is_price(ctx: Context, column: Column) -> bool:
    """Return whether a column of a feature or structure is measured in the prices it is computed from."""
    scope, name = ctx.scope, column.ref.id
    if name not in scope.features and name not in scope.structures:
        return name in ("open", "high", "low", "close")
    output = next(output for output in scope.outputs(name) or () if output.name == column.ref.output)
    feature = scope.features.get(name)
    while feature is not None and feature.source.partition(".")[0] in scope.features:
        feature = scope.features[feature.source.partition(".")[0]]
    return output.in_source_unit and (feature is None or feature.source != "volume")


def measure(columns: Columns, column: Column, ts_ms: Int64) -> Float64:
    """Return what was known of a column at instants that are exec or base closes; missing is NaN."""
    clock = Clock.EXEC if np.isin(ts_ms, columns.instants(Clock.EXEC)).all() else Clock.BASE
    instants = columns.instants(clock)
    rows = np.searchsorted(instants, ts_ms, "right")
    values = Operands(columns).read(column, InstantSpan(clock, 0, len(instants))).values
    known = np.asarray(values)[rows]
    return np.where(np.isfinite(known), known, np.nan)
