"""The options that commands share, and the instants people type."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from trade.base.errors import Malformed
from trade.base.findings import Finding

PLAYS = Path("configs/plays")

Db = Annotated[Path, typer.Option("--db", metavar="FOLDER", help="The market store.")]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where runs are kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]
From = Annotated[str | None, typer.Option("--from", metavar="TIME", help="First instant traded, UTC: 2023-01-01 or 2023-01-01T06:00.")]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="End of the window, UTC, exclusive.")]
MaxGap = Annotated[str, typer.Option("--max-gap", metavar="TIME", help="Longest hole in the history that is allowed: 90m, 3h, 2d.")]
MaxMissing = Annotated[float, typer.Option("--max-missing", metavar="PCT", help="Share of missing minutes that is allowed, in percent.")]
StrictWarmup = Annotated[bool, typer.Option("--strict-warmup", help="Refuse when the history before the window is too short.")]

DEFAULT_DB = Path("data")
DEFAULT_OUT = Path("artifacts")
_CALENDAR = re.compile(r"(\d{4})(?:-(\d{2}))?")  # a year, or one of its months
_MONTHS = 12
_UNITS_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_MOST_DIGITS = 6  # of days: 2,700 years
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = "write 2023-01-01 or 2023-01-01T06:00 (UTC)"


def now_ms() -> int:
    """Return the present instant; below the CLI nobody asks for it."""
    return time.time_ns() // 10**6


def instant_ms(option: str, text: str | None) -> int | None:
    """Return an instant in ms. Raises Malformed."""
    if text is None:
        return None
    from trade.base.timeframe import HORIZON_MS

    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(Finding("bad-time", f"{option} '{text}' is not a date or an instant", _WRITTEN)) from None
    aware = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed
    ts_ms = (aware - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= ts_ms <= HORIZON_MS:
        raise Malformed(Finding("bad-time", f"{option} '{text}' lies before 1970 or after 2099, where no row is stored", _WRITTEN))
    return ts_ms


def separated(option: str, text: str | None) -> list[str]:
    """Return what stands between commas, each once. Raises Malformed for an empty place."""
    parts = [] if text is None else [part.strip() for part in text.split(",")]
    if not all(parts):
        raise Malformed(Finding("usage", f"{option} '{text}' has an empty place", "write A,B"))
    return list(dict.fromkeys(parts))


def window_ms(option: str, text: str) -> tuple[int, int]:
    """Return the window that a year, a month or `FROM..TO` means. Raises Malformed."""
    try:
        if ".." in text:
            edges = [instant_ms(option, edge) for edge in text.split("..", 1)]
        elif found := _CALENDAR.fullmatch(text):
            year, month = int(found[1]), int(found[2] or 1)
            after = (year, month + 1) if found[2] and month < _MONTHS else (year + 1, 1)
            edges = [instant_ms(option, f"{y:04}-{m:02}-01") for y, m in ((year, month), after)]
        else:
            edges = []
    except Malformed:
        edges = []
    if not edges:
        raise Malformed(Finding("bad-time", f"{option} '{text}' is no window", "write 2023, 2024-05 or 2023-01-01..2023-03-01"))
    start_ms, end_ms = edges
    if start_ms is None or end_ms is None or start_ms >= end_ms:
        raise Malformed(Finding("bad-time", f"{option} '{text}' ends before it begins", "write the earlier instant first"))
    return start_ms, end_ms


def duration_ms(option: str, text: str) -> int:
    """Return a duration in ms. Raises Malformed."""
    amount, unit = text[:-1], text[-1:]
    if unit not in _UNITS_MS or not (amount.isascii() and amount.isdigit()):
        raise Malformed(Finding("bad-duration", f"{option} '{text}' is not a duration", "write 90m, 3h or 2d"))
    if len(amount) > _MOST_DIGITS:
        raise Malformed(Finding("out-of-range", f"{option} '{text}' has more than '{_MOST_DIGITS}' digits", "write 90m, 3h or 2d"))
    return int(amount) * _UNITS_MS[unit]


def percent_frac(option: str, value_pct: float) -> float:
    """Return a percentage as a fraction. Raises Malformed."""
    if not 0 <= value_pct <= 100:
        raise Malformed(Finding("out-of-range", f"{option} '{value_pct:g}' is not a percentage", "write a number from 0 to 100"))
    return value_pct / 100
