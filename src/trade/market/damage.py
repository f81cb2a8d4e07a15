"""What is wrong with month files: a file is what was written if its checksum says so, else if its rows have the digest they had.

The second takes longer. It is asked where a store of an older format has no checksum, and where a killed writer put the same rows
under the same name again: another version of pyarrow writes them in other bytes.
"""

from __future__ import annotations

import zlib

import numpy as np

from trade.base.findings import Finding, Severity
from trade.market.columns import Columns, clock_column, digest, price_names
from trade.market.manifest import Month, series_of
from trade.market.names import Kind
from trade.market.rows import HIGHEST_PRICE
from trade.market.tables import UNDECODABLE, NoSuchTable, decoded

_MAGIC = b"PAR1"


def damaged(kind: Kind, month: Month, fault: str) -> Finding:
    """Return the finding about one file, what writes it anew, and the command that gets rid of it."""
    hint = f"import or sync the whole of {month.month} again, which writes it anew, or {_removal(kind, month)}"
    return Finding("store-damaged", f"'{month.file}' {fault}", hint, data={"file": month.file})


def repaired(before: Month, after: Month) -> Finding:
    """Return the finding about a damaged file that gave way to rows which came in anew."""
    same = before.digest == after.digest
    fact = f"'{before.file}' was damaged and is written anew, with " + (
        f"the '{after.rows}' rows it had" if same else f"'{after.rows}' rows in the place of '{before.rows}', not all with the same values"
    )
    hint = "nothing is lost" if same else "runs over that month may give other results than before"
    data = {"file": after.file, "month": after.month, "same_rows": same}
    return Finding("month-repaired", fact, hint, Severity.NOTE if same else Severity.WARNING, data=data)


def not_restored(kind: Kind, before: Month, rows: int) -> Finding:
    """Return the finding about a damaged file in whose place fewer rows would come than it had."""
    fact = f"'{before.file}' is damaged, and only '{rows}' rows of that month would come in the place of its '{before.rows}'"
    hint = f"import or sync the whole month, or {_removal(kind, before)} and import what there is"
    return Finding("store-damaged", fact, hint, data={"file": before.file})


def _removal(kind: Kind, month: Month) -> str:
    """Say how the rows of one month go, and no others; its file is not read for that."""
    begin = np.datetime64(month.month, "M")
    span = f"--from {begin}-01 --to {begin + 1}-01"
    return f"run 'trade data delete {series_of(month.file)} --kind {kind} {span} --yes'"


def is_intact(raw: bytes, month: Month) -> bool:
    """Return whether the bytes of a file are those that were written; False where no checksum is known."""
    return zlib.crc32(raw) == month.crc


def fault_of(raw: bytes, kind: Kind, month: Month) -> str:
    """Return what is wrong with the bytes of a file, or nothing if they hold the rows that were stored."""
    if is_intact(raw, month):
        return ""
    if not raw.startswith(_MAGIC):
        return "is no parquet file" if raw else "is empty"
    if not raw.endswith(_MAGIC):
        return "is cut short"
    try:
        columns = decoded(raw, kind)
    except NoSuchTable as error:
        return str(error)
    except UNDECODABLE as error:
        return f"cannot be decoded: {str(error).partition(chr(10))[0].lower()}"
    return "" if digest(kind, columns) == month.digest else _other_rows(kind, columns, month)


def _other_rows(kind: Kind, columns: Columns, month: Month) -> str:
    """Return in which way rows that can be read are not those that were stored."""
    clock = columns[clock_column(kind)]
    if len(clock) != month.rows:
        return f"has '{len(clock)}' rows instead of '{month.rows}'"
    if any(not (columns[name].min() > 0 and columns[name].max() <= HIGHEST_PRICE) for name in price_names(kind)):
        return "has prices that no market has"
    if (clock[0], clock[-1]) != (month.first_ms, month.last_ms) or np.any(clock[1:] <= clock[:-1]):
        return "has the rows of another span, or rows that do not ascend"
    return "does not hold the rows it was stored with"
