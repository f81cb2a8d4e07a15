"""`trade data`: what is stored, and how it gets in and out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trade.base.counted import counted
from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.cli import calendars, completing, console, quality, rules, stored, vacuum
from trade.cli.calendars import Calendar, calendar_name, closed_of
from trade.cli.options import DEFAULT_DB, DEFAULT_OUT, Db, From, Json, Out, Quiet, To, instant_ms, now_ms, percent_frac
from trade.cli.sheet import Heading, Sheet, number, words
from trade.files.formats import NAMES

if TYPE_CHECKING:
    from trade.market.gaps import Gap
    from trade.market.sql import View
    from trade.run.kept_views import KeptViews

_SHOWN = 20
_KEPT = ("runs", "trades", "fills", "equity")  # views over the runs that are kept

app = typer.Typer(
    help="The market store: sync, import, export, look, delete, vacuum, ask.",
    epilog="Example: trade data info",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Symbol = Annotated[
    str, typer.Argument(metavar="SYMBOL", help="BTCUSDT, or in full venue:market:BTCUSDT.", autocompletion=completing.symbols)
]


@app.command("import", epilog="Example: trade data import BTCUSDT-1m-2023-*.zip --symbol BTCUSDT --market spot")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV or JSON (plain, .gz or .zip), parquet or feather files.")],
    symbol: Annotated[str, typer.Option("--symbol", help="The symbol the rows belong to.", autocompletion=completing.symbols)],
    venue: Annotated[
        str | None,
        typer.Option(
            "--venue",
            help="The exchange [default: that of its own files; of funding, mark, oi that of the bars; else generic].",
        ),
    ] = None,
    market: Annotated[str, typer.Option("--market", help="spot or linear.")] = "linear",
    kind: Annotated[str | None, typer.Option("--kind", help="bars, mark, funding or oi [default: by the columns].")] = None,
    layout: Annotated[str | None, typer.Option("--layout", help=f"One of {', '.join(NAMES)} [default: recognised].")] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="MAP", help="Names of columns: ts=time,open=o,...; without a header 1, 2, ...")
    ] = None,
    time_unit: Annotated[str | None, typer.Option("--time-unit", help="s, ms, us or ns [default: by the size of each value].")] = None,
    decimal: Annotated[
        str | None, typer.Option("--decimal", help="The sign before decimals, '.' or ',' [default: by the first numbers].")
    ] = None,
    tick: Annotated[str | None, typer.Option("--tick", help="Tick size, instead of the known one.")] = None,
    step: Annotated[str | None, typer.Option("--step", help="Quantity step, instead of the known one.")] = None,
    calendar: Calendar = None,
    max_bad: Annotated[
        float | None,
        typer.Option(
            "--max-bad",
            metavar="PCT",
            help="Share of a file's rows that may be kept out, in percent [default: 5, of files with 20 rows or more].",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse files with bad rows, like --max-bad 0; nothing is stored.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the rows of the files in the place of stored ones that disagree.")
    ] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Import the good rows of files; bad ones are reported with their line and kept out.

    All files are one commit: if one is refused, or the import is interrupted, the store is as it was.
    """
    console.configure(as_json=as_json, quiet=quiet)
    from trade.cli.importing import as_document, show_imports
    from trade.files.asked import parse_asked
    from trade.files.importing import ImportRequest, import_files
    from trade.market.fitting import GridOptions
    from trade.market.instruments import parse_grid

    asked = parse_asked(kind, layout, columns, time_unit, decimal)
    grid = GridOptions(parse_grid(tick, "--tick"), parse_grid(step, "--step"))
    named = None if calendar is None else calendar_name(calendar)
    if strict and max_bad is not None:
        raise Malformed(Finding("bad-options", "--strict and --max-bad both say how many bad rows are allowed", "leave one of them out"))
    allowed = 0.0 if strict else None if max_bad is None else percent_frac("--max-bad", max_bad)
    replace_at_ms = now_ms() if replace else None
    requests = [ImportRequest(file, symbol, venue, market, asked, grid, allowed, named, replace_at_ms) for file in files]
    reports = import_files(db, requests)
    console.emit({"status": "ok", "exit_code": 0, **as_document(reports)})
    show_imports(reports)


@app.command("export", epilog="Example: trade data export BTCUSDT --kind bars --to-file BTCUSDT.parquet --from 2023-01-01")
def export(
    symbol: Symbol,
    to_file: Annotated[Path, typer.Option("--to-file", metavar="FILE", help="Where to: a name that ends in .parquet or .csv.")],
    kind: Annotated[str, typer.Option("--kind", help="bars, mark, funding or oi.")] = "bars",
    from_: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="First instant written, UTC [default: the first stored].")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End, UTC, exclusive [default: after the last stored].")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write stored rows to a file, complete or not at all; 'trade data import' of it gives the same rows."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.cli.importing import show_export
    from trade.files.exporting import ExportRequest, export_series, stored_series
    from trade.market.names import parse_kind
    from trade.market.store import Store

    store, wanted = Store(db), parse_kind(kind)
    span = (instant_ms("--from", from_), instant_ms("--to", to))
    report = export_series(store, ExportRequest(stored_series(store, symbol, wanted), wanted, to_file, *span, overwrite=overwrite))
    console.succeed(report.as_json())
    show_export(report)


@app.command("sync", epilog="Example: trade data sync --symbol BTCUSDT --symbol ETHUSDT --days 90")
def sync(
    symbols: Annotated[
        list[str],
        typer.Option(
            "--symbol",
            metavar="SYMBOL",
            help="BTCUSDT, or in full venue:market:BTCUSDT; several times.",
            autocompletion=completing.symbols,
        ),
    ],
    venue: Annotated[str, typer.Option("--venue", help="bybit, or any exchange that ccxt knows, like binance.")] = "bybit",
    market: Annotated[str, typer.Option("--market", help="linear or spot; of bybit only linear.")] = "linear",
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="UTC, like 2023-01-01 [default: the first stored bar, else 30 days ago].")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="UTC, exclusive [default: now].")] = None,
    days: Annotated[
        int | None, typer.Option("--days", metavar="N", min=1, max=36_500, help="Instead of --from: this many days before the end.")
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            "--kinds", metavar="LIST", help="Of bars,mark,funding,oi,instruments [default: all but oi, as far as the exchange has them]."
        ),
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch what is missing from Bybit or another exchange; stopped at any moment, it goes on from there. No key is needed."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.cli.syncing import run_sync, show_report
    from trade.sync.request import SyncRequest, parse_kinds, parse_symbols

    if days is not None and start is not None:
        raise Malformed(Finding("two-starts", "--from and --days both say where the span begins", "give one of them"))
    chosen, instruments = parse_kinds(kinds)
    span = (instant_ms("--from", start), instant_ms("--to", end), days)
    report = run_sync(db, SyncRequest(parse_symbols(symbols, venue, market), chosen, instruments, *span))
    console.emit({"status": "ok", "exit_code": 0, **report.as_json()})
    show_report(report)


@app.command("gaps", epilog="Example: trade data gaps BTCUSDT --from 2023-01-01 --to 2024-01-01")
def gaps(symbol: Symbol, from_: From = None, to: To = None, db: Db = DEFAULT_DB, as_json: Json = False, quiet: Quiet = False) -> None:
    """List the holes in the 1m bars of a symbol, by its calendar, edges of the span included; accepted ones are marked."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market.gaps import find_gaps, missing_bars
    from trade.market.names import Kind
    from trade.market.store import Store
    from trade.quality.accepting import accepted_bars

    store = Store(db)
    series = store.resolve(symbol)
    months = store.manifest.of(series, Kind.BARS)
    start_ms, end_ms = instant_ms("--from", from_), instant_ms("--to", to)
    start_ms = months[0].first_ms if start_ms is None else start_ms
    end_ms = months[-1].last_ms + 60_000 if end_ms is None else end_ms
    if end_ms <= start_ms:
        raise Malformed(Finding("empty-span", "the span ends before it starts", "give a --to that lies after --from"))
    closed = closed_of(store.instrument(series).calendar)(start_ms, end_ms)
    found = find_gaps(store.rows(series, Kind.BARS, start_ms, end_ms).columns["ts_open_ms"], start_ms, end_ms, closed=closed)
    known = accepted_bars(store, series, found)
    rows = [
        {"start_ms": gap.start_ms, "end_ms": gap.end_ms, "missing_bars": gap.missing_bars, "accepted_bars": accepted}
        for gap, accepted in zip(found, known, strict=True)
    ]
    span = {"start_ms": start_ms, "end_ms": end_ms, "missing_bars": missing_bars(found)}
    console.succeed({"series": series.key, **span, "gaps": rows})
    _show_gaps(series.key, found, known)


@app.command("delete", epilog="Example: trade data delete binance:spot:BTCUSDT --kind bars --from 2024-12-31T23:00 --yes")
def delete(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="In full: venue:market:BTCUSDT.", autocompletion=completing.full_symbols)],
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind: bars, mark, funding or oi.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="First instant deleted, UTC [default: the first stored].")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="End of what is deleted, UTC, exclusive [default: the last].")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Really delete.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Delete a stored series, or the rows of a span of it; without --kind of all of its kinds."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market.deleting import DeleteRequest, delete_rows
    from trade.market.names import Kind, parse_kind
    from trade.market.store import Store

    store = Store(db)
    series = store.named(symbol)
    kinds = tuple(Kind) if kind is None else (parse_kind(kind),)
    ends = {"from_ms": instant_ms("--from", from_), "to_ms": instant_ms("--to", to)}
    if not yes and any((series, each) in store.manifest.months for each in kinds):
        raise Malformed(Finding("not-confirmed", f"'{series}' would be deleted from '{db}'", "say so with --yes"))
    given = {name: ms for name, ms in ends.items() if ms is not None}
    rows = delete_rows(db, DeleteRequest(series, kinds, now_ms(), **given))
    console.succeed({"series": series.key, **ends, "rows_deleted": rows})
    console.show(f"deleted {rows:,} rows of {series}")


@app.command("patterns", epilog="Example: trade data patterns")
def patterns(as_json: Json = False, quiet: Quiet = False) -> None:
    """List the patterns that --synthetic can make."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.synthetic.registry import FAMILIES

    found = [(family, pattern) for family, each in FAMILIES.items() for pattern in each]
    told = [{"family": family, "name": one.name, "meaning": one.meaning, "defining": one.defining} for family, one in found]
    console.succeed({"patterns": told})
    sheet = Sheet("pattern", Heading("family", spare=1), words("meaning"))
    for family, pattern in found:
        sheet.add(pattern.name, family, pattern.meaning)
    console.show(sheet)


@app.command("sql", epilog='Example: trade data sql "SELECT symbol, count(*) AS bars FROM bars GROUP BY symbol"')
def sql(
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY",
            help="One SELECT over the views bars, mark, funding, oi, journal, and of kept runs: runs, trades, fills, equity.",
        ),
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows shown at most; --json gives all.")] = 100,
    db: Db = DEFAULT_DB,
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Answer a question in DuckDB's SQL; nothing it says can change the store or a run. `time` of every view is a timestamp in UTC."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market import sql as market_sql
    from trade.market.store import Store

    query.encode()  # the database takes text only
    kept = _KeptRuns(out)
    answer = market_sql.query(Store(db), query, None if as_json else limit + 1, kept.beside)
    console.show_findings(kept.findings)
    if as_json:
        rows = [[_json_value(v) for v in row] for row in answer.rows]
        console.succeed({"columns": list(answer.columns), "rows": rows}, findings=kept.findings)
        return
    sheet = Sheet(*(Heading(name, right, spare) for right, (name, spare) in zip(answer.numeric, _spares(answer.columns), strict=True)))
    sheet.extend(answer.rows[:limit])
    console.show(sheet)
    if len(answer.rows) > limit:
        console.say(f"more than {limit} rows; raise --limit or use --json")


class _KeptRuns:
    """The views over kept runs; nothing of them is imported or read before a query names one."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.beside = {name: partial(self._view, name) for name in _KEPT}

    @cached_property
    def _views(self) -> KeptViews:
        from trade.run.kept_views import KeptViews

        return KeptViews(self._out)

    def _view(self, name: str) -> View:
        return self._views.view(name)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self._views.findings if "_views" in vars(self) else ()


def _spares(columns: Sequence[str]) -> list[tuple[str, int]]:
    """Return each column with when it leaves a narrow terminal: instants in ms first, `time` says them too, then from the right."""
    last = len(columns)
    return [(name, at + last * name.endswith("_ms")) for at, name in enumerate(columns)]


def _json_value(value: Any) -> Any:
    """Return a database value as JSON holds it: not-a-number as null, dates and decimals as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    return str(value)


def _show_gaps(key: str, found: tuple[Gap, ...], accepted: tuple[int, ...]) -> None:
    from trade.market.gaps import missing_bars
    from trade.market.instants import iso

    console.show(f"{key}: {counted(len(found), 'gap')}, {counted(missing_bars(found), 'bar')} missing, {sum(accepted):,} of them accepted")
    sheet = Sheet("from", "to", number("missing"), number("accepted"))
    for gap, known in sorted(zip(found, accepted, strict=True), key=lambda each: -each[0].missing_bars)[:_SHOWN]:
        sheet.add(iso(gap.start_ms), iso(gap.end_ms), f"{gap.missing_bars:,}", f"{known:,}" if known else "")
    if found:
        console.show(sheet)
    if len(found) > _SHOWN:
        console.say(f"the {_SHOWN} longest are shown; --json names all")


app.command("info", epilog="Example: trade data info BTCUSDT")(stored.info)
app.command("calendar", epilog="Example: trade data calendar SPY XNYS")(calendars.calendar)
app.command("rules", epilog="Example: trade data rules BTCUSDT --from 2023-05-01 --tick 0.5 --step 0.001")(rules.rules)
app.command("vacuum", epilog="Example: trade data vacuum --dry-run")(vacuum.vacuum)
app.command("check", epilog="Example: trade data check --symbol BTCUSDT")(quality.check)
app.command("heal", epilog="Example: trade data heal --symbol BTCUSDT")(quality.heal)
app.command(
    "accept-gap",
    epilog="Example: trade data accept-gap BTCUSDT --from 2023-03-24T12:40 --to 2023-03-24T14:00 --reason 'Binance spot was down'",
)(quality.accept_gap)
app.command("journal", epilog="Example: trade data journal --symbol BTCUSDT")(quality.journal)
