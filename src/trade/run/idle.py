"""Say why a run made no trade: the conditions that never held, or the reasons for which entries were rejected (RULE-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trade.base.findings import Finding, Place, Severity
from trade.base.result import FunnelRow, Result

_SHOWN = 5


def why_idle(result: Result) -> tuple[Finding, ...]:
    """Return the note of a run without trades; nothing for one that traded."""
    if len(result.trades):
        return ()
    if result.rejections:
        words = ", ".join(f"{count} {code.word}" for code, count in result.rejections.items())
        return (_note(f"no trades: every entry was rejected ({words})", "change sizing or stops, or start with more equity"),)
    never = list(_never(result.funnel))
    if not never:
        return (_note("no trades: every condition held at times, but never when an entry could follow", "see the funnel"),)
    return tuple(_note(*_say(row, is_whole), row.path) for row, is_whole in never[:_SHOWN])


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


def _say(row: FunnelRow, is_whole: bool) -> tuple[str, str]:
    counts = f"false {row.false:,} times, missing {row.missing:,} times"
    if is_whole:
        return f"no trades: the parts of '{row.path}' held at times, never together ({counts})", "see the funnel for each part"
    return f"no trades: '{row.text}' never held ({counts})", "loosen it, or choose another window"


def _note(fact: str, hint: str, path: str = "") -> Finding:
    return Finding("no-trades", fact, hint, Severity.NOTE, Place(path=path))
