"""The worked tapes of a page: a line of settings, a table of bars, a line with the result; all of it is read and run.

One tick is 1 USDT, one lot is 1 coin, the account starts with 1000 USDT and has neither fee nor slippage unless a setting says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import tapes
from tapes import Changes, Options, Row

from trade.base.records import ExitReason, FillKind, Rule, TimeInForce
from trade.sim.spec import ENTRY_LIMIT, ENTRY_STOP

_NUMBER = r"([\d.]+)"
_QUANTA = tapes.QUANTA

SETTINGS: dict[str, Callable[[str], Options]] = {
    rf"stop {_NUMBER} points": tapes.stop_points,
    rf"target {_NUMBER} points": tapes.target_points,
    rf"stop {_NUMBER} % of the price": tapes.stop_margin_pct,
    rf"target {_NUMBER} % of the price": tapes.target_margin_pct,
    rf"target {_NUMBER} times the stop": tapes.target_ratio,
    rf"notional {_NUMBER}": tapes.fixed,
    rf"leverage {_NUMBER}": tapes.leverage,
    rf"slippage {_NUMBER} bps": tapes.slippage,
    rf"taker {_NUMBER} %": lambda pct: tapes.taker(str(Fraction(pct) / 100)),
    rf"maker {_NUMBER} %": lambda pct: {"maker_e12": tapes.e12(str(Fraction(pct) / 100))},
    rf"equity floor {_NUMBER}": lambda amount: {"equity_floor_quanta": tapes.usdt(amount)},
    rf"max drawdown {_NUMBER} %": lambda pct: {"max_drawdown_e12": tapes.e12(str(Fraction(pct) / 100))},
    rf"minimum notional {_NUMBER}": lambda amount: {"min_notional_quanta": tapes.usdt(amount)},
    rf"funding {_NUMBER} % at minute (\d+)": lambda _: {},
    rf"(?:tick|step) {_NUMBER} from minute (\d+)": lambda _: {},
    rf"tick {_NUMBER}": lambda ticks: {"price_step_ticks": int(ticks)},
    "delisted after the last minute": lambda _: {"is_delisted": 1},
    rf"limit entry {_NUMBER} points better": lambda ticks: tapes.resting(ENTRY_LIMIT, ticks),
    rf"stop entry {_NUMBER} points beyond": lambda ticks: tapes.resting(ENTRY_STOP, ticks),
    rf"expires after {_NUMBER} minutes": lambda minutes: {"entry_life_ms": int(minutes) * tapes.MINUTE},
    "IOC": lambda _: {"time_in_force": int(TimeInForce.IOC)},
    "PostOnly": lambda _: {"time_in_force": int(TimeInForce.POST_ONLY)},
    rf"trail {_NUMBER} %": tapes.trailing_pct,
    rf"trail {_NUMBER} % from 5 %": lambda pct: tapes.trailing_pct(pct, 5),
    rf"break-even at {_NUMBER} %": tapes.break_even,
    "limit target": lambda _: {"target_is_limit": 1},
    "limit_fill through": lambda _: {"limit_through": 1},
    "intrabar path": lambda _: {"intrabar": 1},
    "anchor signal": lambda _: {"anchor_signal": 1},
    "on_sl_beyond_liq adjust": lambda _: {"beyond_liquidation": 1},
    "on_liquidation continue": lambda _: {"stop_on_liquidation": 0},
}


@dataclass(frozen=True)
class WorkedTape:
    """One tape as the page shows it. `line` is where its settings stand."""

    line: int
    settings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    result: tuple[str, ...]

    def run(self) -> list[str]:
        """Return what happens, in the words of the page."""
        minutes = [int(row[0]) for row in self.rows]
        bars: list[Row] = [(int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in self.rows]
        jumps = {bar: now - before - 1 for bar, (before, now) in enumerate(pairwise(minutes), 1) if now > before + 1}
        decided = {bar: row[5] for bar, row in enumerate(self.rows) if row[5]}
        funding = [(tapes.at(int(minute)), str(Fraction(pct) / 100)) for pct, minute in self._funding()]
        return list(_told(tapes.run(bars, decided, missing=jumps, funding=funding, changes=self._changes(), **self._options())))

    def _options(self) -> Options:
        options: Options = {}
        for setting in self.settings:
            found = [(match, make) for pattern, make in SETTINGS.items() if (match := re.fullmatch(pattern, setting))]
            assert found, f"line {self.line}: the setting '{setting}' is not known"
            match, make = found[0]
            options |= make(match.group(1) if match.groups() else "")
        return options

    def _changes(self) -> Changes:
        fields = {"tick": ("price_step_ticks",), "step": ("quantity_step_lots", "min_lots")}
        found = [re.fullmatch(rf"(tick|step) {_NUMBER} from minute (\d+)", setting) for setting in self.settings]
        return [(tapes.at(int(match[3])), dict.fromkeys(fields[match[1]], int(match[2]))) for match in found if match]

    def _funding(self) -> Iterator[tuple[str, ...]]:
        for setting in self.settings:
            match = re.fullmatch(rf"funding {_NUMBER} % at minute (\d+)", setting)
            if match:
                yield match.groups()


def worked_tapes(text: str) -> list[WorkedTape]:
    """Return every tape of a page."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("Settings: "):
            end = next(i for i in range(number, len(lines)) if lines[i].startswith("Result: "))
            rows = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in lines[number:end] if re.match(r"\|\s*\d", row)]
            found.append(WorkedTape(number, _ticked(line), tuple(rows), _ticked(lines[end])))
    return found


def _ticked(line: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", line))


def _told(outcome: tapes.Outcome) -> Iterator[str]:
    exits = [row for row in outcome.fills if int(row["kind"]) in (FillKind.EXIT, FillKind.LIQUIDATION)]
    for trade, fill in zip(outcome.trades, exits, strict=True):
        side = "long" if trade["side"] > 0 else "short"
        reason, rule = ExitReason(int(trade["exit_reason"])).word, Rule(int(fill["rule"])).word
        doubt = ", ambiguous" if trade["ambiguous"] else ""
        entry, left = f"{side} {trade['quantity_lots']} at {trade['entry_price_ticks']}", trade["exit_price_ticks"]
        yield f"{entry}, {reason} at {left} by {rule}, net {_amount(trade['net_quanta'])}{doubt}"
    yield from (f"rejected {code}" for code, count in tapes.rejected(outcome).items() for _ in range(count))
    if tapes.stop_reason(outcome) != "completed":
        yield f"the run stops: {tapes.stop_reason(outcome)}"


def _amount(quanta: Any) -> str:
    return f"{int(quanta) / _QUANTA:+.8g}"
