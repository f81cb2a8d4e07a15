"""`trade data check`, `heal`, `accept-gap`, `journal`: what is known of the faults of stored history, and what was done about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding
from trade.cli import completing, console
from trade.cli.calendars import closed_of
from trade.cli.options import DEFAULT_DB, Db, Json, Quiet, instant_ms, now_ms
from trade.cli.sheet import Heading, Sheet, number, words

if TYPE_CHECKING:
    from trade.market.journal import JournalEntry
    from trade.market.names import Series
    from trade.quality.accepting import AcceptRequest
    from trade.quality.checking import Checked
    from trade.quality.healing import Healed

_SHOWN = 50

Symbols = Annotated[
    list[str] | None,
    typer.Option("--symbol", metavar="SYMBOL", help="Only this symbol; may be given several times.", autocompletion=completing.symbols),
]


def check(symbols: Symbols = None, db: Db = DEFAULT_DB, as_json: Json = False, quiet: Quiet = False) -> None:
    """Look at every stored row and compute every digest anew. Impossible rows and damaged files end with 4, suspicious rows are shown."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.base.findings import errors
    from trade.market import journal as journals
    from trade.market.store import Store
    from trade.quality.checking import check_series, chosen, no_funding

    store = Store(db)
    wanted = chosen(store, symbols or [])
    checked = [check_series(store, series, kind, closed_of=closed_of) for series, kind in wanted]
    findings = [finding for one in checked for finding in one.findings()]
    findings.extend(no_funding(store, [series for series, _ in wanted]))
    findings.extend(journals.damage(db, store.manifest))
    _show_checked(checked)
    if errors(findings):
        raise Mismatch(findings)
    console.succeed({"series": [one.as_json() for one in checked]}, findings=findings)
    console.show_findings(findings)


def heal(
    symbols: Symbols = None,
    again: Annotated[bool, typer.Option("--again", help="Ask again for what the exchange had nothing of.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch what is missing or damaged and can be fetched, from Bybit; mark the rest in the journal. No bar is deleted or made up."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.base.findings import errors
    from trade.cli.syncing import run_sync
    from trade.quality.healing import HealRequest
    from trade.quality.healing import heal as heal_series

    healed = heal_series(db, HealRequest(tuple(symbols or ()), now_ms(), again), run_sync, closed_of)
    findings = [finding for one in healed for finding in one.findings]
    _show_healed(healed)
    if errors(findings):
        raise Mismatch(findings)
    console.succeed({"series": [one.as_json() for one in healed]}, findings=findings)
    console.show_findings(findings)


def accept_gap(
    symbol: Annotated[
        str, typer.Argument(metavar="SYMBOL", help="BTCUSDT, or in full venue:market:BTCUSDT.", autocompletion=completing.symbols)
    ],
    from_: Annotated[str | None, typer.Option("--from", metavar="TIME", help="First missing minute, UTC.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End of the hole, UTC, exclusive.")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the hole is known.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show what is accepted.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the acceptance of the span back.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Accept a known outage: preflight treats the hole as closed market. Bars that are stored there later always win."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market.store import Store
    from trade.quality import accepting

    series = Store(db).resolve(symbol)
    if not list_:
        act = accepting.remove_accepted if remove else accepting.accept_gap
        act(db, _accept_request(series, from_, to, reason))
    elif remove or from_ is not None or to is not None:
        raise Malformed(Finding("bad-options", "--list shows what is accepted and takes no span", "leave the other options out"))
    known = accepting.accepted_gaps(Store(db), series)
    console.succeed({"series": series.key, "accepted_gaps": [each.as_json() for each in known]})
    _show_accepted(series, [each.as_json() for each in known])


def journal(symbols: Symbols = None, db: Db = DEFAULT_DB, as_json: Json = False, quiet: Quiet = False) -> None:
    """List what healing, accepting, replacing and deleting did to the store, oldest first."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market import journal as journals
    from trade.market.store import Store

    entries = journals.read(db, Store(db).manifest)
    found = [entry for entry in entries if not symbols or {entry.series.symbol, entry.series.key} & set(symbols)]
    console.succeed({"entries": [entry.as_json() for entry in found]})
    _show_journal(found)


def _accept_request(series: Series, from_: str | None, to: str | None, reason: str) -> AcceptRequest:
    from trade.market.paths import as_typed
    from trade.quality.accepting import AcceptRequest

    start_ms, end_ms = instant_ms("--from", from_), instant_ms("--to", to)
    if start_ms is None or end_ms is None:
        raise Malformed(Finding("bad-options", "a gap is named by --from and --to", f"see 'trade data gaps {series}' for the holes"))
    return AcceptRequest(series, start_ms, end_ms, now_ms(), as_typed(reason))


def _show_checked(checked: list[Checked]) -> None:
    sheet = Sheet("series", "kind", *(number(head) for head in ("rows", "damaged files", "errors", "warnings")))
    for one in checked:
        errors = sum(len(fault.spans) for fault in one.faults if fault.check.severity == "error")
        warnings = sum(len(fault.spans) for fault in one.faults if fault.check.severity == "warning")
        sheet.add(one.series.key, one.kind, f"{one.rows:,}", *(f"{count:,}" for count in (len(one.damage), errors, warnings)))
    console.show(sheet if checked else "nothing is stored")


def _show_healed(healed: Sequence[Healed]) -> None:
    sheet = Sheet("series", "kind", *(number(head) for head in ("rows fetched", "months replaced", "gaps left", "newly marked")))
    for one in healed:
        counts = (one.rows_fetched, one.months_replaced, len(one.unhealable) + len(one.known), one.marked)
        sheet.add(one.series.key, one.kind, *(f"{count:,}" for count in counts))
    console.show(sheet if healed else "nothing is stored")


def _show_accepted(series: Series, known: list[dict[str, Any]]) -> None:
    from trade.market.instants import iso

    console.show(f"{series}: {len(known)} accepted gaps")
    sheet = Sheet("from", "to", number("missing"), words("reason"))
    for gap in known:
        sheet.add(iso(gap["start_ms"]), iso(gap["end_ms"]), f"{gap['missing_bars']:,}", gap["reason"])
    if known:
        console.show(sheet)


def _show_journal(entries: list[JournalEntry]) -> None:
    from trade.market.instants import iso

    sheet = Sheet(
        Heading("when", spare=3),
        "what",
        "series",
        Heading("kind", spare=2),
        "from",
        Heading("to", spare=1),
        number("rows", 4),
        words("result"),
    )
    for entry in entries[-_SHOWN:]:
        span = (iso(entry.start_ms), iso(entry.end_ms))
        sheet.add(iso(entry.at_ms), entry.what, entry.series.key, entry.kind, *span, f"{entry.rows:,}", entry.result)
    console.show(sheet if entries else "nothing was done yet")
    if len(entries) > _SHOWN:
        console.say(f"the last {_SHOWN} of {len(entries)} are shown; --json names all")
