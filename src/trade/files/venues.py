"""Whose rows a file without a venue holds: funding, marks and open interest belong to the bars that a run reads them with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place, Severity
from trade.base.quoting import quoted
from trade.files.layouts import GENERIC
from trade.market.belonging import copy_commands, sources
from trade.market.manifest import Manifest
from trade.market.names import Kind, Series


def beside_its_bars(manifest: Manifest, series: Series, kind: Kind, file: str) -> tuple[Series, tuple[Finding, ...]]:
    """Return where rows belong whose venue nobody named, and what there is to say about it; `series` has the venue of their layout.

    Rows of a layout of no exchange go to the only venue whose bars read them. Raises Malformed where there are several.
    """
    stored = sorted(one for one, each in manifest.months if each is Kind.BARS and one.symbol == series.symbol)
    if kind is Kind.BARS:
        return series, tuple(_left(manifest, series, file))
    if not stored:
        return series, ()
    readers = [one for one in stored if replace(series, venue=one.venue) in sources(one, kind)]
    readers = [one for one in readers if one.market == series.market] or readers
    venues = {one.venue: replace(series, venue=one.venue) for one in readers}
    if series.venue == GENERIC and len(venues) > 1:
        raise Malformed(_ambiguous(series, kind, readers, file))
    if series.venue in venues:
        return series, ()
    if series.venue != GENERIC or not venues:
        return series, (_apart(series, kind, stored, venues.values(), file),)
    [taken] = venues.values()
    return taken, (_taken(taken, kind, readers, file),)


def _left(manifest: Manifest, bars: Series, file: str) -> Iterator[Finding]:
    """Yield a note for each kind that is stored of the symbol and that its first bars do not read; of bars that are there it was said."""
    if (bars, Kind.BARS) in manifest.months:
        return
    for kind in (each for each in Kind if each is not Kind.BARS):
        others = sorted(one for one, each in manifest.months if each is kind and one.symbol == bars.symbol)
        if others and not set(others) & set(sources(bars, kind)):
            fact = f"the bars are stored as '{bars}', and {kind} of '{bars.symbol}' is stored as {quoted(others)}: no run reads both"
            hint = f"to read it with these bars: {copy_commands(others[0], sources(bars, kind)[-1], kind)}"
            yield Finding("bars-elsewhere", fact, hint, Severity.NOTE, Place(file))


def _taken(taken: Series, kind: Kind, readers: Iterable[Series], file: str) -> Finding:
    fact = f"the file names no venue: its {kind} is stored as '{taken}', for the only bars of '{taken.symbol}' are {quoted(readers)}"
    hint = f"where it belongs to others, name their venue, such as '--venue {GENERIC}'"
    severity = Severity.NOTE if taken in readers else Severity.WARNING  # spot bars only stand in for the perpetual
    return Finding("venue-of-bars", fact, hint, severity, Place(file))


def _ambiguous(series: Series, kind: Kind, readers: Iterable[Series], file: str) -> Finding:
    ways = " or ".join(f"'--venue {one.venue}'" for one in readers)
    fact = f"the file names no venue, and bars of '{series.symbol}' are stored as {quoted(readers)}"
    return Finding("ambiguous-venue", fact, f"say whose {kind} it is, with {ways}", place=Place(file))


def _apart(series: Series, kind: Kind, stored: Iterable[Series], others: Iterable[Series], file: str) -> Finding:
    fact = f"the {kind} is stored as '{series}', and bars of '{series.symbol}' are stored as {quoted(stored)}: no run reads both"
    ways = [f"'--venue {other.venue}'" for other in others]
    hint = f"to read it with those bars, import it with {' or '.join(ways)}" if ways else f"bring in the bars of '{series}', too"
    return Finding("bars-elsewhere", fact, hint, Severity.WARNING, Place(file))
