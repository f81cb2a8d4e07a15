"""What is wrong with month files: a file is what was written if its checksum says so, else if its rows have the digest they had.

The second takes longer. It is asked where a store of an older format has no checksum, and where a killed writer put the same rows
under the same name again: another version of pyarrow writes them in other bytes.
"""

from __future__ import annotations

import zlib

import numpy as np

from trade.base.findings import Finding
from trade.market.columns import Columns, clock_column, digest, price_names
from trade.market.manifest import Month, series_of
from trade.market.names import Kind
from trade.market.rows import HIGHEST_PRICE
from trade.market.tables import UNDECODABLE, NoSuchTable, decoded

_MAGIC = b"PAR1"


def damaged(kind: Kind, file: str, fault: str) -> Finding:
    """Return the finding about one file, and the command that gets rid of it."""
    hint = f"run 'trade data delete {series_of(file)} --kind {kind} --yes', then import or sync it again"
    return Finding("store-damaged", f"'{file}' {fault}", hint, data={"file": file})


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
