"""The reasons to be outside, on tapes made for them: each names what our engine would do otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import freqtrade_cases
import jesse_cases
import pytest
import tradingview_orders
import vectorbt_cases

BEYOND = "FILL-6: a bar that opens beyond a level fills there"


def freqtrade(*bars: tuple[int, int, int, int], signals: dict[int, str] | None = None, **params: Any) -> dict[str, Any]:
    """A long decided at the first bar, filled at 5000 with a stop at 4900 and a target at 5150."""
    rows = [(5000, 5000, 5000, 5000)] * 2 + [*bars, (5000, 5000, 5000, 5000)]
    words = {0: "enter_long"} | (signals or {})
    names = ("enter_long", "exit_long", "enter_short", "exit_short")
    options = {
        "stop_loss_ratio": "-0.02",
        "roi_table_minutes": {"0": "0.03"},
        "trailing_stop": False,
        "use_exit_signal": True,
        "use_custom_stoploss": False,
        "custom_entry_price": None,
        "custom_exit_price": None,
        "leverage": 1,
        "unfilled_timeout_minutes": None,
        "adjust_entry_price": None,
    }
    return {
        "id": "made",
        "bars": [
            {
                "tick": at,
                **dict(zip(("open", "high", "low", "close"), row, strict=True)),
                **{n: n in words.get(at, "").split() for n in names},
            }
            for at, row in enumerate(rows)
        ],
        "params": options | params,
        "expected": {"trades": [], "sum_profit_ratio_round3": 0},
    }


@pytest.mark.parametrize(
    ("bar", "reason", "percent"),
    [
        ((4800, 4950, 4700, 4900), BEYOND, -0.04),  # theirs fills at the stop, 4900
        ((4800, 4850, 4700, 4800), None, -0.04),
        ((5200, 5300, 5180, 5200), BEYOND, 0.03),  # theirs cannot sell outside of the bar: 5180
        ((5200, 5300, 5100, 5200), None, 0.03),
        ((5200, 5300, 4850, 5200), BEYOND, 0.03),  # theirs looks at the stop first
        ((4900, 5100, 4900, 5000), None, -0.02),
        ((5000, 5300, 4850, 5200), None, -0.02),
    ],
)
def test_a_bar_that_opens_beyond_a_level_is_fill_6_where_freqtrade_does_not_fill_at_the_open(bar: Any, reason: Any, percent: float) -> None:
    case = freqtrade(bar)
    assert freqtrade_cases.case_of(case).outside == reason
    assert freqtrade_cases.ours(case)[1] == percent


def test_what_the_exit_signal_closed_before_is_not_looked_at() -> None:
    gap = (4800, 4950, 4700, 4900)
    assert freqtrade_cases.case_of(freqtrade((5000, 5000, 5000, 5000), gap, signals={1: "exit_long"})).outside is None
    assert freqtrade_cases.case_of(freqtrade((5000, 5000, 5000, 5000), gap)).outside == BEYOND


def test_an_exit_and_the_opposite_entry_at_one_bar_turn_a_position_round() -> None:
    said = {1: "exit_long enter_short"}
    assert freqtrade_cases.case_of(freqtrade((5000, 5000, 5000, 5000), signals=said)).outside == "turning a position round"
    assert freqtrade_cases.case_of(freqtrade((5000, 5000, 5000, 5000), signals=said, use_exit_signal=False)).outside is None


def tradingview(*bars: Sequence[float], orders: list[dict[str, Any]], **config: Any) -> str | None:
    case = {"id": "made", "config": config, "bars_ohlc": list(bars), "note": "", "expected": {"trades": []}, "orders": orders}
    return tradingview_orders.order_case(case).outside


LONG = {"bar": 0, "action": "market", "side": "long", "qty": 1}
STILL = [100, 100, 100, 100]


def test_a_level_that_would_have_acted_before_it_was_ordered_is_outside() -> None:
    orders = [LONG, {"bar": 1, "action": "bracket", "tp": 110, "sl": 90}]
    assert tradingview(STILL, [100, 101, 89, 100], STILL, orders=orders) == "a level that comes later than its entry"
    assert tradingview(STILL, [100, 101, 91, 100], STILL, orders=orders) is None


def test_a_gapped_limit_target_matters_only_with_slippage() -> None:
    orders = [LONG, {"bar": 1, "action": "tp", "price": 101}]
    reason = "FILL-6: a limit target opened beyond fills at its own price"
    assert tradingview(STILL, STILL, [102, 102, 102, 102], orders=orders, slippage_ticks=1) == reason
    assert tradingview(STILL, STILL, [101, 102, 101, 102], orders=orders, slippage_ticks=1) is None
    assert tradingview(STILL, STILL, [102, 102, 102, 102], orders=orders) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("close==10: buy 1 market, sl@8, tp@12", None),
        ("close==10: buy 1 market with tp@8", "FILL-5: a level on the wrong side is a rejection"),
        ("close==10: sell 1 market, sl@8", "FILL-5: a level on the wrong side is a rejection"),
        ("close==10: buy 1 stop@11", "stop entries"),
        ("close==10: buy 1 market, tp 0.5@11,0.5@13", "taking parts off a position"),
        ("close==99: buy 1 market", "a fill at a close that is not the next open"),
        ("when it rains: buy 1 market", "a script no adapter reads"),
    ],
)
def test_a_script_of_jesse_is_read_or_refused_by_its_words(line: str, reason: str | None) -> None:
    bars = {"kind": "close_ramp", "start": 1, "stop": 99, "step": 1}
    case = {"id": "made", "bars": bars, "script": [line], "expected": {"trades": []}}
    assert jesse_cases.order_case(case, {}).outside == reason


@pytest.mark.parametrize("fraction", ["0.5", "1", "3"])
def test_a_stop_of_the_whole_price_and_more_still_lets_a_long_of_vectorbt_in(fraction: str) -> None:
    bars = [{"open": p, "high": p, "low": p, "close": p} for p in (5, 4, 3)]
    order = {"index": 0, "size": 20, "price": 5, "side": "buy"}
    flags: dict[str, Any] = {"entries": [True, False, False], "exits": [False] * 3, "stop_kind": "stop_loss"}
    case = {"id": "made", "direction": "long", "bars": bars, "stop_fraction": fraction, "expected_orders": [order], **flags}
    assert vectorbt_cases.ours(case) == [(0, "buy", 5, 20)]
