"""What is wrong with month files: looked for one by one, once reading them together has failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np

from trade.base.errors import Mismatch
from trade.base.findings import Finding
from trade.market.columns import COLUMNS, Columns, clock_column, empty, price_names
from trade.market.manifest import Month, series_of, unreadable
from trade.market.names import Kind
from trade.market.rows import HIGHEST_PRICE

UNREADABLE = (duckdb.Error, UnicodeDecodeError)  # what reading a file may end in; the second if a name in it is no text
_MAGIC = b"PAR1"

Read = Callable[[Path], Columns]


def damaged(kind: Kind, file: str, fault: str) -> Finding:
    """Return the finding about one file, and the command that gets rid of it."""
    hint = f"run 'trade data delete {series_of(file)} --kind {kind} --yes', then import or sync it again"
    return Finding("store-damaged", f"'{file}' {fault}", hint, data={"file": file})


def find_damage(folder: Path, kind: Kind, months: Sequence[Month], read: Read) -> Mismatch | None:
    """Return the refusal that names every damaged file, or None if all are whole; `read` gives the columns of one file.

    Raises Refused for a file that the machine does not let us read.
    """
    faults = [(month.file, _fault(folder / month.file, kind, month, read)) for month in months]
    found = [damaged(kind, file, fault) for file, fault in faults if fault]
    return Mismatch(found) if found else None


def is_whole(kind: Kind, columns: Columns, months: Sequence[Month]) -> bool:
    """Return whether the rows of one or more months are what the manifest says, as far as can be seen without hashing."""
    clock = columns[clock_column(kind)]
    if has_other_types(kind, columns) or len(clock) != sum(month.rows for month in months):
        return False
    ends = np.cumsum([month.rows for month in months])
    edges = np.concatenate((clock[np.concatenate(([0], ends[:-1]))], clock[ends - 1]))
    wanted = [*(month.first_ms for month in months), *(month.last_ms for month in months)]
    return bool(np.all(clock[1:] > clock[:-1])) and bool(np.array_equal(edges, wanted)) and _has_possible_prices(kind, columns)


def _has_possible_prices(kind: Kind, columns: Columns) -> bool:
    """Return whether every price is one that an import takes; what is no number is none."""
    prices = [columns[name] for name in price_names(kind)]
    return all(bool(values.min() > 0 and values.max() <= HIGHEST_PRICE) for values in prices)


def has_other_types(kind: Kind, columns: Columns) -> bool:
    """Return whether a column is of another type than the store's, or has nothing in some rows."""
    types = {name: values.dtype for name, values in empty(kind).items()}
    return any(values.dtype != types[name] or isinstance(values, np.ma.MaskedArray) for name, values in columns.items())


def _fault(path: Path, kind: Kind, month: Month, read: Read) -> str:
    """Return what is wrong with a file, or nothing."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return "is absent"
    except IsADirectoryError:
        return "is a folder"
    except OSError as error:
        raise unreadable(path, error) from error
    if not raw.startswith(_MAGIC):
        return "is no parquet file" if raw else "is empty"
    if not raw.endswith(_MAGIC):
        return "is cut short"
    try:
        columns = read(path)
    except duckdb.BinderException:
        return f"has no columns {', '.join(COLUMNS[kind])}"
    except UNREADABLE as error:
        return f"cannot be decoded: {str(error).partition(chr(10))[0].lower()}"
    if has_other_types(kind, columns):
        return "has columns of other types, or with nothing in them"
    if len(columns[clock_column(kind)]) != month.rows:
        return f"has '{len(columns[clock_column(kind)])}' rows instead of '{month.rows}'"
    if not _has_possible_prices(kind, columns):
        return "has prices that no market has"
    return "" if is_whole(kind, columns, [month]) else "has the rows of another span, or rows that do not ascend"
