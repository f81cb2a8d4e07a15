"""Results made by hand: a curve in USDT, trades and funding as one would write them on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from curves import curve_of

from trade.base.history import Window
from trade.base.instrument import Instrument
from trade.base.records import EQUITY, FILL, LONG, TRADE, ExitReason, FillKind, Records, StopReason
from trade.base.result import Result
from trade.base.timeframe import DAY_MS, Timeframe

USDT = 10**8  # quanta, on a tick of 0.1 and a step of 0.001
START_MS = 1_672_531_200_000  # Sunday 2023-01-01
MONTH = Window(START_MS, START_MS + 30 * DAY_MS)  # the shortest window of which annualised figures are told

PAPER = Instrument(
    venue="paper",
    market="linear",
    symbol="BTCUSDT",
    tick_size=Decimal("0.1"),
    qty_step=Decimal("0.001"),
    min_qty=Decimal("0.001"),
    max_qty=Decimal(100),
    min_notional_usdt=Decimal(5),
    taker_bps=Decimal("5.5"),
    maker_bps=Decimal("2.0"),
    tier_tables=(),
    source="by hand",
)


def quanta(usdt: float) -> int:
    return round(usdt * USDT)


def trade(
    net: float, *, side: int = LONG, fees: float = 0.0, funding: float = 0.0, slippage: float = 0.0, **columns: int
) -> Mapping[str, int]:
    """A trade of 1,000 USDT at 100.0 that was held for one day and ended by a signal, unless `columns` say otherwise."""
    row = {
        "side": side,
        "entry_ts_ms": START_MS,
        "exit_ts_ms": START_MS + DAY_MS,
        "entry_price_ticks": 1_000,
        "exit_price_ticks": 1_000,
        "quantity_lots": 10_000,
        "entry_value_quanta": quanta(1_000),
        "gross_quanta": quanta(net) + quanta(fees) - quanta(funding),
        "fees_quanta": quanta(fees),
        "funding_quanta": quanta(funding),
        "net_quanta": quanta(net),
        "slippage_quanta": quanta(slippage),
        "bars_held": 1_440,
        "exit_reason": int(ExitReason.SIGNAL),
    }
    return row | columns


def funding_fill(usdt: float) -> Mapping[str, int]:
    return {"kind": int(FillKind.FUNDING), "cash_quanta": quanta(usdt)}


def entry_fill(usdt: float) -> Mapping[str, int]:
    return {"kind": int(FillKind.ENTRY), "cash_quanta": quanta(usdt)}


def made(
    equity: Sequence[float] = (10_000,),
    trades: Sequence[Mapping[str, int]] = (),
    fills: Sequence[Mapping[str, int]] = (),
    timeframe: str = "D",
    points: Mapping[str, Sequence[float]] | None = None,
    **changes: Any,
) -> Result:
    """A finished run whose curve is `equity` in USDT; `points` are further columns of it, in USDT but for the lots."""
    exec_timeframe = Timeframe(timeframe)
    curve = np.zeros(len(equity), EQUITY)
    curve["ts_ms"] = START_MS + np.arange(len(equity)) * exec_timeframe.length_ms
    curve["equity_quanta"] = curve["low_equity_quanta"] = [quanta(value) for value in equity]
    for name, values in (points or {}).items():
        curve[name] = [int(v) if name == "position_lots" else quanta(v) for v in values]
    levels = curve["equity_quanta"]
    peaks = np.maximum.accumulate(levels)
    fields: dict[str, Any] = {
        "instrument": PAPER,
        "window": Window(START_MS, int(curve["ts_ms"][-1])),
        "exec_timeframe": exec_timeframe,
        "initial_equity_quanta": int(levels[0]),
        "final_equity_quanta": int(levels[-1]),
        "trades": _records(trades, TRADE),
        "fills": _records(fills, FILL),
        "equity": curve_of(curve),
        "stop_reason": StopReason.COMPLETED,
        "stop_ts_ms": int(curve["ts_ms"][-1]),
        "trading_start_ms": START_MS,
        "max_drawdown_quanta": int((peaks - levels).max()),
        "max_drawdown_frac": float(((peaks - levels) / peaks).max()),
        "base_bars": 1_440,
        "bars_in_position": 0,
        "entry_attempts": len(trades),
        "first_close_ticks": 1_000,
        "last_close_ticks": 1_000,
        "leverage": 1.0,
        "has_funding": bool(fills),
    }
    return Result(**(fields | changes))


def _records(rows: Sequence[Mapping[str, int]], dtype: np.dtype[Any]) -> Records:
    table = np.zeros(len(rows), dtype)
    for row, values in enumerate(rows):
        for name, value in values.items():
            table[name][row] = value
    return table
