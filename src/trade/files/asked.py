"""What the user says of a file on the command line, as text, made into what the readers take."""

from __future__ import annotations

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.files.formats import parse_format
from trade.files.layouts import MAPPED, Asked
from trade.files.numerals import DECIMALS
from trade.market.columns import COLUMNS
from trade.market.instants import UNITS
from trade.market.names import Kind, parse_kind

_KEYS = ("ts", *COLUMNS[Kind.BARS][1:], "rate", "open_interest")


def parse_asked(kind: str | None, layout: str | None, columns: str | None, unit: str | None, decimal: str | None = None) -> Asked:
    """Return the words of `--kind`, `--layout`, `--columns`, `--time-unit` and `--decimal`. Raises Malformed with all mistakes."""
    found = [Finding("bad-unit", f"unknown --time-unit '{unit}'", f"use one of {', '.join(UNITS)}")] if unit not in (None, *UNITS) else []
    if decimal not in (None, *DECIMALS):
        found.append(Finding("bad-decimal", f"unknown --decimal '{decimal}'", "use '.' or ','"))
    given = {}
    for part in columns.split(",") if columns is not None else ():
        key, equals, column = (word.strip() for word in part.partition("="))
        if not (equals and column) or key not in _KEYS or key in given:
            hint = f"write ts=NAME,open=NAME,...: each of {', '.join(_KEYS)} once; without a header the names are 1, 2, ..."
            found.append(Finding("bad-columns", f"'{part}' in --columns", hint))
        given[key] = column
    if given and layout not in (None, *MAPPED):
        found.append(Finding("bad-columns", f"--columns with --layout '{layout}', whose columns are known", "leave one of them out"))
    if found:
        raise Malformed(found)
    return Asked(None if kind is None else parse_kind(kind), None if layout is None else parse_format(layout), given, unit, decimal)
