"""What a reader of the figures should know of them: entries that a cap made smaller, a leverage that no tier permits, a short window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trade.analysis.basis import YEARLY_FROM_MS, is_yearly
from trade.analysis.entries import cuts
from trade.base.findings import Finding, Severity
from trade.base.records import Cap, Rejection
from trade.base.result import Result
from trade.base.timeframe import DAY_MS

_CUT_TO: Mapping[Cap, str] = {
    Cap.MARGIN: "what the margin allows",
    Cap.TIER: "what the margin tiers allow at this leverage",
    Cap.MAX_NOTIONAL: "the max_notional_usdt of the account",
    Cap.MAX_MARGIN: "the max_margin_usdt of the account",
    Cap.MAX_QTY: "the maximum quantity of the instrument",
    Cap.QTY_STEP: "the quantity step in force at the fill",
}


def remarks(result: Result) -> Iterator[Finding]:
    """Yield what there is to say of a result."""
    cut = cuts(result.fills)
    if cut:
        yield _entries_cut(cut, len(result.trades))
    if Rejection.LEVERAGE_ABOVE_TIER in result.rejections:
        yield _leverage(result, result.rejections[Rejection.LEVERAGE_ABOVE_TIER])
    if not is_yearly(result):
        days = YEARLY_FROM_MS // DAY_MS
        fact = f"a window under {days} days says nothing of a year: sharpe, sortino, calmar, cagr and volatility are null"
        yield Finding("short-window", fact, f"run {days} days or more to have them", Severity.NOTE)


def _entries_cut(cut: Mapping[Cap, int], entries: int) -> Finding:
    (first, count), *others = cut.items()
    fact = f"{count:,} of {entries:,} entries were cut to {_CUT_TO[first]}"
    fact += "".join(f", {more:,} to {_CUT_TO[cap]}" for cap, more in others)
    data = {cap.word: number for cap, number in cut.items()}
    return Finding(
        "entries-cut", fact, "'cap_word' in fills.parquet names it row by row; a smaller size is not cut", Severity.NOTE, data=data
    )


def _leverage(result: Result, count: int) -> Finding:
    permitted = _permitted(result)
    entries = "1 entry was" if count == 1 else f"{count:,} entries were"
    fact = f"{entries} rejected: a leverage of {result.leverage:g} is above the {permitted:g} that '{result.instrument.key}' permits"
    hint = f"set max_leverage of the account or the sizing to {permitted:g} or less"
    return Finding("leverage-above-tier", fact, hint, Severity.WARNING, data={"rejected": count, "permitted": permitted})


def _permitted(result: Result) -> float:
    """Return the highest leverage that a tier permits throughout the window: with it no entry is rejected."""
    instrument, window = result.instrument, result.window
    dates = (table.from_ms for table in instrument.tier_tables if window.from_ms < table.from_ms < window.to_ms)
    return float(min(max(tier.max_leverage for tier in instrument.tiers_at(date)) for date in (window.from_ms, *dates)))
