"""Removal of stored series, or of a span of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trade.base.errors import DataMissing, Malformed
from trade.base.findings import Finding
from trade.market.accepted import cut
from trade.market.columns import clock_column, price_names, step_of, take
from trade.market.instants import iso
from trade.market.journal import DELETED, JournalEntry
from trade.market.manifest import Manifest, Month
from trade.market.names import Kind, Series
from trade.market.ticks import off_grid_rows
from trade.market.writer import Writer, writing

_EVER_MS = 2**62


@dataclass(frozen=True)
class DeleteRequest:
    """What to remove: of each kind the rows whose clock is in [from_ms, to_ms). `now_ms` is what the journal says of when."""

    series: Series
    kinds: tuple[Kind, ...]
    now_ms: int
    from_ms: int = -_EVER_MS
    to_ms: int = _EVER_MS


def delete_rows(store: Path, request: DeleteRequest) -> int:
    """Remove rows in one commit and return how many went. Raises DataMissing if none of them is stored, Malformed for an empty span.

    The files stay for an hour, and as long as a reader holds an older snapshot. With bars go the accepted gaps of their span, with
    the last row of a price series its instrument. Months that lie in the span as a whole are not read: they may be damaged.
    """
    if request.to_ms <= request.from_ms:
        raise Malformed(Finding("empty-span", "the span ends before it starts", "give a --to that lies after --from"))
    series = request.series
    with writing(store) as writer:
        manifest, entries = writer.manifest, []
        for kind in dict.fromkeys(request.kinds):
            before = manifest.of(series, kind)
            after = list(_left(writer, kind, before, request))
            rows = sum(month.rows for month in before) - sum(month.rows for month in after)
            if rows:
                span = max(request.from_ms, before[0].first_ms), min(request.to_ms, before[-1].last_ms + step_of(kind))
                entries.append(JournalEntry(request.now_ms, DELETED, series, kind, *span, rows, ""))
                manifest = _without(manifest, request, kind, after)
        if not entries:
            raise DataMissing(Finding("series-not-stored", _nothing(store, request), "see 'trade data info'"))
        writer.commit(manifest, entries)
    return sum(entry.rows for entry in entries)


def _left(writer: Writer, kind: Kind, months: Iterable[Month], request: DeleteRequest) -> Iterator[Month]:
    """Yield what is left of months outside the span; a month that loses some of its rows is staged anew."""
    for month in months:
        if month.last_ms < request.from_ms or month.first_ms >= request.to_ms:
            yield month
        elif month.first_ms < request.from_ms or month.last_ms >= request.to_ms:
            rows = writer.rows(kind, [month])
            clock = rows[clock_column(kind)]
            kept = take(rows, (clock < request.from_ms) | (clock >= request.to_ms))
            if len(kept[clock_column(kind)]) == month.rows:
                yield month  # the span is a hole of it
            else:
                instrument, names = writer.manifest.instruments.get(request.series), price_names(kind)
                off_grid = off_grid_rows(kept, names, instrument) if names and instrument is not None else 0
                yield writer.stage(request.series, kind, month.month, kept, off_grid)


def _without(manifest: Manifest, request: DeleteRequest, kind: Kind, left: list[Month]) -> Manifest:
    series = request.series
    manifest = manifest.with_series(series, kind, {month.month: month for month in left})
    if kind is Kind.BARS:
        accepted = manifest.accepted_gaps.get(series, ())
        manifest = manifest.with_accepted_gaps(series, tuple(cut(accepted, request.from_ms, request.to_ms)) if left else ())
    if not any((series, one) in manifest.months for one in (Kind.BARS, Kind.MARK)):
        manifest = manifest.with_instrument(series, None)
    return manifest


def _nothing(store: Path, request: DeleteRequest) -> str:
    ends = ((" from", request.from_ms), (" to", request.to_ms))
    span = "".join(f"{word} '{iso(ms)}'" for word, ms in ends if abs(ms) < _EVER_MS)
    return f"nothing of '{request.series}'{span} to delete in '{store}'"
