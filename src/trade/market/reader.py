"""Reading month files: every byte is read once, checked, and decoded from the memory it was checked in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from trade.base.errors import Mismatch
from trade.base.findings import Finding
from trade.market.columns import Columns, empty
from trade.market.damage import damaged, fault_of
from trade.market.manifest import Month, unreadable
from trade.market.names import Kind
from trade.market.tables import UNDECODABLE, NoSuchTable, decoded

T = TypeVar("T")
Found = Sequence[Finding]
FaultOf = Callable[[bytes, Kind, Month], str]


def read_months(folder: Path, kind: Kind, months: Sequence[Month]) -> Columns:
    """Return all rows of the months, ascending.

    Raises Mismatch with every file that is absent, damaged, or not what the manifest says; Refused for one that the machine does not
    let us read.
    """
    ends = np.cumsum([0, *(month.rows for month in months)])
    columns = {name: np.empty(ends[-1], values.dtype) for name, values in empty(kind).items()}

    def fill(place: int) -> Found:
        try:
            found = decoded(whole_bytes(folder, kind, months[place]), kind)
        except Mismatch as error:
            return error.findings
        for name, values in found.items():
            columns[name][ends[place] : ends[place + 1]] = values
        return ()

    damage = _together(_each(fill, range(len(months))))
    if damage:
        raise Mismatch(damage)
    return columns


def find_damage(folder: Path, months: Sequence[tuple[Kind, Month]], fault: FaultOf = fault_of) -> tuple[Finding, ...]:
    """Return a finding about every file that is not what the manifest says. Raises Refused as `read_months`.

    `fault` says what is wrong with the bytes of a file, or nothing.
    """

    def check(one: tuple[Kind, Month]) -> Found:
        try:
            whole_bytes(folder, *one, fault)
        except Mismatch as error:
            return error.findings
        return ()

    return _together(_each(check, months))


def whole_bytes(folder: Path, kind: Kind, month: Month, fault: FaultOf = fault_of) -> bytes:
    """Return the bytes of a month file that is what the manifest says. Raises Mismatch, and Refused, as `read_months`."""
    raw = _bytes(folder, kind, month)
    said = fault(raw, kind, month)
    if said:
        raise Mismatch(damaged(kind, month, said))
    return raw


def read_rows(folder: Path, kind: Kind, month: Month) -> Columns:
    """Return the rows of one file in whatever order and with whatever values it has. Raises Mismatch if it holds no such table."""
    raw = _bytes(folder, kind, month)
    try:
        found = decoded(raw, kind)
    except (NoSuchTable, *UNDECODABLE) as error:
        raise Mismatch(damaged(kind, month, fault_of(raw, kind, month))) from error
    rows = len(next(iter(found.values())))
    if rows != month.rows:
        raise Mismatch(damaged(kind, month, f"has '{rows}' rows instead of '{month.rows}'"))
    return found


def _bytes(folder: Path, kind: Kind, month: Month) -> bytes:
    path = folder / month.file
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Mismatch(damaged(kind, month, "is absent")) from None
    except IsADirectoryError:
        raise Mismatch(damaged(kind, month, "is a folder")) from None
    except OSError as error:
        raise unreadable(path, error) from error


def _each(work: Callable[[T], Found], parts: Sequence[T]) -> Sequence[Found]:
    """Return what is found in each part."""
    return [work(part) for part in parts]


def _together(found: Sequence[Found]) -> tuple[Finding, ...]:
    return tuple(finding for each in found for finding in each)
