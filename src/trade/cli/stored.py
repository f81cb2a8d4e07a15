"""`trade data info`: what is stored of each series, over which span, and how complete it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trade.base.errors import DataMissing
from trade.base.findings import Finding
from trade.cli import completing, console
from trade.cli.calendars import closed_of
from trade.cli.options import DEFAULT_DB, Db, Json, Quiet
from trade.cli.sheet import Heading, Sheet, number

if TYPE_CHECKING:
    from trade.base.arrays import Int64
    from trade.base.calendar import ClosedSpans
    from trade.market.coverage import Cover
    from trade.market.names import Series
    from trade.market.store import Store, StoredSeries

_CELLS = 24


def info(
    symbol: Annotated[str | None, typer.Argument(metavar="SYMBOL", help="Only this symbol.", autocompletion=completing.symbols)] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List what is stored: rows, span, missing rows, months (█ whole, ▒ in part, · none); --json adds the rules of each symbol."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market.store import Store

    store = Store(db)
    found = [stored for stored in store.series() if symbol is None or symbol in (stored.series.symbol, stored.series.key)]
    if symbol is not None and not found:
        raise DataMissing(Finding("symbol-not-stored", f"nothing of '{symbol}' in '{db}'", "see 'trade data info' without a symbol"))
    covers = _covers(store, found)
    told = [{**_as_json(store, each), "coverage": cover} for each, cover in zip(found, covers, strict=True)]
    console.succeed({"store": str(db), "generation": store.manifest.generation, "series": told})
    if not as_json:
        _show(store, told)


def _as_json(store: Store, stored: StoredSeries) -> dict[str, Any]:
    instrument = store.manifest.instruments.get(stored.series)
    latest = None if instrument is None else instrument.rule_tables[-1]
    return {
        "series": stored.series.key,
        "kind": str(stored.kind),
        "rows": stored.rows,
        "first_ms": stored.first_ms,
        "last_ms": stored.last_ms,
        "months": len(stored.months),
        "missing_bars": _missing(store, stored),
        "calendar": None if instrument is None else instrument.calendar,
        "tick_size": None if latest is None else str(latest.tick_size),
        "qty_step": None if latest is None else str(latest.qty_step),
        "instrument_source": None if latest is None else latest.source,
        "off_grid": sum(month.off_grid for month in stored.months),
    }


def _missing(store: Store, stored: StoredSeries) -> int | None:
    """Return the expected instants without a row between the first and the last; None where no grid is known, as for funding."""
    from trade.base.calendar import ALWAYS
    from trade.market.columns import GRIDS, clock_column
    from trade.market.gaps import find_gaps, missing_bars

    grid, instrument = GRIDS.get(stored.kind), store.manifest.instruments.get(stored.series)
    if grid is None:
        return None
    end_ms = stored.last_ms + grid.length_ms
    if instrument is None or instrument.calendar == ALWAYS:
        return (end_ms - stored.first_ms) // grid.length_ms - stored.rows  # no row has to be read
    try:
        closed = closed_of(instrument.calendar)(stored.first_ms, end_ms)
    except DataMissing:
        return None  # years that the calendar does not know
    clock = store.rows(stored.series, stored.kind, stored.first_ms, end_ms).columns[clock_column(stored.kind)]
    return missing_bars(find_gaps(clock, stored.first_ms, end_ms, grid, closed))


def _show(store: Store, told: Sequence[Mapping[str, Any]]) -> None:
    from trade.market.coverage import bar
    from trade.market.instants import iso

    heads = ("series", "kind", number("rows"), "first", "last", number("missing"))
    sheet = Sheet(*heads, Heading("calendar", spare=1), Heading("months", spare=2))
    for one in told:
        span = (iso(one["first_ms"])[:10], iso(one["last_ms"])[:10])
        missing = "" if one["missing_bars"] is None else f"{one['missing_bars']:,}"
        months = bar(list(one["coverage"].values()), _CELLS)
        sheet.add(one["series"], one["kind"], f"{one['rows']:,}", *span, missing, one["calendar"] or "", months)
    console.show(sheet if told else f"'{store.path}' is empty; 'trade data import FILE --symbol S' fills it")


def _covers(store: Store, found: Sequence[StoredSeries]) -> list[dict[str, Cover]]:
    """Return the coverage of each, over the months in which any kind of its series is stored."""
    from trade.base.calendar import ALWAYS
    from trade.market.coverage import coverage

    spans: dict[Series, list[str]] = {}
    for stored in found:
        spans.setdefault(stored.series, []).extend((stored.months[0].month, stored.months[-1].month))
    known = store.manifest.instruments
    calendars = {series: known[series].calendar if series in known else ALWAYS for series in spans}
    return [
        coverage(each.kind, each.months, (min(spans[each.series]), max(spans[each.series])), _closed(calendars[each.series]))
        for each in found
    ]


def _closed(calendar: str) -> ClosedSpans:
    """Return when a calendar is closed; in years that it does not know it counts as open."""
    from trade.base.calendar import always_open

    def closed(start_ms: int, end_ms: int) -> Int64:
        try:
            return closed_of(calendar)(start_ms, end_ms)
        except DataMissing:
            return always_open(start_ms, end_ms)

    return closed
