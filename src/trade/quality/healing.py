"""Healing: what can be fetched of missing and damaged history is, the rest is marked in the journal; no row is made up or lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from trade.base.arrays import Int64
from trade.base.calendar import ClosedSpans
from trade.base.errors import DataMissing
from trade.base.findings import Finding, Severity, errors
from trade.base.history import Spans
from trade.base.timeframe import MINUTE_MS
from trade.market import journal
from trade.market.calendars.own import own_closed
from trade.market.columns import step_of
from trade.market.instants import iso
from trade.market.journal import CANNOT, HEAL, KEPT, MARKED, NOTHING, JournalEntry
from trade.market.names import Kind, Series
from trade.market.spans import length_ms, union, within, without
from trade.market.store import Store
from trade.market.writer import writing
from trade.quality import missing
from trade.quality.case import Check
from trade.quality.checking import Checked, Fault, check_series, chosen
from trade.quality.registry import CHECKS
from trade.sync.replacing import BadMonth, Fetch, replace_month
from trade.sync.request import SyncRequest, syncs_itself
from trade.sync.shelf import WAIT_S

_ABSENT = ("missing-bars", "open-interest-hole", "funding-hole")
_NAMED = 3
ClosedOf = Callable[[str], ClosedSpans]
Noted = Mapping[tuple[Series, Kind, str], Sequence[tuple[int, int]]]


@dataclass(frozen=True)
class HealRequest:
    """Which symbols (none: all), when, and whether the exchange is asked again for what it had nothing of."""

    symbols: tuple[str, ...]
    now_ms: int
    again: bool = False


@dataclass(frozen=True)
class Healed:
    """One series and kind: what was fetched, what cannot be, what was known of that before, and what was marked."""

    series: Series
    kind: Kind
    rows_fetched: int
    months_replaced: int
    unhealable: Spans  # found out by this healing
    known: Spans  # by an earlier one, not asked for again
    marked: int
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "series": self.series.key,
            "kind": str(self.kind),
            "rows_fetched": self.rows_fetched,
            "months_replaced": self.months_replaced,
            "unhealable": [list(span) for span in self.unhealable],
            "known_unhealable": [list(span) for span in self.known],
            "marked": self.marked,
        }


def heal(store: Path, request: HealRequest, fetch: Fetch, closed_of: ClosedOf = own_closed) -> tuple[Healed, ...]:
    """Heal what is stored of some symbols and return what was done.

    `fetch` syncs into a store, `closed_of` gives a calendar its closed spans.
    Raises DataMissing for symbols that are not stored; Refused when the exchange or the store refuses: what was committed stays and is
    in the journal, and the same request goes on from there.
    """
    before = Store(store)
    noted = _noted(journal.read(store, before.manifest))
    done: list[Healed] = []
    for series, kinds in groupby(chosen(before, request.symbols), key=lambda each: each[0]):
        done.extend(_Healing(store, request, fetch, closed_of, noted, series).run([kind for _, kind in kinds]))
    return tuple(done)


@dataclass(frozen=True)
class _Healing:
    """Healing of one series."""

    store: Path
    request: HealRequest
    fetch: Fetch
    closed_of: ClosedOf
    noted: Noted
    series: Series

    def run(self, kinds: Sequence[Kind]) -> Iterator[Healed]:
        """Replace bad months of every kind before anything is merged into their neighbours, then fetch what is missing."""
        checked = {kind: self._check(kind) for kind in kinds}
        replaced = {kind: self._replace(one) for kind, one in checked.items()}
        if any(replaced.values()):
            checked = {kind: self._check(kind) for kind in kinds}
        sound = not any(errors(one.findings()) for one in checked.values())
        for kind, one in checked.items():
            yield self._heal(one, replaced[kind], sound)

    def _check(self, kind: Kind, checks: Sequence[Check] = CHECKS) -> Checked:
        return check_series(Store(self.store), self.series, kind, checks, self.closed_of)

    def _replace(self, checked: Checked) -> int:
        """Fetch bad months anew, and return how many were replaced; one that was not is noted, and asked for no second time."""
        kind = checked.kind
        tried = () if self.request.again else self._noted(kind, KEPT)
        bad = [month for month in _bad_months(Store(self.store), checked) if without([month.span], tried)]
        kept = [month for month in bad if not self._is_replaced(month)]
        self._note([self._entry(kind, month.span, month.month.rows, KEPT) for month in kept])
        return len(bad) - len(kept)

    def _is_replaced(self, bad: BadMonth) -> bool:
        if not syncs_itself(self.series):
            return False
        try:
            return replace_month(self.store, bad, self.fetch, self.request.now_ms) is not None
        except DataMissing:
            return False  # not listed any more

    def _heal(self, checked: Checked, replaced: int, sound: bool) -> Healed:
        kind = checked.kind
        holes = _holes(checked)
        known = () if self.request.again else within(holes, self._noted(kind, NOTHING, CANNOT))
        asked = without(holes, known)
        rows, said = self._fetch(kind, asked) if asked and sound and syncs_itself(self.series) else (0, ())
        listed = not any(finding.severity is Severity.WARNING and finding.code == "symbol-not-listed" for finding in said)
        left = within(_holes(self._check(kind, missing.CHECKS)), asked) if rows else asked
        unhealable = left if sound or not syncs_itself(self.series) else ()
        marks = list(self._marks(checked))
        result = NOTHING if syncs_itself(self.series) else CANNOT
        self._note([*(self._entry(kind, span, 0, result) for span in unhealable), *marks])
        findings = (*errors(checked.findings()), *said, *_told(self.series, kind, unhealable, known, listed))
        return Healed(self.series, kind, rows, replaced, unhealable, known, len(marks), findings)

    def _fetch(self, kind: Kind, spans: Spans) -> tuple[int, tuple[Finding, ...]]:
        """Return how many rows came, and what the sync said; a symbol that is not listed any more has nothing."""
        request = SyncRequest((self.series,), (kind,), False, spans[0][0], spans[-1][1], only=spans, journal_ms=self.request.now_ms)
        try:
            report = self.fetch(self.store, request)
        except DataMissing as error:
            return 0, tuple(replace(finding, severity=Severity.WARNING) for finding in error.findings)
        told = tuple(finding for finding in report.findings if finding.code != "exchange-has-gap")
        return sum(one.rows_new for one in report.series), told

    def _marks(self, checked: Checked) -> Iterator[JournalEntry]:
        """Yield an entry per span of rows that are odd and can only be marked, if it is not marked already."""
        for fault in checked.faults:
            if fault.check.code in _ABSENT or fault.check.severity is Severity.NOTE:
                continue
            result = f"{MARKED}{fault.check.code}"
            for span in without(_spans(fault.spans), self._noted(checked.kind, result)):
                yield self._entry(checked.kind, span, (span[1] - span[0]) // step_of(checked.kind), result)

    def _noted(self, kind: Kind, *results: str) -> Spans:
        """Return the spans to which healing came with one of these results before."""
        return union(span for result in results for span in self.noted.get((self.series, kind, result), ()))

    def _entry(self, kind: Kind, span: tuple[int, int], rows: int, result: str) -> JournalEntry:
        return JournalEntry(self.request.now_ms, HEAL, self.series, kind, *span, rows, result)

    def _note(self, entries: Sequence[JournalEntry]) -> None:
        if entries:
            with writing(self.store, WAIT_S) as writer:
                writer.commit(writer.manifest, entries)


def _noted(entries: Iterable[JournalEntry]) -> Noted:
    """Return what earlier healing wrote, by what it came to."""
    found: dict[tuple[Series, Kind, str], list[tuple[int, int]]] = {}
    for entry in entries:
        if entry.what == HEAL:
            found.setdefault((entry.series, entry.kind, entry.result), []).append((entry.start_ms, entry.end_ms))
    return found


def _bad_months(store: Store, checked: Checked) -> Iterator[BadMonth]:
    """Yield the months whose file is damaged, or that hold impossible rows."""
    damaged = {each.month.month for each in checked.damage}
    wrong = union(span for fault in checked.faults if fault.check.severity is Severity.ERROR for span in _spans(fault.spans))
    for month in store.manifest.of(checked.series, checked.kind):
        bad = BadMonth(checked.series, checked.kind, month)
        if month.month in damaged or within([bad.span], wrong):
            yield bad


def _holes(checked: Checked) -> Spans:
    return union(span for fault in _absent(checked.faults) for span in _spans(fault.spans))


def _absent(faults: Iterable[Fault]) -> Iterator[Fault]:
    return (fault for fault in faults if fault.check.code in _ABSENT)


def _spans(spans: Int64) -> Spans:
    return union((start_ms, end_ms) for start_ms, end_ms in spans.tolist())


def _told(series: Series, kind: Kind, unhealable: Spans, known: Spans, listed: bool) -> Iterator[Finding]:
    """Say what cannot be healed and why: nobody to ask, a symbol that is gone, or nothing there, now or when it was asked before."""
    if not (unhealable or known):
        return
    spans = union((*unhealable, *known))
    first = ", ".join(f"'{iso(start_ms)}'" for start_ms, _ in spans[:_NAMED])
    why, hint = _cause(series, known if not unhealable else (), listed)
    fact = (
        f"{kind} of '{series}': '{len(spans)}' gaps ('{length_ms(spans) // MINUTE_MS}' minutes) cannot be healed, first at {first}: {why}"
    )
    data = {"series": series.key, "kind": str(kind), "spans": [list(span) for span in spans]}
    yield Finding("unhealable", fact, hint, Severity.WARNING, data=data)


def _cause(series: Series, only_known: Spans, listed: bool) -> tuple[str, str]:
    elsewhere = f"import what another source has, or accept a known outage with 'trade data accept-gap {series}'"
    if not syncs_itself(series):
        return "only 'bybit:linear' is asked by itself", elsewhere
    if not listed:
        return "the exchange does not list the symbol any more", elsewhere
    if only_known:
        return "the exchange had nothing there when it was asked before", f"ask it again with --again, {elsewhere}"
    return "the exchange has nothing there", elsewhere
