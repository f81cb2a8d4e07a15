"""freqtrade's detailed backtests: signals by bar, stop and first profit step as our stop and limit target, no liquidation.

What is open after the last bar is closed at that bar's open, so the tape ends with an instant of that price (END-1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from outside_tape import OutsideTape, Row, Trade, bar, grid_of, quantity, still, stop_part, target_part, trades
from published import Case, first_true, read

FINEST = Decimal("0.0001")
LEAVE = {1: "exit_long", -1: "exit_short", 0: ""}
REASONS = {"stop_loss": "stop_loss", "take_profit": "roi", "signal": "exit_signal", "end_of_data": "force_exit"}


def cases() -> list[Case]:
    """Return every case of the file."""
    told = read("freqtrade_backtest_detail.json")
    return [] if told is None else [case_of(case) for case in told["cases"]]


def case_of(case: Mapping[str, Any]) -> Case:
    outside = outside_by_options(case["params"]) or outside_by_signals(case) or outside_by_levels(case)
    if outside is not None:
        return Case("freqtrade", case["id"], outside)
    expected = case["expected"]
    rows = [(t["exit_reason"], t["open_tick"], t["close_tick"], t["is_short"]) for t in expected["trades"]]
    return Case("freqtrade", case["id"], None, (rows, float(expected["sum_profit_ratio_round3"])), lambda: ours(case))


def outside_by_options(params: Mapping[str, Any]) -> str | None:
    """Return the option that our engine does not have."""
    return first_true(
        (params["trailing_stop"], "trailing stop"),
        (params["use_custom_stoploss"], "a stop that is called back"),
        (list(params["roi_table_minutes"]) != ["0"], "a target that moves with time"),
        (params["custom_entry_price"] is not None, "limit entries"),
        (params["custom_exit_price"] is not None, "limit exits"),
        (params["unfilled_timeout_minutes"] is not None or params["adjust_entry_price"] is not None, "cancelling an order"),
    )


def outside_by_signals(case: Mapping[str, Any]) -> str | None:
    """Return whether one bar asks for the exit of a side and for the entry of the other: theirs turns round at the next open."""
    turns = [(row["exit_long"] and row["enter_short"]) or (row["exit_short"] and row["enter_long"]) for row in case["bars"]]
    return "turning a position round" if case["params"]["use_exit_signal"] and any(turns) else None


def outside_by_levels(case: Mapping[str, Any]) -> str | None:
    """Return FILL-6 when an entry's first touched bar opens beyond a level: theirs fills at the level, or at the near end of the bar."""
    said = decisions(case["bars"], case["params"]["use_exit_signal"])
    rows = [bar(row) for row in case["bars"]]
    for decided, words in said.items():
        side = 1 if "long" in words.split() else -1 if "short" in words.split() else 0
        left = next((at for at, later in said.items() if at > decided and LEAVE[side] in later), len(rows))
        if side != 0 and opens_beyond(rows[decided + 1 : left + 1], side, case["params"]):
            return "FILL-6: a bar that opens beyond a level fills there"
    return None


def opens_beyond(rows: Sequence[Row], side: int, params: Mapping[str, Any]) -> bool:
    """Return whether the first touched bar opens beyond a level, and theirs does not fill there.

    They fill at a stop inside the range, at the near end of a bar that is all beyond the target, and take the stop when both are met.
    """
    stop, target = (Fraction(rows[0][0]) * (1 + side * part) for part in parts(params))
    for open_, high, low in (map(Fraction, row[:3]) for row in rows):
        against, favour = (low, high) if side > 0 else (high, low)
        stopped, reached = side * (against - stop) <= 0, side * (favour - target) >= 0
        if side * (open_ - stop) < 0:
            return side * (favour - stop) >= 0
        if side * (open_ - target) >= 0:
            return stopped or side * (against - target) > 0
        if stopped or reached:
            return False
    return False


def parts(params: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """Return stop and target as signed parts of the entry price (SIZE-2)."""
    leverage = Fraction(params["leverage"])
    return Fraction(params["stop_loss_ratio"]) / leverage, Fraction(params["roi_table_minutes"]["0"]) / leverage


def decisions(bars: Sequence[Mapping[str, Any]], exits: bool) -> dict[int, str]:
    """Return what is decided at each close: an entry that its opposite or its own exit contradicts is none, nor is one for the last bar."""
    said: dict[int, str] = {}
    for at, row in enumerate(bars[:-1]):
        words = [
            *(["long"] if row["enter_long"] and not (row["exit_long"] or row["enter_short"]) and at + 2 < len(bars) else []),
            *(["short"] if row["enter_short"] and not (row["exit_short"] or row["enter_long"]) and at + 2 < len(bars) else []),
            *(side for side in ("exit_long", "exit_short") if exits and row[side]),
        ]
        said |= {at: " ".join(words)} if words else {}
    return said


def ours(case: Mapping[str, Any]) -> tuple[list[tuple[str, int, int, bool]], float]:
    """Return our trades and the sum of their profit ratios as freqtrade says them."""
    bars, params = case["bars"], case["params"]
    rows = [bar(row) for row in bars]
    grid = grid_of(FINEST, *chain.from_iterable(rows))
    stop, target = parts(params)
    options = {**stop_part(-stop), **target_part(target), "target_is_limit": 1, **quantity(Decimal(1), grid)}
    done = trades(OutsideTape([*rows, still(rows[-1][0])], grid), decisions(bars, params["use_exit_signal"]), **options)
    ticks = [row["tick"] for row in bars] + [bars[-1]["tick"]]
    said = [(REASONS[t.reason], ticks[t.entry_bar], ticks[t.exit_bar], t.side == "short") for t in done]
    return said, round(float(sum(ratio(trade, params["leverage"]) for trade in done)), 3)


def ratio(trade: Trade, leverage: Any) -> Decimal:
    """Return the profit over the margin of a trade."""
    return trade.net / trade.entry / trade.quantity * Decimal(leverage)
