"""Impossible bars are told by code, count and place."""

from __future__ import annotations

import numpy as np
import pytest

from trade.base.bars import base_bars
from trade.market.sanity import insane_bars

GOOD = {"open_": 10, "high": 12, "low": 9, "close": 11, "volume": 1.0}


def bars(**bad):
    columns = {name: np.array([value, value, bad.get(name, value)]) for name, value in GOOD.items()}
    return base_bars(np.array([0, 60_000, 120_000]), **columns)


def test_good_bars_have_no_fault():
    assert insane_bars(bars()) == ()


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"high": 10}, "high-below-body"),
        ({"low": 11}, "low-above-body"),
        ({"low": 0}, "price-not-positive"),
        ({"volume": -1.0}, "volume-negative"),
        ({"volume": float("nan")}, "not-finite"),
    ],
)
def test_each_fault_is_named_with_its_bar(bad, code):
    [fault] = insane_bars(bars(**bad))
    assert (fault.code, fault.bars, fault.first_ms) == (code, 1, (120_000,))
