"""Trades by exit reason, side, weekday and month, as typed rows; whoever shows them renders them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trade.analysis.basis import over, pct
from trade.base.arrays import Int64
from trade.base.records import LONG, SHORT, ExitReason, FillKind, Records
from trade.base.result import Result
from trade.base.timeframe import DAY_MS, WEEKDAYS

_LEAVING = (FillKind.EXIT, FillKind.LIQUIDATION)
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class TableRow:
    """One group of trades. Net is after fees and funding; `net_pct` is of the initial equity; averages of no trades are None."""

    group: str
    trades: int
    wins: int
    losses: int
    win_rate_pct: float | None
    net_usdt: float
    net_pct: float | None
    avg_duration_ms: float | None


@dataclass(frozen=True)
class TradeTables:
    """Groups without trades are left out; reasons, sides, weekdays and months stand in their natural order."""

    by_exit_reason: tuple[TableRow, ...]
    by_side: tuple[TableRow, ...]
    by_weekday: tuple[TableRow, ...]  # of the entry, UTC
    by_month: tuple[TableRow, ...]  # of the bar of the exit, UTC, as "2023-01"
    total: TableRow


def trade_tables(result: Result) -> TradeTables:
    """Group the trades four ways."""
    trades = result.trades
    weekdays = (trades["entry_ts_ms"] // DAY_MS + _EPOCH_WEEKDAY) % len(WEEKDAYS)
    months = _exit_bars_ms(result).astype("datetime64[ms]").astype("datetime64[M]")
    return TradeTables(
        by_exit_reason=_rows(result, trades["exit_reason"], [(reason.value, reason.word) for reason in ExitReason]),
        by_side=_rows(result, trades["side"], [(LONG, "long"), (SHORT, "short")]),
        by_weekday=_rows(result, weekdays, list(enumerate(WEEKDAYS))),
        by_month=_rows(result, months.astype(np.int64), [(int(month.astype(np.int64)), str(month)) for month in np.unique(months)]),
        total=_row(result, "total", trades),
    )


def _exit_bars_ms(result: Result) -> Int64:
    """Return the opens of the bars in which trades were left: the last close of a month is at 00:00 of the next, and still of the month."""
    fills = result.fills
    left = fills[np.isin(fills["kind"], _LEAVING)]
    opens = np.empty(len(result.trades), np.int64)
    opens[left["trade"]] = left["bar_ts_open_ms"]
    return opens


def _rows(result: Result, keys: Int64, groups: Sequence[tuple[int, str]]) -> tuple[TableRow, ...]:
    present = set(keys.tolist())
    return tuple(_row(result, name, result.trades[keys == key]) for key, name in groups if key in present)


def _row(result: Result, group: str, trades: Records) -> TableRow:
    net, wins = int(trades["net_quanta"].sum()), int(np.count_nonzero(trades["net_quanta"] > 0))
    return TableRow(
        group=group,
        trades=len(trades),
        wins=wins,
        losses=int(np.count_nonzero(trades["net_quanta"] < 0)),
        win_rate_pct=pct(wins, len(trades)),
        net_usdt=net / result.instrument.grid.quanta_per_unit,
        net_pct=pct(net, result.initial_equity_quanta),
        avg_duration_ms=over(int((trades["exit_ts_ms"] - trades["entry_ts_ms"]).sum()), len(trades)),
    )
