"""Spans as a reader writes them, and the commands that bring missing history."""

from __future__ import annotations

from collections.abc import Sequence

from trade.base.quoting import quoted
from trade.market.belonging import copy_commands, import_command
from trade.market.instants import iso
from trade.market.names import Kind, Series
from trade.sync.request import syncs_itself


def span(start_ms: int, end_ms: int) -> str:
    """Return a span as `2023-03-24 12:40 .. 2023-03-24 14:00`, end exclusive."""
    return f"{iso(start_ms)} .. {iso(end_ms)}"


def duration(length_ms: int) -> str:
    """Return a length as people say it: `80 min`, `5.5 h`, `12.0 d`."""
    minutes = length_ms / 60_000
    if minutes < 180:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} d"


def fix_command(series: Series, kind: Kind = Kind.BARS) -> str:
    """Return the commands that bring a kind of a series into the store, under its own name."""
    sync = f" or, from Bybit, 'trade data sync --symbol {series.symbol} --kinds {kind}'" if syncs_itself(series) else ""
    return f"bring {'them' if kind is Kind.BARS else 'it'} in with '{import_command(series, kind)}'{sync}"


def found_elsewhere(sources: Sequence[Series], target: Series, kind: Kind) -> tuple[str, str]:
    """Return the end of a fact that names the other series of which a kind is stored, and the commands that copy it; "" for none."""
    if not sources:
        return "", ""
    return (
        f"; {kind} is stored as {quoted(sources)}, which it does not read",
        f"to read it with these bars: {copy_commands(sources[0], target, kind)}",
    )
