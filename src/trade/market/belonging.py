"""Which rows bars are read with: their own, and for spot bars the funding of the same venue's perpetual."""

from __future__ import annotations

from trade.market.names import Kind, Series


def sources(bars: Series, kind: Kind) -> tuple[Series, ...]:
    """Return the series of which bars read a kind: the first of them that is stored."""
    return (bars, Series(bars.venue, "linear", bars.symbol)) if kind is Kind.FUNDING and bars.market == "spot" else (bars,)


def import_command(series: Series, kind: Kind, file: str = "FILE") -> str:
    """Return the command that stores a file as one kind of a series."""
    words = "" if kind is Kind.BARS else f" --kind {kind}"  # bars are told by their columns, and so are trades
    words += "" if series.market == "linear" else f" --market {series.market}"
    return f"trade data import {file} --symbol {series.symbol}{words} --venue {series.venue}"


def copy_commands(source: Series, target: Series, kind: Kind) -> str:
    """Return the two commands that store one kind of a series as that of another, too, in quotes."""
    file = f"copied-{kind}.parquet"
    return f"'trade data export {source} --kind {kind} --to-file {file}', then '{import_command(target, kind, file)}'"
