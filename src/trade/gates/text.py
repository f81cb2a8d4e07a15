"""Spans as a reader writes them, and the command that brings missing history."""

from __future__ import annotations

from trade.market.instants import iso


def span(start_ms: int, end_ms: int) -> str:
    """Return a span as `2023-03-24 12:40 .. 2023-03-24 14:00`, end exclusive."""
    return f"{iso(start_ms)} .. {iso(end_ms)}"


def duration(length_ms: int) -> str:
    """Return a length as people say it: `80 min`, `5.5 h`, `12.0 d`."""
    minutes = length_ms / 60_000
    if minutes < 180:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} d"


def fix_command(symbol: str) -> str:
    """Return the command that brings bars into the store."""
    return f"bring them in with 'trade data import FILE --symbol {symbol}' or, from Bybit, 'trade data sync --symbol {symbol}'"
