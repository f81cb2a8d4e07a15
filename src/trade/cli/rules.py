"""`trade data rules`: ticks, steps and minima of a symbol with their dates, and its delisting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.cli import completing, console
from trade.cli.options import DEFAULT_DB, Db, Json, Quiet, instant_ms
from trade.cli.sheet import Sheet, number, words

if TYPE_CHECKING:
    from trade.base.instrument import Instrument

_NEVER = "never"


def rules(
    symbol: Annotated[
        str, typer.Argument(metavar="SYMBOL", help="BTCUSDT, or in full venue:market:BTCUSDT.", autocompletion=completing.symbols)
    ],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when the values hold, UTC [default: from the first bar on].")
    ] = None,
    tick: Annotated[str | None, typer.Option("--tick", help="Tick size.")] = None,
    step: Annotated[str | None, typer.Option("--step", help="Quantity step.")] = None,
    min_qty: Annotated[str | None, typer.Option("--min-qty", help="Smallest quantity of an order.")] = None,
    max_qty: Annotated[str | None, typer.Option("--max-qty", help="Largest quantity of an order; 'none' for no maximum.")] = None,
    min_notional: Annotated[str | None, typer.Option("--min-notional", help="Smallest value of an order in USDT; 0 for none.")] = None,
    remove: Annotated[str | None, typer.Option("--remove", metavar="TIME", help="Remove the set that begins at this instant.")] = None,
    delisted: Annotated[
        str | None, typer.Option("--delisted", metavar="TIME", help="The instant of the delisting, UTC, or 'never' to take it back.")
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show the rules of a symbol with their dates, or change them; a run uses each set at its date.

    Values that are not named stay as they are in force at --from.
    """
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market.instruments import parse_grid
    from trade.market.ruling import NO_MAXIMUM, change, with_values, without
    from trade.market.store import Store

    options = {"tick_size": ("--tick", tick), "qty_step": ("--step", step), "min_qty": ("--min-qty", min_qty)}
    unlimited = max_qty == NO_MAXIMUM
    options |= {"max_qty": ("--max-qty", None if unlimited else max_qty), "min_notional_usdt": ("--min-notional", min_notional)}
    parsed = {name: parse_grid(text, option, or_zero=option == "--min-notional") for name, (option, text) in options.items()}
    values = {name: value for name, value in parsed.items() if value is not None or (unlimited and name == "max_qty")}
    from_ms, remove_ms = instant_ms("--from", from_), instant_ms("--remove", remove)
    delisted_ms = None if delisted in (None, _NEVER) else instant_ms("--delisted", delisted)
    if from_ms is not None and not values:
        raise Malformed(Finding("no-values", f"--from '{from_}' says when, and no option says what", "add --tick, --step, --min-qty, ..."))

    def made(instrument: Instrument) -> Instrument:
        from dataclasses import replace

        if remove_ms is not None:
            instrument = without(instrument, remove_ms)
        if values:
            instrument = with_values(instrument, from_ms or 0, values)
        return instrument if delisted is None else replace(instrument, delisted_ms=delisted_ms)

    store = Store(db)
    series = store.resolve(symbol)
    asked = bool(values) or remove_ms is not None or delisted is not None
    instrument, findings = change(db, series, made) if asked else (store.instrument(series), [])
    sets = [table.as_json() for table in instrument.rule_tables]
    console.succeed({"series": series.key, "delisted_ms": instrument.delisted_ms, "rules": sets}, findings=findings)
    console.show_findings(findings)
    _show(instrument)


def _show(instrument: Instrument) -> None:
    from trade.market.instants import iso
    from trade.market.ruling import NO_MAXIMUM

    heads = (number("tick"), number("step"), number("min quantity", 1), number("max quantity", 1), number("min notional", 1))
    sheet = Sheet("from", *heads, words("source", 2))
    for one in instrument.rule_tables:
        since = iso(one.from_ms) if one.from_ms else "always"
        numbers = (one.tick_size, one.qty_step, one.min_qty, one.max_qty, one.min_notional_usdt)
        sheet.add(since, *(NO_MAXIMUM if number is None else f"{number:f}" for number in numbers), one.source)
    console.show(f"{instrument.key}" + ("" if instrument.delisted_ms is None else f", delisted at {iso(instrument.delisted_ms)}"))
    console.show(sheet)
