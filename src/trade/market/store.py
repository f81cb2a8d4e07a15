"""The stored world as one snapshot: what there is, and the history of a series over a span."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trade.base.bars import Bars, base_bars
from trade.base.errors import DataMissing, Malformed, Mismatch
from trade.base.findings import Finding, Severity
from trade.base.hashing import json_hash
from trade.base.history import Funding, History, OpenInterest, Spans
from trade.base.instrument import Instrument
from trade.base.nearest import nearest
from trade.market.belonging import import_command, sources
from trade.market.columns import PRICES, Columns, clock_column, digest, take
from trade.market.damage import damaged
from trade.market.gaps import find_gaps
from trade.market.instants import iso
from trade.market.manifest import Month
from trade.market.names import Kind, Series, parse_series
from trade.market.reader import read_months, read_rows
from trade.market.snapshots import hold
from trade.market.spans import within


@dataclass(frozen=True)
class StoredSeries:
    """What is stored of one series and kind, over [first_ms, last_ms], both the clock of a row."""

    series: Series
    kind: Kind
    rows: int
    first_ms: int
    last_ms: int
    months: tuple[Month, ...]


@dataclass(frozen=True)
class StoredSpan:
    """The rows of one series in [start, end), and the digest of each month of them (HASH-2)."""

    columns: Columns
    digests: tuple[tuple[str, str], ...]
    off_grid: int


class Store:
    """A snapshot of the store in a folder, taken when it is made; later commits are seen by a new `Store`.

    Its files are not collected while it lives.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_dir():
            raise Malformed(Finding("store-not-a-folder", f"'{path}' is a file, the store is a folder", "name a folder with --db"))
        self.path = path
        self.manifest = hold(path, self)

    def series(self) -> tuple[StoredSeries, ...]:
        """Return everything that is stored, sorted by name and kind."""
        found = [(series, kind, self.manifest.of(series, kind)) for series, kind in sorted(self.manifest.months)]
        return tuple(
            StoredSeries(series, kind, sum(m.rows for m in months), months[0].first_ms, months[-1].last_ms, months)
            for series, kind, months in found
        )

    def instrument(self, series: Series) -> Instrument:
        """Return the rules of a stored symbol. Raises DataMissing if it has none."""
        try:
            return self.manifest.instruments[series]
        except KeyError:
            raise self._missing(series.key) from None

    def named(self, text: str) -> Series:
        """Return the series of a full name, stored or not. Raises Malformed, with the stored one that is most like it."""
        return parse_series(text, sorted({series for series, _ in self.manifest.months}))

    def resolve(self, text: str) -> Series:
        """Return the stored bars series that a Play's symbol means: a full name, or a bare one that only one series has.

        Raises Malformed when several have it, DataMissing when none does.
        """
        wanted = self.named(text) if ":" in text else None
        with_bars = [s for s, kind in self.manifest.months if kind is Kind.BARS]
        found = sorted(s for s in with_bars if s == wanted or (wanted is None and s.symbol == text))
        if not found:
            raise self._missing(text)
        if len(found) > 1:
            keys = [s.key for s in found]
            hint = f"write one of {', '.join(keys)}"
            raise Malformed(Finding("ambiguous-symbol", f"'{text}' is stored {len(keys)} times", hint, data={"choices": keys}))
        return found[0]

    def rows(self, series: Series, kind: Kind, start_ms: int, end_ms: int, *, rehash: bool = False) -> StoredSpan:
        """Return the stored rows whose clock is in [start_ms, end_ms).

        `rehash` computes every digest from the rows read, not only those of edge months, and raises Mismatch on a difference.
        """
        months = [m for m in self.manifest.of(series, kind) if m.last_ms >= start_ms and m.first_ms < end_ms]
        columns = read_months(self.path, kind, months)
        if rehash:
            _require_digests(kind, columns, months)
        clock = columns[clock_column(kind)]
        low, high = (int(i) for i in np.searchsorted(clock, [start_ms, end_ms]))
        return StoredSpan(take(columns, slice(low, high)), _digests(kind, columns, months, low, high), sum(m.off_grid for m in months))

    def as_stored(self, kind: Kind, month: Month) -> Columns:
        """Return the rows of a month in the order they have in its file. Raises Mismatch if it cannot be read."""
        return read_rows(self.path, kind, month)

    def load(self, series: Series, start_ms: int, end_ms: int, *, rehash: bool = False, open_interest: bool = False) -> History:
        """Return the history over [start_ms, end_ms) on the integer grid; gaps stay gaps. Raises DataMissing for unknown series.

        Open interest is read, and part of the digest, only if it is asked for. Of a symbol that is delisted inside the span only
        what was before is read, with a warning if there is more (END-2).
        """
        instrument = self.instrument(series).within(start_ms, end_ms)
        late = 0
        if instrument.delisted_ms is not None:
            late = len(self.rows(series, Kind.BARS, instrument.delisted_ms, end_ms).columns["ts_open_ms"])
            end_ms = max(start_ms, instrument.delisted_ms)
        payer = self.funding_of(series)
        wanted = {Kind.BARS: series, Kind.MARK: series}
        wanted |= {Kind.FUNDING: payer} if payer is not None else {}
        wanted |= {Kind.OI: series} if open_interest else {}
        spans = self._spans(wanted, start_ms, end_ms, rehash)
        bars, mark, funding, held = spans[Kind.BARS], spans[Kind.MARK], spans.get(Kind.FUNDING), spans.get(Kind.OI)
        has_mark = (series, Kind.MARK) in self.manifest.months
        return History(
            instrument=instrument,
            base=_on_grid(bars.columns, instrument),
            mark=_on_grid(mark.columns, instrument) if has_mark else None,
            funding=None if funding is None else Funding(funding.columns["ts_ms"], funding.columns["rate"]),
            digest=_history_digest(instrument, bars, mark if has_mark else None, funding, held),
            findings=(*_findings(series, payer, bars, mark), *_late(instrument, late)),
            open_interest=None if held is None else OpenInterest(held.columns["ts_ms"], held.columns["open_interest"]),
            accepted_gaps=self._accepted(series, bars, start_ms, end_ms),
        )

    def _spans(self, wanted: Mapping[Kind, Series], start_ms: int, end_ms: int, rehash: bool) -> dict[Kind, StoredSpan]:
        """Return the rows of several kinds. Raises Mismatch with the damaged files of all of them."""
        found: dict[Kind, StoredSpan] = {}
        damage: list[Finding] = []
        for kind, series in wanted.items():
            try:
                found[kind] = self.rows(series, kind, start_ms, end_ms, rehash=rehash)
            except Mismatch as error:
                damage.extend(error.findings)
        if damage:
            raise Mismatch(damage)
        return found

    def funding_of(self, series: Series) -> Series | None:
        """Return whose funding a series pays: its own, else for spot bars that of the same venue's perpetual, else nobody's."""
        return next((s for s in sources(series, Kind.FUNDING) if (s, Kind.FUNDING) in self.manifest.months), None)

    def _accepted(self, series: Series, bars: StoredSpan, start_ms: int, end_ms: int) -> Spans:
        """Return the accepted gaps inside [start_ms, end_ms), as far as no bar exists in them: an existing bar always wins."""
        accepted = self.manifest.accepted_gaps.get(series, ())
        if not accepted:
            return ()
        holes = find_gaps(bars.columns["ts_open_ms"], start_ms, end_ms)
        return within([(gap.start_ms, gap.end_ms) for gap in accepted], [(hole.start_ms, hole.end_ms) for hole in holes])

    def _missing(self, text: str) -> DataMissing:
        stored = [s for s, kind in sorted(self.manifest.months) if kind is Kind.BARS]
        names = [s.key if ":" in text else s.symbol for s in stored]
        near = nearest(text, names, most=3, among=len(names))
        choices = list(dict.fromkeys(near or [s.key for s in stored][:5]))
        like = f"did you mean {' or '.join(f'`{name}`' for name in choices)}? if not, " if near else f"stored: {', '.join(choices)}; or "
        said = like if choices else "the store is empty; "
        bare = f"trade data import FILE --symbol {text.rpartition(':')[2].upper()}"
        words = import_command(parse_series(text), Kind.BARS) if text.count(":") == 2 else bare
        hint = f"{said}run '{words}'"
        return DataMissing(Finding("symbol-not-stored", f"no bars of '{text}' in '{self.path}'", hint, data={"nearest": choices}))


def _on_grid(columns: Columns, instrument: Instrument) -> Bars:
    """Return the rows as bars; each column of prices is given up for its ticks, so that a run never holds both."""
    open_, high, low, close = (instrument.to_ticks(columns["ts_open_ms"], columns.pop(name)) for name in PRICES)
    volume = columns["volume"] if "volume" in columns else np.zeros(len(open_))
    return base_bars(columns["ts_open_ms"], open_, high, low, close, volume)


def _digests(kind: Kind, columns: Columns, months: Sequence[Month], low: int, high: int) -> tuple[tuple[str, str], ...]:
    """Return the digest per month of rows [low, high): the stored one where a month is whole, else hashed here (HASH-2)."""
    found = []
    first = 0
    for month in months:
        begin, end = max(low, first), min(high, first + month.rows)
        whole = end - begin == month.rows
        if end > begin:
            found.append((month.month, month.digest if whole else digest(kind, take(columns, slice(begin, end)))))
        first += month.rows
    return tuple(found)


def _require_digests(kind: Kind, columns: Columns, months: Sequence[Month]) -> None:
    first = 0
    other = []
    for month in months:
        rows = take(columns, slice(first, first + month.rows))
        if digest(kind, rows) != month.digest:
            other.append(damaged(kind, month, "does not hold the rows it was stored with"))
        first += month.rows
    if other:
        raise Mismatch(other)


def _history_digest(
    instrument: Instrument, bars: StoredSpan, mark: StoredSpan | None, funding: StoredSpan | None, held: StoredSpan | None
) -> str:
    """Return the digest of exactly what a run reads; where the rows are stored is no part of it (HASH-2)."""
    parts: dict[str, Any] = {"instrument": instrument.facts(), "bars": bars.digests}
    parts["mark"] = None if mark is None else mark.digests
    parts["funding"] = None if funding is None else funding.digests
    if held is not None:  # named only where it is read: what other runs read stays the same
        parts["open_interest"] = held.digests
    return json_hash(parts)


def _findings(series: Series, payer: Series | None, bars: StoredSpan, mark: StoredSpan) -> list[Finding]:
    found = []
    if payer is not None and payer != series:
        hint = "the spot bars stand in for the perpetual; import its own bars with '--market linear' to avoid that"
        fact = f"funding of '{payer}' is charged on the spot bars of '{series}'"
        found.append(Finding("funding-of-perpetual-on-spot", fact, hint, Severity.WARNING))
    for kind, span in ((Kind.BARS, bars), (Kind.MARK, mark)):
        if span.off_grid:
            fact = f"'{span.off_grid}' rows of {kind} in the months read are off the tick grid and rounded to the nearest tick"
            found.append(Finding("prices-off-grid", fact, "import with '--tick' if the tick is wrong", Severity.WARNING))
    return found


def _late(instrument: Instrument, rows: int) -> list[Finding]:
    """Return a warning for bars that a delisted symbol cannot have (END-2)."""
    if not rows:
        return []
    fact = f"'{rows}' bars of '{instrument.key}' are stored at or after its delisting at '{iso(instrument.delisted_ms or 0)}' and ignored"
    hint = f"if the instant is wrong, name the right one with 'trade data rules {instrument.key} --delisted TIME', or 'never'"
    return [Finding("bars-after-delisting", fact, hint, Severity.WARNING, data={"rows": rows})]
