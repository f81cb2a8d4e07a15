"""Say why a run made no trade: no decision was taken, conditions never held, or entries were rejected (RULE-6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trade.base.findings import Finding, Place, Severity
from trade.base.records import Rejection, StopReason
from trade.base.result import FunnelRow, Result
from trade.base.timeframe import DAY_MS
from trade.features.plan import Plan
from trade.gates.text import span
from trade.market.instants import iso

REASONS = ("never-by-window", "never-by-side", "one-sided-crossing")  # said when the rules were compiled
_SHOWN = 5
_REMEDY = {
    Rejection.BELOW_MINIMUM: "raise the size or its caps, the equity or the leverage: the order is under the smallest that is accepted",
    Rejection.INSUFFICIENT_MARGIN: "start with more equity, or raise the leverage",
    Rejection.STOP_TOO_CLOSE: "put stop and target farther from the entry",
    Rejection.STOP_BEYOND_LIQUIDATION: "put the stop nearer, lower the leverage, or set execution.on_sl_beyond_liq",
    Rejection.LEVERAGE_ABOVE_TIER: "lower max_leverage",
    Rejection.NO_NEXT_BAR: "end the window later",
    Rejection.NO_LEVEL: "read a feature that has a value when the rules decide",
    Rejection.POST_ONLY: "offset the limit farther, or use another time_in_force",
    Rejection.EXPIRED: "offset the entry less, or let it live longer",
    Rejection.REPLACED: "offset the entry less: the opposite signal came before it filled",
    Rejection.UNFILLED: "offset the entry less, or end the window later",
}


def why_idle(result: Result, plan: Plan, history_starts_ms: int, said: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the note of a run without trades; nothing for one that traded. `said` is what the rules' compilation had to say."""
    if len(result.trades):
        return ()
    if result.trading_start_ms >= result.window.to_ms:
        return (_note(*_undecided(result, plan, history_starts_ms)),)
    if result.stop_reason is StopReason.STARVED:
        equity = result.initial_equity_quanta / result.instrument.grid.quanta_per_unit
        fact = f"no trades: an equity of {equity:,.2f} USDT cannot pay the smallest order of '{result.instrument.key}'"
        return (_note(fact, "raise account.starting_equity_usdt, or lower account.min_trade_notional_usdt"),)
    if result.rejections:
        words = ", ".join(f"{count} {code.word}" for code, count in result.rejections.items())
        hints = "; ".join(f"{code.word}: {_REMEDY[code]}" for code in result.rejections)
        return (_note(f"no trades: every entry was rejected ({words})", hints),)
    never = list(_never(result.funnel))
    if not never:
        return (_note("no trades: every condition held at times, but never when an entry could follow", "see the funnel"),)
    reasons = {finding.place.path: finding for finding in said if finding.code in REASONS}
    return tuple(_note(*_say(row, is_whole, reasons.get(row.path)), row.path) for row, is_whole in never[:_SHOWN])


def _undecided(result: Result, plan: Plan, history_starts_ms: int) -> tuple[str, str]:
    """Say why no decision was taken: a window of one bar, a feature without a first value, or no close that could decide."""
    window, exec_ = result.window, result.exec_timeframe
    said = f"no trades: no decision was taken in {span(window.from_ms, window.to_ms)}"
    if len(exec_.edges(window.from_ms, window.to_ms)) <= 2:
        return (
            f"{said}: it is one bar of {exec_}, and the last decision is taken before its end",
            "choose a longer window, or a faster exec",
        )
    if plan.features and history_starts_ms > plan.first_valid_start_ms(window.from_ms):
        name, node = min(plan.features.items(), key=lambda item: plan.first_valid_from_ms(item[1], window.from_ms))
        wanted_ms = plan.first_valid_from_ms(node, window.from_ms)
        value = f"'{name}' has its first value after {node.ready_after_bars + 1:,} bars of {node.timeframe}"
        hint = f"import {-(-(history_starts_ms - wanted_ms) // DAY_MS):,} days of earlier history, or end the window later"
        return f"{said}: {value}, and history starts at {iso(history_starts_ms)}", hint
    return f"{said}: no exec bar in it is whole and has every feature", "look for holes with 'trade data gaps', or choose another window"


def _never(funnel: Sequence[FunnelRow]) -> Iterator[tuple[FunnelRow, bool]]:
    """Yield the innermost rules that were never true, exits left out, and whether they have parts (which then all held at times)."""
    for index, row in enumerate(funnel):
        if row.true or row.path.startswith("actions.exit_"):
            continue
        parts = []
        for below in funnel[index + 1 :]:
            if below.depth <= row.depth:
                break
            parts.append(below)
        if all(part.true for part in parts):
            yield row, bool(parts)


def _say(row: FunnelRow, is_whole: bool, reason: Finding | None) -> tuple[str, str]:
    counts = f"false {row.false:,} times, missing {row.missing:,} times"
    if reason is not None:
        return f"no trades: {reason.fact.replace(' can never hold', ' never held and never can', 1)} ({counts})", reason.hint
    if is_whole:
        return f"no trades: the parts of '{row.path}' held at times, never together ({counts})", "see the funnel for each part"
    if not row.false:
        hint = "one of its values is never there: look at its output, its offset, and what is stored"
        return f"no trades: '{row.text}' was missing at all {row.missing:,} decisions, which is not true (RULE-1)", hint
    return f"no trades: '{row.text}' never held ({counts})", "loosen it, or choose another window"


def _note(fact: str, hint: str, path: str = "") -> Finding:
    return Finding("no-trades", fact, hint, Severity.NOTE, Place(path=path))
