"""Calendars at the command line: their names, when they are closed, and `trade data calendar`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.cli import completing, console
from trade.cli.options import DEFAULT_DB, Db, Json, Quiet

if TYPE_CHECKING:
    from trade.base.calendar import ClosedSpans

Calendar = Annotated[
    str | None,
    typer.Option("--calendar", metavar="NAME", help="When bars are expected: 24/7, fx, or an exchange like XNYS [default: 24/7]."),
]


def closed_of(name: str) -> ClosedSpans:
    """Return when a calendar is closed. The library of the exchanges is slow to load: only their calendars load it."""
    from trade.market.calendars.own import OWN

    if name in OWN:
        return OWN[name]
    from trade.market.calendars.exchange import exchange_closed

    return exchange_closed(name)


def calendar_name(text: str) -> str:
    """Return the one name of a calendar that a user wrote. Raises Malformed with names like it."""
    from trade.base.nearest import nearest
    from trade.market.calendars.own import OWN

    if text in OWN:
        return text
    from trade.market.calendars.exchange import exchange_names

    codes = exchange_names()
    if text in codes:
        return codes[text]
    names = [*OWN, *codes]
    near = nearest(text, names, most=3)
    likely = f"did you mean {' or '.join(near)}?" if near else f"use {', '.join(OWN)}, or an exchange's code (MIC), like XNYS, XLON, CMES"
    raise Malformed(Finding("unknown-calendar", f"there is no calendar '{text}'", likely, data={"nearest": near}))


def calendar(
    symbol: Annotated[
        str, typer.Argument(metavar="SYMBOL", help="BTCUSDT, or in full venue:market:BTCUSDT.", autocompletion=completing.symbols)
    ],
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="24/7, fx, or the code of an exchange, like XNYS.")] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show or set the calendar of stored bars: the minutes that are expected to be there."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market.calendars.setting import set_calendar
    from trade.market.store import Store

    chosen = None if name is None else calendar_name(name)
    store = Store(db)
    series = store.resolve(symbol)
    before = store.instrument(series)
    after = before if chosen is None else set_calendar(db, series, chosen, closed_of(chosen))
    console.succeed({"series": series.key, "calendar": after.calendar, "calendar_before": before.calendar})
    was = "" if after.calendar == before.calendar else f", it was {before.calendar}"
    console.show(f"{series}: {after.calendar}{was}")
