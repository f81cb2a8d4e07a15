"""The checks over what is stored, and what they found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trade.base.arrays import Int64
from trade.base.calendar import ClosedSpans
from trade.base.errors import DataMissing
from trade.base.findings import Finding, Severity
from trade.base.nearest import nearest
from trade.base.quoting import quoted
from trade.base.spans import NONE, joined
from trade.base.timeframe import MINUTE_MS
from trade.market.belonging import copy_commands, import_command
from trade.market.calendars.own import own_closed
from trade.market.instants import iso
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.quality.case import Check
from trade.quality.registry import CHECKS
from trade.quality.walk import Damage, Walk
from trade.sync.request import syncs_itself

_NAMED = 3
_KEPT = 1000


@dataclass(frozen=True)
class Fault:
    """What one check found in one series and kind: spans [start_ms, end_ms), shape [n, 2]."""

    series: Series
    kind: Kind
    check: Check
    spans: Int64

    def finding(self) -> Finding:
        """Return the fault as people read it."""
        first = ", ".join(f"'{iso(start_ms)}'" for start_ms in self.spans[:_NAMED, 0].tolist())
        minutes = int(np.sum(self.spans[:, 1] - self.spans[:, 0])) // MINUTE_MS
        together = f" ('{minutes}' minutes)" if minutes != len(self.spans) else ""
        return Finding(
            self.check.code,
            f"{self.kind} of '{self.series}': '{len(self.spans)}' {self.check.fact}{together}, first at {first}",
            _hint(self.check, self.series),
            self.check.severity,
            data={
                "series": self.series.key,
                "kind": str(self.kind),
                "count": len(self.spans),
                "minutes": minutes,
                "spans": self.spans[:_KEPT].tolist(),
            },
        )


_HINT = {
    Severity.ERROR: "no market can have made them; delete their span with 'trade data delete --from --to' and bring it in again",
    Severity.WARNING: "a market can have made them, rarely; compare them with another source before you trust a result",
    Severity.NOTE: "'trade data accept-gap SYMBOL --list' says why",
}
_WHERE_ABSENT = {
    "missing-bars": "accept a known outage with 'trade data accept-gap'",
    "open-interest-hole": "rules read the last record before",
    "funding-hole": "a run over them neither pays nor receives",
}


def _hint(check: Check, series: Series) -> str:
    """Return what to do about a fault; only what has an exchange to ask can be healed."""
    if check.code not in _WHERE_ABSENT:
        return _HINT[check.severity]
    first = "fetch what can be fetched with 'trade data heal'" if syncs_itself(series) else "import what another source has"
    return f"{first}; {_WHERE_ABSENT[check.code]}"


def _damage_hint(series: Series) -> str:
    anew = "import the whole month again, which writes it anew"
    return f"'trade data heal' fetches it again; else {anew}" if syncs_itself(series) else anew


@dataclass(frozen=True)
class Checked:
    """One series and kind: how many rows were looked at, and what is wrong with them."""

    series: Series
    kind: Kind
    rows: int
    faults: tuple[Fault, ...]
    damage: tuple[Damage, ...]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong, damaged files first."""
        for each in self.damage:
            data = {"series": each.series.key, "kind": str(each.kind), "month": each.month.month, "file": each.month.file}
            yield Finding("store-damaged", each.fact, _damage_hint(self.series), data=data)
        yield from (fault.finding() for fault in self.faults)

    def as_json(self) -> dict[str, Any]:
        return {
            "series": self.series.key,
            "kind": str(self.kind),
            "rows": self.rows,
            "damaged_files": len(self.damage),
            "faults": {fault.check.code: len(fault.spans) for fault in self.faults},
        }


def chosen(store: Store, symbols: Sequence[str]) -> tuple[tuple[Series, Kind], ...]:
    """Return what is stored of symbols, bare or in full; all there is without any. Raises DataMissing with every unknown one."""
    stored = [(each.series, each.kind) for each in store.series()]
    unknown = [text for text in symbols if not any(text in (series.symbol, series.key) for series, _ in stored)]
    if unknown:
        known = dict.fromkeys(name for series, _ in stored for name in (series.symbol, series.key))
        raise DataMissing([_not_stored(text, list(known), store) for text in unknown])
    return tuple(each for each in stored if not symbols or {each[0].symbol, each[0].key} & set(symbols))


def _not_stored(text: str, known: Sequence[str], store: Store) -> Finding:
    near = nearest(text, [name for name in known if (":" in name) == (":" in text)])
    said = f"did you mean '{near[0]}'? " if near else ""
    return Finding("series-not-stored", f"nothing of '{text}' in '{store.path}'", f"{said}'trade data info' lists what is stored")


def check_series(
    store: Store,
    series: Series,
    kind: Kind,
    checks: Sequence[Check] = CHECKS,
    closed_of: Callable[[str], ClosedSpans] = own_closed,
) -> Checked:
    """Look at every row of one series and kind, in memory for a few months at a time. `closed_of` gives a calendar its closed spans."""
    wanted = [check for check in checks if kind in check.kinds]
    found: dict[str, list[Int64]] = {check.code: [] for check in wanted}
    walk, rows = Walk(store, series, kind, closed_of), 0
    for case in walk.cases():
        rows += len(case.clock[case.core])
        for check in wanted:
            found[check.code].append(check.find(case))
    spans = {check.code: _together(found[check.code], check.merged) for check in wanted}
    faults = tuple(Fault(series, kind, check, spans[check.code]) for check in wanted if len(spans[check.code]))
    return Checked(series, kind, rows, faults, tuple(walk.damage))


def _together(parts: list[Int64], merged: bool) -> Int64:
    spans = np.concatenate([NONE, *parts])
    return joined(spans[:, 0], spans[:, 1]) if merged else spans


def no_funding(store: Store, series: Sequence[Series]) -> tuple[Finding, ...]:
    """Return a warning for each perpetual among series whose bars are stored and no funding of it."""
    return tuple(
        Finding(
            "no-funding",
            f"bars of '{one}' are stored and no funding: a run over them neither pays nor receives",
            _bring_funding(store, one),
            Severity.WARNING,
            data={"series": one.key},
        )
        for one in dict.fromkeys(series)
        if one.market == "linear" and (one, Kind.BARS) in store.manifest.months and (one, Kind.FUNDING) not in store.manifest.months
    )


def _bring_funding(store: Store, series: Series) -> str:
    """Say how funding gets under the name of a series: from where it is stored already, else from a file or an exchange."""
    others = [one for one, kind in sorted(store.manifest.months) if kind is Kind.FUNDING and one.symbol == series.symbol]
    if others:
        return f"it is stored as {quoted(others)}; to read it with these bars: {copy_commands(others[0], series, Kind.FUNDING)}"
    return f"import it with '{import_command(series, Kind.FUNDING)}', or sync it"
