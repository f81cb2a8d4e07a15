"""ledger-broken: MONEY-2 and MONEY-3 recomputed in integers from the written rows: the run, every trade, every point of the curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.findings import Finding
from trade.base.records import Cap, FillKind, Records

_HINT = "nothing was published; run again, and report it when it comes back"


@dataclass(frozen=True)
class Ledger:
    """The rows of a run as read from disk, and what one lot gains per tick."""

    trades: Records
    fills: Records
    points: Records
    initial_quanta: int
    tick_lot_quanta: int

    @property
    def traded(self) -> Bool:
        """Fills at a market price: entries and exits, neither funding nor liquidations."""
        return self.of(FillKind.ENTRY) | self.of(FillKind.EXIT)

    @property
    def value_quanta(self) -> Int64:
        """The value of each fill."""
        value: Int64 = self.fills["price_ticks"] * self.fills["quantity_lots"] * self.tick_lot_quanta
        return value

    def of(self, kind: FillKind) -> Bool:
        """Return which fills are of a kind."""
        there: Bool = self.fills["kind"] == int(kind)
        return there

    def per_trade(self, amounts: Int64, where: Bool | slice = slice(None)) -> Int64:
        """Return the sums of an amount of each fill by trade."""
        sums = np.zeros(len(self.trades), np.int64)
        np.add.at(sums, self.fills["trade"][where], amounts[where])
        return sums


def check_ledger(ledger: Ledger) -> Iterator[Finding]:
    """Look at the sums of the run first, then at each row; a fill that names no trade ends the search."""
    trades, fills = ledger.trades, ledger.fills
    if len(ledger.points) == 0 or ((fills["trade"] < 0) | (fills["trade"] >= len(trades))).any():
        yield Finding("ledger-broken", "the curve has no point, or a fill names a trade that is not there", _HINT)
        return
    for name, (left, right) in _sums(ledger).items():
        if left != right:
            yield Finding("ledger-broken", f"{name} does not hold: {left} is not {right} quanta", _HINT)
    for name, wrong in {**_trade_rows(ledger), **_price_rows(ledger), **_size_rows(ledger), **_point_rows(ledger)}.items():
        rows = np.flatnonzero(wrong)
        if len(rows):
            yield Finding("ledger-broken", f"{name} does not hold in {len(rows)} rows, first in row {rows[0]}", _HINT)
    if not _cash_steps_are_fills(ledger):
        yield Finding("ledger-broken", "the cash of the curve takes a step that no fill made", _HINT)


def _sums(ledger: Ledger) -> Mapping[str, tuple[int, int]]:
    trades, fills, points = ledger.trades, ledger.fills, ledger.points
    initial, final = ledger.initial_quanta, int(points["equity_quanta"][-1])
    gross, fees, funding, net = (int(trades[f"{name}_quanta"].sum()) for name in ("gross", "fees", "funding", "net"))
    return {
        "final cash = initial + realised - fees + funding": (int(points["cash_quanta"][-1]), initial + gross - fees + funding),
        "sum of trade.net = final equity - initial equity": (net, final - initial),
        "cash changes of the fills = cash change of the run": (int(fills["cash_quanta"].sum()), final - initial),
        "first point = initial equity": (int(points["equity_quanta"][0]), initial),
    }


def _trade_rows(ledger: Ledger) -> Mapping[str, Bool]:
    """Return per identity where a trade breaks it."""
    trades, fills = ledger.trades, ledger.fills
    net = trades["gross_quanta"] - trades["fees_quanta"] + trades["funding_quanta"]
    moved = (fills["price_ticks"] - fills["reference_price_ticks"]) * fills["side"] * fills["quantity_lots"] * ledger.tick_lot_quanta
    out = ledger.of(FillKind.EXIT) | ledger.of(FillKind.LIQUIDATION)
    cash, bought, held = fills["cash_quanta"], fills["side"] * fills["quantity_lots"], trades["side"] * trades["quantity_lots"]
    return {
        "trade.net = gross - fees + funding": trades["net_quanta"] != net,
        "cash changes of the fills = trade.net": ledger.per_trade(cash) != trades["net_quanta"],
        "fees of the fills = trade.fees": ledger.per_trade(fills["fee_quanta"]) != trades["fees_quanta"],
        "funding of the fills = trade.funding": ledger.per_trade(cash, ledger.of(FillKind.FUNDING)) != trades["funding_quanta"],
        "slippage of the fills = trade.slippage": ledger.per_trade(moved, ledger.traded) != trades["slippage_quanta"],
        "what the entries bought = side and quantity of the trade": ledger.per_trade(bought, ledger.of(FillKind.ENTRY)) != held,
        "what the exits sold = side and quantity of the trade": ledger.per_trade(-bought, out) != held,
        "a trade has a quantity, and ends after it begins": (trades["quantity_lots"] <= 0) | (trades["exit_ts_ms"] < trades["entry_ts_ms"]),
    }


def _price_rows(ledger: Ledger) -> Mapping[str, Bool]:
    """Return per identity where the prices of a trade and those of its fills do not agree."""
    trades, fills, value = ledger.trades, ledger.fills, ledger.value_quanta
    one = np.ones(len(fills), np.int64)
    entry, exit_, liquidated = ledger.of(FillKind.ENTRY), ledger.of(FillKind.EXIT), ledger.of(FillKind.LIQUIDATION)
    gross = ledger.per_trade(-fills["side"] * value, ledger.traded)
    priced = ledger.per_trade(one, liquidated) == 0  # a liquidation is settled in money, its price is for display (LIQ-1)
    identities = {
        "value of the entries = trade.entry_value": ledger.per_trade(value, entry) != trades["entry_value_quanta"],
        "value left - value entered = trade.gross": priced & (gross != trades["gross_quanta"]),
    }
    for word, there in (("entry", entry), ("exit", exit_ | liquidated)):
        single = ledger.per_trade(one, there) == 1
        for column, of_fill in ((f"{word}_price_ticks", "price_ticks"), (f"{word}_ts_ms", "ts_ms")):
            identities[f"the only {word} fill = trade.{column}"] = single & (ledger.per_trade(fills[of_fill], there) != trades[column])
    return identities


def _size_rows(ledger: Ledger) -> Mapping[str, Bool]:
    """Return per identity where an entry is not as large as asked and says not why, or is and says why (SIZE-1, SIZE-3)."""
    fills, entry = ledger.fills, ledger.of(FillKind.ENTRY)
    lots, asked, cut, cap = (fills[name] for name in ("quantity_lots", "asked_lots", "cut_lots", "cap"))
    caps = [code.value for code in Cap]
    return {
        "an entry has at most the lots asked for, less what was cut at the fill": entry & ((cut < 0) | (lots + cut > asked)),
        "a cap is named where, and only where, an entry has less than asked": entry & ((cap != Cap.NONE) != (lots < asked)),
        "a cap has a name": ~np.isin(cap, caps),
        "only entries ask for lots, and are cut": ~entry & ((asked != 0) | (cut != 0) | (cap != Cap.NONE)),
    }


def _point_rows(ledger: Ledger) -> Mapping[str, Bool]:
    """Return per identity where a point of the curve breaks it (MONEY-3)."""
    points, trades = ledger.points, ledger.trades
    lots, ts_ms = points["position_lots"], points["ts_ms"]
    flat, profit = lots == 0, points["equity_quanta"] - points["cash_quanta"]
    last = np.searchsorted(trades["entry_ts_ms"], ts_ms) - 1  # a position held at an instant was entered before it
    side, lots_held, entry_value = (_of_trade(trades[name], last) for name in ("side", "quantity_lots", "entry_value_quanta"))
    expected = side * (points["notional_quanta"] - entry_value)
    loads = points["used_margin_quanta"], points["notional_quanta"], points["maintenance_margin_quanta"]
    return {
        "the curve ascends in time": np.append(np.diff(ts_ms) <= 0, False),
        "while flat equity = cash, and nothing is used": flat & ((profit != 0) | np.logical_or.reduce([load != 0 for load in loads])),
        "equity = cash + unrealised": ~flat & (profit != expected),
        "the position is the one of its trade": ~flat & (lots != side * lots_held),
        "lowest equity of a bar <= its last": points["low_equity_quanta"] > points["equity_quanta"],
    }


def _of_trade(column: Int64, rows: Int64) -> Int64:
    """Return a column of the trades at some rows, 0 where there is none (-1)."""
    return np.append(column, 0)[rows]


def _cash_steps_are_fills(ledger: Ledger) -> bool:
    """Return whether the cash of the points only takes values that the fills led to, in their order."""
    cash = ledger.points["cash_quanta"]
    levels = cash[np.append(True, np.diff(cash) != 0)].tolist()
    reached = iter(np.append(0, np.cumsum(ledger.fills["cash_quanta"])).tolist())
    return all(any(ledger.initial_quanta + change == level for change in reached) for level in levels)
