"""What the rules decided, and what they saw: a record of a run that is kept where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from trade.base.arrays import Float64
from trade.base.records import Records
from trade.base.rows import dtype_of

NO_CASE = -1  # none was true: the `else` of the block


class DecidedRow(Protocol):
    """What the rules decided at one close."""

    ts_ms: int  # the close
    position: int  # LONG, FLAT or SHORT at that close
    decision: int  # an `Intent`
    case: int  # of its block, from 0; NO_CASE for its `else`
    filled: int  # 1: a fill came of it; 0: rejected, or another event was first


DECIDED = dtype_of(DecidedRow)


@dataclass(frozen=True)
class DecisionRecord:
    """Every decision of a run, shape [n]: rows of `DECIDED`, the block and the place in the Play of the rule that made each.

    `values` are what the rules read at its close, by the name a reader writes it by: prices in the quote currency, NaN where missing.
    """

    rows: Records
    blocks: tuple[str, ...]
    rules: tuple[str, ...]
    values: Mapping[str, Float64]
