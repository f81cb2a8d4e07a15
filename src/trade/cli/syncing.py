"""What a sync looks like: a progress bar per symbol and kind with rate and time left, lines where there is no terminal, one table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.cli import console
from trade.cli.sheet import Sheet, number

if TYPE_CHECKING:
    from trade.sync.dialect import Dialect
    from trade.sync.port import Exchange
    from trade.sync.request import Said, SyncReport, SyncRequest


def run_sync(db: Path, request: SyncRequest) -> SyncReport:
    """Sync from an exchange and show how far it is. Ctrl-C says what it left, and goes on to end the command."""
    from trade.sync.syncing import sync

    exchange, dialect = _door(request.series[0].venue)
    stored: dict[tuple[str, str], int] = {}
    with _bars() as show:

        def say(said: Said) -> None:
            stored[said.series.key, str(said.kind)] = said.stored
            show(said)

        try:
            return sync(db, request, exchange, say, dialect=dialect)
        except BaseException:
            if any(stored.values()):
                console.say(f"{sum(stored.values()):,} new rows are stored; the same command goes on from there")
            raise


def _door(venue: str) -> tuple[Exchange, Dialect]:
    """Return the exchange of a venue and how it is asked. Raises Malformed for a venue nobody knows, Refused without ccxt."""
    from trade.sync.dialect import BYBIT, CCXT
    from trade.sync.request import VENUE

    if venue == VENUE:
        from trade.sync.bybit import Bybit

        return Bybit(), BYBIT
    try:
        from trade.sync.ccxt_door import Ccxt
    except ModuleNotFoundError as error:
        if error.name != "ccxt":
            raise
        fact = f"'{venue}' is asked through ccxt, which is not installed"
        raise Refused(Finding("ccxt-missing", fact, "install it with: pip install ccxt")) from error
    return Ccxt(venue), CCXT


def show_report(report: SyncReport) -> None:
    """Show what was done, one line per symbol and kind."""
    from trade.market.instants import iso

    console.show_findings(report.findings)
    sheet = Sheet("series", "kind", number("new"), "from", "to", number("requests", 1))
    for one in report.series:
        sheet.add(one.series.key, str(one.kind), f"{one.rows_new:,}", iso(one.from_ms), iso(one.to_ms), f"{one.requests:,}")
    for key in report.instruments:
        sheet.add(key, "instrument", "1")
    console.show(sheet if sheet.rows else "nothing to sync: the rules are as they were")


@contextmanager
def _bars() -> Iterator[Callable[[Said], None]]:
    """Give a function that shows how far each kind of each series is."""
    if console.Talk.as_json or console.Talk.quiet or not sys.stderr.isatty():
        yield _lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:24}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=console.terminal(sys.stderr)) as progress:
        yield _advance(progress)


def _advance(progress: Any) -> Callable[[Said], None]:
    tasks: dict[str, Any] = {}

    def show(said: Said) -> None:
        name = f"{said.series.symbol} {said.kind or 'listing'}"
        if name not in tasks:
            tasks[name] = progress.add_task(name, total=said.expected, rate="", note="")
        task = tasks[name]
        speed = progress.tasks[task].speed
        rate = "" if speed is None else f"{speed:,.0f} rows/s"
        progress.update(task, completed=said.fetched, rate=rate, note=said.note)

    return show


def _lines() -> Callable[[Said], None]:
    """Give a function that says one line when a kind begins, and one per wait."""
    begun: set[tuple[str, str]] = set()

    def show(said: Said) -> None:
        key = (said.series.key, str(said.kind))
        if said.note:
            console.say(f"{said.series.symbol}: {said.note}")
        elif said.expected and key not in begun:
            begun.add(key)
            console.say(f"{said.series.symbol} {said.kind}: about {said.expected:,} rows to fetch")

    return show
