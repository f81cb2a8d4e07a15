"""Which calendar a stored series has: said at import, or set later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trade.base.calendar import ClosedSpans
from trade.base.errors import DataMissing, Malformed
from trade.base.findings import Finding
from trade.base.instrument import Instrument
from trade.market.manifest import Manifest
from trade.market.names import Kind, Series
from trade.market.writer import writing


def set_calendar(store: Path, series: Series, name: str, closed: ClosedSpans) -> Instrument:
    """Commit a calendar for a stored series and return its rules.

    Raises DataMissing if no bars of it are stored, or if the calendar is not known for all that is stored.
    """
    with writing(store) as writer:
        months = writer.manifest.of(series, Kind.BARS)
        if not months:
            raise DataMissing(Finding("symbol-not-stored", f"no bars of '{series}' in '{store}'", "see 'trade data info'"))
        closed(months[0].first_ms, months[-1].last_ms + 60_000)
        known = writer.manifest.instruments[series]
        chosen = replace(known, calendar=name)
        if chosen != known:
            writer.commit(writer.manifest.with_instrument(series, chosen))
    return chosen


def require_calendar(stored: Manifest, series: Series, kind: Kind, name: str | None) -> None:
    """Raise Malformed if an import names a calendar that the series cannot take: another than its own, or one before its bars."""
    known = stored.instruments.get(series)
    if name is None or (known is None and kind is Kind.BARS):
        return
    if known is None:
        fact = f"nothing of '{series}' is stored that could have the calendar '{name}'"
        raise Malformed(Finding("calendar-before-bars", fact, "name it when you import the bars"))
    if known.calendar != name:
        fact = f"'{series}' is stored with the calendar '{known.calendar}', not '{name}'"
        raise Malformed(Finding("calendar-differs", fact, f"leave --calendar out, or change it with 'trade data calendar {series} {name}'"))
