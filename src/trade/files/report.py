"""What an import did: counts, and the bad rows at their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trade.base.arrays import Int64
from trade.base.findings import Finding, Place, Severity, by_place
from trade.base.instrument import Instrument
from trade.market.chunk import NONE_ODD, OddCell
from trade.market.names import Kind, Series
from trade.market.rows import FACTS, HINTS, KEPT_OUT

LINES_NAMED = 1000
_LONGEST = 60  # letters of a cell
_KINDS_NAMED = 50  # of one code: what is odd in more ways is counted with the last of them
_LINES_SHOWN = 3
_SIGNS = ((re.compile(r"[0-9]+"), "0"), (re.compile(r"[^\W\d_]+"), "a"))


@dataclass
class _Kind:
    """Rows that are bad for one reason: how many, the lines of the first thousand, and what the first of them shows."""

    cell: OddCell | None
    rows: int = 0
    lines: list[int] = field(default_factory=list)


@dataclass
class BadRows:
    """Rows that are kept out: all are counted per code, and those of one kind are one finding at the first of them.

    A kind is a code and, of what cannot be read, a column and the shape of its text: `31/12/2023` is like `01/01/2024`. `clock_form` says
    how the clock is to be written.
    """

    file: str
    clock_form: str
    counts: dict[str, int] = field(default_factory=dict)
    _kinds: dict[str, dict[tuple[str, str], _Kind]] = field(default_factory=dict)

    def add(self, code: str, lines: Int64, odd: Mapping[int, OddCell] = NONE_ODD) -> None:
        """Count rows of one code, and name those that still fit."""
        if not len(lines):
            return
        self.counts[code] = self.counts.get(code, 0) + len(lines)
        kinds = self._kinds.setdefault(code, {})
        for key, cell, these in _by_kind(lines, odd):
            if key not in kinds and len(kinds) == _KINDS_NAMED:
                key = next(reversed(kinds))
            kind = kinds.setdefault(key, _Kind(cell))
            kind.rows += len(these)
            kind.lines += these[: max(0, LINES_NAMED - len(kind.lines))]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One finding per kind, by its first line; `data` holds how many rows it is about and the lines of the first thousand."""
        found = (self._finding(code, kind) for code, kinds in self._kinds.items() for kind in kinds.values())
        return tuple(sorted(found, key=lambda finding: finding.place.line))

    def _finding(self, code: str, kind: _Kind) -> Finding:
        cell = kind.cell
        fact, hint = (FACTS[code], HINTS.get(code, KEPT_OUT)) if cell is None else self._of_cell(cell)
        if kind.rows > 1:
            like = "" if cell is None else " like this"
            shown = ", ".join(f"'{line}'" for line in kind.lines[:_LINES_SHOWN])
            more = " and on" if kind.rows > _LINES_SHOWN else ""
            fact = f"'{kind.rows}' rows{like}: {fact}; lines {shown}{more}"
        place = Place(self.file, kind.lines[0], 1 if cell is None else cell.place)
        return Finding(code, fact, hint, Severity.WARNING, place, {"rows": kind.rows, "lines": kind.lines})

    def _of_cell(self, cell: OddCell) -> tuple[str, str]:
        """Return fact and hint about what cannot be read."""
        if not cell.column:
            return f"a row of {cell.text}, as the first row has", f"{KEPT_OUT}; write as many cells as there are columns"
        if not cell.text:
            return f"the clock in column '{cell.column}' is empty", f"{KEPT_OUT}; {self.clock_form}"
        if cell.is_clock:
            fact = f"the clock '{cell.text[:_LONGEST]}' in column '{cell.column}' is in no form that is read here"
            return fact, f"{KEPT_OUT}; {self.clock_form}"
        return (
            f"'{cell.text[:_LONGEST]}' in column '{cell.column}' is no number",
            f"{KEPT_OUT}; write a number",
        )


def _by_kind(lines: Int64, odd: Mapping[int, OddCell]) -> Iterator[tuple[tuple[str, str], OddCell | None, list[int]]]:
    """Yield the lines of each kind, with its key and the first cell."""
    if not odd:
        yield ("", ""), None, lines.tolist()
        return
    found: dict[tuple[str, str], tuple[OddCell | None, list[int]]] = {}
    for line in lines.tolist():
        cell = odd.get(line)
        key = ("", "") if cell is None else (cell.column, _shape(cell))
        found.setdefault(key, (cell, []))[1].append(line)
    yield from ((key, cell, these) for key, (cell, these) in found.items())


def _shape(cell: OddCell) -> str:
    """Return a text with every number as one digit and every word as one letter; of a whole row what it says."""
    text = cell.text[:_LONGEST]
    if cell.column:
        for sign, short in _SIGNS:
            text = sign.sub(short, text)
    return text


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
