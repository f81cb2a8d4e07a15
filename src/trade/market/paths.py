"""Paths, and what people type, as text in UTF-8, whatever the locale of the process makes of the bytes."""

from __future__ import annotations

import os
from pathlib import Path

from trade.base.errors import Refused
from trade.base.findings import Finding


def utf8_path(path: Path) -> str:
    """Return a path as the text that its bytes are in UTF-8. Raises Refused if they are none: nothing is wrong with the file itself."""
    try:
        return os.fsencode(path).decode()
    except UnicodeDecodeError as error:
        fact = f"'{ascii(str(path))[1:-1]}' has a name that is no UTF-8, and DuckDB cannot open it"
        raise Refused(
            Finding("path-not-utf8", fact, "nothing is damaged; rename the folder, or reach it by a link with another name")
        ) from error


def as_typed(text: str) -> str:
    """Return a word of the command line, or a path, as the text it is in UTF-8; what is none is escaped, so that it can be stored."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
