"""Show that a comparison is decided before any price is known, because one side looks at the very bar that the other side is.

No close is above the highest high of bars among which it is: the breakout that is meant is one of the bars before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from trade.base.catalogue import Entry, Extreme, Params
from trade.dsl.builtins import EXEC_COLUMNS
from trade.dsl.certainty import Certainty
from trade.dsl.scope import Scope
from trade.dsl.text import operand_text
from trade.dsl.tree import Column, Op, Operand

_IN_BAR = ("low", "open", "close", "high")
# Whether it is the right side that is never above the left one, and what is certain then.
_DECIDED: Mapping[Op, tuple[bool, Certainty]] = {
    Op.GT: (False, Certainty.NEVER),
    Op.LE: (False, Certainty.ALWAYS),
    Op.CROSS_ABOVE: (False, Certainty.NEVER),
    Op.LT: (True, Certainty.NEVER),
    Op.GE: (True, Certainty.ALWAYS),
    Op.CROSS_BELOW: (True, Certainty.NEVER),
}


@dataclass(frozen=True)
class Decided:
    """What is certain, for which reason, and what to write instead."""

    certainty: Certainty
    reason: str
    hint: str


@dataclass(frozen=True)
class _Look:
    """A column as what it is to the values of `source` in the bars [first, last] back: not below any, not above any, one of them.

    A column that is no extreme is all three to itself.
    """

    column: Column
    source: str
    first: int
    last: int
    is_ceiling: bool = True
    is_floor: bool = True
    is_reached: bool = True

    @property
    def is_window(self) -> bool:
        return not (self.is_ceiling and self.is_floor)


def of_windows(scope: Scope, op: Op, left: Operand, right: Operand) -> Decided | None:
    """Return what is certain of `left op right` by the bars that both sides look at; None if nothing is."""
    if op not in _DECIDED or not isinstance(left, Column) or not isinstance(right, Column) or left.ref.timeframe != right.ref.timeframe:
        return None
    swapped, certainty = _DECIDED[op]
    low, high = (_look(scope, side) for side in ((right, left) if swapped else (left, right)))
    holds = list(_holds(low, high)) if _in_order(low.source, high.source) else []
    if not holds:
        return None
    holder, held, offset = next((each for each in holds if each[0].is_window), holds[0])
    if not holder.is_window:
        reason = f"'{operand_text(low.column)}' is never above '{operand_text(high.column)}'"
        return Decided(certainty, reason, "compare with another bar, or leave it out")
    whose = "some of those" if not _within(held, holder) else "those" if held.is_window else "the present bar" if not held.last else "that"
    of = "" if whose == "the present bar" else f" of '{operand_text(held.column)}'"
    reason = f"'{operand_text(holder.column)}' looks at {holder.last - holder.first + 1} bars, {whose}{of} among them"
    hint = "" if holder.is_reached else "take more bars or a narrower band, or "
    return Decided(certainty, reason, f"{hint}let it look at the bars before: {_written(holder.column, offset)}")


def _in_order(low: str, high: str) -> bool:
    """Tell whether a value of one column is never above one of the other in the same bar."""
    return low == high or (low == "low" and high in _IN_BAR) or (low in _IN_BAR and high == "high")


def _holds(low: _Look, high: _Look) -> Iterator[tuple[_Look, _Look, int]]:
    """Yield who looks at whose bars, so that `low` is never above `high`, and the offset from which it no longer does."""
    if low.is_floor and high.is_ceiling and low.first <= high.last and high.first <= low.last:
        yield high, low, low.last + 1
    if high.is_ceiling and low.is_reached and _within(low, high):
        yield high, low, low.first + 1
    if low.is_floor and high.is_reached and _within(high, low):
        yield low, high, high.first + 1


def _within(a: _Look, b: _Look) -> bool:
    return b.first <= a.first and a.last <= b.last


def _look(scope: Scope, column: Column) -> _Look:
    ref, offset = column.ref, column.offset
    extreme = _extreme(scope, ref.id, ref.output)
    if extreme is None:
        return _Look(column, ref.id if ref.id in EXEC_COLUMNS else f"{ref.id}.{ref.output}", offset, offset)
    return _Look(column, extreme.source, offset, offset + extreme.bars - 1, extreme.highest, not extreme.highest, extreme.reached)


def _extreme(scope: Scope, name: str, output: str) -> Extreme | None:
    """Return what an output is to a bar column; of other sources nothing is certain, since their equal values differ by rounding."""
    entry, params = _declared(scope, name)
    extreme = entry.extremes(params).get(output) if entry is not None and entry.extremes is not None else None
    if extreme is not None and extreme.source == "source":
        extreme = replace(extreme, source=scope.features[name].source)
    return extreme if extreme is not None and extreme.source in EXEC_COLUMNS else None


def _declared(scope: Scope, name: str) -> tuple[Entry | None, Params]:
    if name in scope.features:
        return scope.catalogue.indicators[scope.features[name].indicator], scope.features[name].params
    if name in scope.structures:
        return scope.catalogue.structures[scope.structures[name].type], scope.structures[name].params
    return None, {}


def _written(column: Column, offset: int) -> str:
    field = "" if column.text == column.ref.id else f", field: {column.ref.output}"
    return f"{{feature_id: {column.ref.id}{field}, offset: {offset}}}"
