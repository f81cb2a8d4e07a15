"""Numbers as people read them in tables."""

from __future__ import annotations

_DAYS_FROM = 10  # a length is told in days and hours


def decimals(value: float | None, unit: str = "") -> str:
    """Return a number with two decimals and its unit, `-` for none."""
    return "-" if value is None else f"{value:,.2f}{unit}"


def lasting(length_ms: float | None) -> str:
    """Return a length as hours and minutes, from ten days on as days and hours; `-` for none."""
    if length_ms is None:
        return "-"
    hours, minutes = divmod(round(length_ms / 60_000), 60)
    days, rest = divmod(hours, 24)
    return f"{days}d {rest:02d}h" if days >= _DAYS_FROM else f"{hours}h {minutes:02d}m"
