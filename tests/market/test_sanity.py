"""Impossible bars are told by code and place."""

from __future__ import annotations

import numpy as np
import pytest

from trade.market.sanity import FACTS, impossible

GOOD = {"open_": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 1.0}


def faults(**bad: float) -> dict[str, list[int]]:
    """Return the faulty ones of three bars, the last of which is bad, by code."""
    columns = {name: np.array([value, value, bad.get(name, value)]) for name, value in GOOD.items()}
    return {code: np.flatnonzero(flags).tolist() for code, flags in impossible(**columns).items() if flags.any()}


def test_good_bars_have_no_fault() -> None:
    assert faults() == {}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"high": 10.0}, "high-below-body"),
        ({"low": 11.0}, "low-above-body"),
        ({"low": 0.0}, "price-not-positive"),
        ({"volume": -1.0}, "volume-negative"),
        ({"volume": float("nan")}, "not-finite"),
    ],
)
def test_each_fault_is_named_with_its_bar(bad: dict[str, float], code: str) -> None:
    assert faults(**bad) == {code: [2]}
    assert code in FACTS


def test_a_mark_bar_has_no_volume_to_be_wrong() -> None:
    price = np.array([10.0])
    assert "volume-negative" not in impossible(price, price, price, price)
