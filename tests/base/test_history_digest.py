"""The closed spans that a run was told belong to what it read; a market that never closes adds nothing."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from trade.base.bars import base_bars
from trade.base.history import History, on_calendar
from trade.base.instrument import Instrument
from trade.base.spans import NONE

ONE = Decimal(1)
PAPER = Instrument("paper", "spot", "SPY", ONE, ONE, ONE, ONE, ONE, ONE, ONE, (), "by hand")
NOTHING = np.empty(0, np.int64)
READ = History(PAPER, base_bars(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, np.empty(0)), None, None, "digest")


def digest(*spans: tuple[int, int]) -> str:
    return on_calendar(READ, np.array(spans, np.int64).reshape(-1, 2)).digest


def test_without_closed_spans_a_history_is_what_it_was() -> None:
    assert on_calendar(READ, NONE) is READ


def test_every_edge_of_a_closed_span_moves_the_digest() -> None:
    assert len({READ.digest, digest((0, 9)), digest((0, 8)), digest((1, 9)), digest((0, 4), (5, 9))}) == 5
    assert digest((0, 9)) == digest((0, 9))
