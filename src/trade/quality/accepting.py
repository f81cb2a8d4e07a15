"""Known outages of an exchange: holes in the bars of a series that are accepted as closed market (GAP-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.history import Spans
from trade.base.timeframe import MINUTE_MS
from trade.market.accepted import cut
from trade.market.gaps import Gap, find_gaps
from trade.market.instants import iso, one_word
from trade.market.journal import JournalEntry
from trade.market.manifest import AcceptedGap
from trade.market.names import Kind, Series
from trade.market.spans import length_ms, within, without
from trade.market.store import Store
from trade.market.writer import Writer, writing

_NAMED = 5
Gaps = tuple[AcceptedGap, ...]


@dataclass(frozen=True)
class AcceptRequest:
    """A span of whole minutes of one stored series; `now_ms` is what the journal says of when."""

    series: Series
    start_ms: int
    end_ms: int
    now_ms: int
    reason: str = ""


@dataclass(frozen=True)
class Accepted:
    """An accepted gap, and those parts of it that are still without bars: only they count."""

    gap: AcceptedGap
    open: Spans

    def as_json(self) -> dict[str, Any]:
        return {
            "start_ms": self.gap.start_ms,
            "end_ms": self.gap.end_ms,
            "reason": self.gap.reason,
            "missing_bars": length_ms(self.open) // MINUTE_MS,
        }


def accept_gap(store: Path, request: AcceptRequest) -> Gaps:
    """Accept a hole in the stored bars and return all accepted gaps of the series.

    Raises Malformed for a span that is no hole, or not only one, naming the holes inside it; DataMissing for a series without bars.
    """
    _require_minutes(request)
    with writing(store) as writer:
        snapshot = Store(store)  # the lock is ours: nobody can commit until we have
        _require_hole(snapshot, request, snapshot.resolve(request.series.key))
        before = writer.manifest.accepted_gaps.get(request.series, ())
        fresh = AcceptedGap(request.start_ms, request.end_ms, request.reason)
        after = _merged((*cut(before, request.start_ms, request.end_ms), fresh))
        _commit(writer, request, after, "accept-gap", request.reason)
    return after


def remove_accepted(store: Path, request: AcceptRequest) -> Gaps:
    """Take the acceptance of a span back and return the accepted gaps that are left. Raises Malformed if nothing in it is accepted."""
    _require_minutes(request)
    with writing(store) as writer:
        before = writer.manifest.accepted_gaps.get(request.series, ())
        after = tuple(cut(before, request.start_ms, request.end_ms))
        if after == before:
            fact = f"no gap of '{request.series}' is accepted in '{iso(request.start_ms)}' to '{iso(request.end_ms)}'"
            raise Malformed(Finding("gap-not-accepted", fact, "see 'trade data accept-gap SYMBOL --list'"))
        _commit(writer, request, after, "remove-accepted-gap", "")
    return after


def accepted_gaps(store: Store, series: Series) -> tuple[Accepted, ...]:
    """Return the accepted gaps of a series, each with what of it is still without bars."""
    return tuple(Accepted(gap, _holes(store, series, gap.start_ms, gap.end_ms)) for gap in store.manifest.accepted_gaps.get(series, ()))


def accepted_bars(store: Store, series: Series, gaps: Iterable[Gap]) -> tuple[int, ...]:
    """Return how many of the bars that each gap lacks are accepted as missing."""
    known = [(gap.start_ms, gap.end_ms) for gap in store.manifest.accepted_gaps.get(series, ())]
    return tuple(length_ms(within([(gap.start_ms, gap.end_ms)], known)) // MINUTE_MS for gap in gaps)


def _holes(store: Store, series: Series, start_ms: int, end_ms: int) -> Spans:
    clock = store.rows(series, Kind.BARS, start_ms, end_ms).columns["ts_open_ms"]
    return tuple((gap.start_ms, gap.end_ms) for gap in find_gaps(clock, start_ms, end_ms))


def _require_minutes(request: AcceptRequest) -> None:
    found = []
    if request.start_ms % MINUTE_MS or request.end_ms % MINUTE_MS:
        found.append(Finding("bad-time", "an accepted gap begins and ends on whole minutes", "leave the seconds out"))
    if request.end_ms <= request.start_ms:
        found.append(Finding("empty-span", "the span ends before it starts", "give a --to that lies after --from"))
    if found:
        raise Malformed(found)


def _require_hole(store: Store, request: AcceptRequest, series: Series) -> None:
    """Refuse a span that is not missing as a whole, or that reaches beyond what is stored."""
    months = store.manifest.of(series, Kind.BARS)
    stored = [(months[0].first_ms, months[-1].last_ms + MINUTE_MS)]
    span = [(request.start_ms, request.end_ms)]
    holes = within(_holes(store, series, request.start_ms, request.end_ms), stored)
    if holes == tuple(span):
        return
    said = f"'{iso(request.start_ms)}' to '{iso(request.end_ms)}' of '{series}' is no hole"
    bars = (length_ms(within(span, stored)) - length_ms(holes)) // MINUTE_MS
    if bars:
        said += f": '{bars}' bars of it are stored"
    if without(span, stored):
        said += f"; bars are stored from '{iso(stored[0][0])}' to '{iso(stored[0][1])}' only"
    named = ", ".join(f"--from {one_word(first)} --to {one_word(end)}" for first, end in holes[:_NAMED])
    more = f" and {len(holes) - _NAMED} more" if len(holes) > _NAMED else ""
    hint = f"the holes inside it: {named}{more}" if holes else "nothing is missing there; see 'trade data gaps'"
    raise Malformed(Finding("not-a-gap", said, hint, data={"bars": bars, "gaps": [list(hole) for hole in holes]}))


def _merged(gaps: Gaps) -> Gaps:
    """Return gaps that do not overlap, ascending, as one where they touch and have one reason."""
    found: list[AcceptedGap] = []
    for gap in sorted(gaps):
        if found and found[-1].end_ms == gap.start_ms and found[-1].reason == gap.reason:
            gap = AcceptedGap(found.pop().start_ms, gap.end_ms, gap.reason)
        found.append(gap)
    return tuple(found)


def _commit(writer: Writer, request: AcceptRequest, gaps: Gaps, what: str, result: str) -> None:
    rows = (request.end_ms - request.start_ms) // MINUTE_MS
    entry = JournalEntry(request.now_ms, what, request.series, Kind.BARS, request.start_ms, request.end_ms, rows, result)
    writer.commit(writer.manifest.with_accepted_gaps(request.series, gaps), [entry])
