"""What the rules read is what the features computed: present, right length, type and range, nothing missing that must be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trade.base.catalogue import Output, ValueType
from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.base.instrument import Grid
from trade.dsl.builtins import BUILTINS
from trade.dsl.columns import ColumnRef
from trade.features.compute import FeatureSet, OutputColumn
from trade.features.missing import unexcused_missing
from trade.features.plan import Plan
from trade.gates.gate import Gate
from trade.market.instants import iso

_RANGE_SLACK = 1e-9  # relative; a rounding step beyond a closed range is no fault
_HINT = "this is a fault of the program, not of the Play: please report it with the Play and the indicator's name"


@dataclass(frozen=True)
class Requirements:
    """What the rules read, what was planned, and what came out."""

    reads: tuple[ColumnRef, ...]
    plan: Plan
    features: FeatureSet
    grid: Grid


def check(case: Requirements) -> Iterator[Finding]:
    """Look at every column that is kept, and at every read one for its presence; values only where all shapes are right."""
    misshapen = tuple(_check_shapes(case))
    yield from misshapen
    if misshapen:
        return
    for name in case.plan.features:
        for output in case.plan.kept(name):
            yield from _check_values(f"{name}.{output.name}", case.features.columns[name, output.name], output)
    yield from _check_total(case)


def _check_shapes(case: Requirements) -> Iterator[Finding]:
    for ref in case.reads:
        if ref.id not in BUILTINS and (ref.id, ref.output) not in case.features.columns:
            yield Finding("column-missing", f"the rules read '{ref.id}.{ref.output}', which was not computed", _HINT)
    for name in case.plan.features:
        for output in case.plan.kept(name):
            column = case.features.columns.get((name, output.name))
            label = f"{name}.{output.name}"
            if column is None:
                yield Finding("column-missing", f"'{label}' was declared and not computed", _HINT)
                continue
            rows = len(case.features.bars[column.timeframe])
            if column.values.dtype != np.float64 or column.values.shape != (rows,):
                yield Finding("column-shape", f"'{label}' is {column.values.dtype}{column.values.shape}, not float64({rows},)", _HINT)


def _check_values(label: str, column: OutputColumn, output: Output) -> Iterator[Finding]:
    values = column.values
    infinite = np.count_nonzero(np.isinf(values[: column.finite_from]))
    if infinite:
        yield Finding("column-infinite", f"'{label}' is infinite {infinite} times", _HINT)
    if output.type is not ValueType.FLOAT and (np.rint(values) != values)[~np.isnan(values)].any():
        yield Finding("column-type", f"'{label}' is {output.type} and holds fractions", _HINT)
    low, high = _range(output)
    if low == -np.inf and high == np.inf:
        return
    lowest, highest = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)  # of what is not missing
    slack = _RANGE_SLACK * max(abs(low) if np.isfinite(low) else 0.0, abs(high) if np.isfinite(high) else 0.0, 1.0)
    if lowest < low - slack or highest > high + slack:
        outside = values[(values < low - slack) | (values > high + slack)]
        yield Finding("column-range", f"'{label}' leaves {low:g}..{high:g} {len(outside)} times, for example {outside[0]!r}", _HINT)


def _range(output: Output) -> tuple[float, float]:
    if output.type is ValueType.BOOL:
        return 0.0, 1.0
    if output.type is ValueType.ENUM:
        return 0.0, len(output.words) - 1.0
    return -np.inf if output.low is None else output.low, np.inf if output.high is None else output.high


def _check_total(case: Requirements) -> Iterator[Finding]:
    for (name, output), rows in unexcused_missing(case.plan, case.features, case.grid).items():
        bars = case.features.bars[case.plan.features[name].timeframe]
        first = iso(int(bars.ts_open_ms[rows[0]]))
        yield Finding("column-incomplete", f"'{name}.{output}' is total and misses {len(rows)} values, first at the bar of {first}", _HINT)


REQUIREMENTS: Gate[Requirements] = Gate("indicator requirements", Refused, (check,))
