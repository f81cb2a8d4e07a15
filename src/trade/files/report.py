"""What an import did: counts, and the bad rows at their lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trade.base.arrays import Int64
from trade.base.findings import Finding, Place, Severity, by_place
from trade.base.instrument import Instrument
from trade.market.names import Kind, Series
from trade.market.rows import FACTS, HINTS, KEPT_OUT

LINES_NAMED = 1000


@dataclass
class BadRows:
    """Rows that are kept out: all are counted per code, the first thousand of a code are named with their line."""

    file: str
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, lines: Int64) -> None:
        """Count rows of one code, and name those that still fit."""
        if not len(lines):
            return
        before = self.counts.get(code, 0)
        self.counts[code] = before + len(lines)
        for line in lines[: max(0, LINES_NAMED - before)]:
            place = Place(self.file, int(line), 1)
            self.findings.append(Finding(code, FACTS[code], HINTS.get(code, KEPT_OUT), Severity.WARNING, place))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ImportReport:
    """One finished import. `first_ms` and `last_ms` span all that is stored of the series now.

    `rows_read = rows_new + duplicates_agreeing + rows_replaced + the sum of bad`; a row with several faults counts once, by the first
    of them. Of trades, `rows_read` counts trades, `bars_folded` the bars they made, and the latter take their place in that sum.
    `replaced` spans the stored rows that gave way to those of the file, [start_ms, end_ms); `bad_frac` is the share that is kept out.
    """

    file: str
    layout: str
    series: Series
    kind: Kind
    rows_read: int
    bars_folded: int | None
    rows_new: int
    duplicates_agreeing: int
    rows_replaced: int
    replaced: tuple[int, int] | None
    bad: Mapping[str, int]
    bad_frac: float
    months: tuple[str, ...]
    rows_stored: int
    first_ms: int
    last_ms: int
    instrument: Instrument | None
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        latest = None if self.instrument is None else self.instrument.rule_tables[-1]
        return {
            "file": self.file,
            "layout": self.layout,
            "series": self.series.key,
            "kind": str(self.kind),
            "rows_read": self.rows_read,
            "bars_folded": self.bars_folded,
            "rows_new": self.rows_new,
            "duplicates_agreeing": self.duplicates_agreeing,
            "rows_replaced": self.rows_replaced,
            "bad": dict(self.bad),
            "bad_pct": 100 * self.bad_frac,
            "months": list(self.months),
            "rows_stored": self.rows_stored,
            "first_ms": self.first_ms,
            "last_ms": self.last_ms,
            "tick_size": None if latest is None else str(latest.tick_size),
            "qty_step": None if latest is None else str(latest.qty_step),
            "instrument_source": None if latest is None else latest.source,
            "calendar": None if self.instrument is None else self.instrument.calendar,
            "findings": [finding.as_json() for finding in by_place(self.findings)],
        }
