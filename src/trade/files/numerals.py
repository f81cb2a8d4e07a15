"""How the numbers of a text file are written: which sign stands before the decimals, which one between the thousands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place

DECIMALS = (".", ",")
_GROUPS = ("", None, "'", "\u2019", "_", " ", "\xa0", "\u202f")  # None: the sign of the two that does not stand before the decimals
_LIKE_A_NUMBER = re.compile(r"[-+0-9.,'\u2019_ \xa0\u202feE]*[0-9][-+0-9.,'\u2019_ \xa0\u202feE]*")


@dataclass(frozen=True)
class Numerals:
    """The sign before the decimals, and the one that may stand between groups of three digits, if any."""

    decimal: str = "."
    group: str = ""

    @cached_property
    def form(self) -> str:
        """The regular expression of a number that is written so."""
        group, decimal = re.escape(self.group), re.escape(self.decimal)
        digits = rf"(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)" if group else r"\d+"
        return rf"[-+]?(?:{digits}(?:{decimal}\d*)?|{decimal}\d+)(?:[eE][-+]?\d+)?"

    def fits(self, cell: str) -> bool:
        """Return whether a cell is a number written so; an empty one says nothing against it."""
        return not cell or re.fullmatch(self.form, cell) is not None

    def parse(self, cell: str) -> float:
        """Return the number of a cell, NaN of an empty one. Raises ValueError."""
        if self == PLAIN or not cell:
            return float(cell or "nan")
        if not self.fits(cell):
            raise ValueError(cell)
        return float(cell.replace(self.group, "").replace(self.decimal, "."))


PLAIN = Numerals()
_OTHER = {".": ",", ",": "."}
_ALL = tuple(Numerals(decimal, _OTHER[decimal] if group is None else group) for group in _GROUPS for decimal in DECIMALS)


def recognise_numerals(cells: Sequence[str], delimiter: str, decimal: str | None, file: str, line: int) -> Numerals:
    """Return how the first numbers of a file are written, plain if they show nothing else; `decimal` is the user's word.

    Raises Malformed if they can be read in two ways: `28.924` between semicolons, or `"28,924"`, is one number here and a thousand
    times as much there.
    """
    cells = [cell for cell in cells if _LIKE_A_NUMBER.fullmatch(cell)]
    # A file that separates its cells by commas is written where the point stands before decimals.
    if delimiter == "," and decimal is None and all(map(PLAIN.fits, cells)):
        return PLAIN
    fitting = [each for each in _ALL if decimal in (None, each.decimal) and all(map(each.fits, cells))]
    if not fitting:
        return Numerals(decimal or ".")
    first = fitting[0]
    rivals = [each for each in fitting if each.decimal != first.decimal and any(_differ(first, each, cell) for cell in cells)]
    if not rivals:
        return first
    shown = next(cell for cell in cells if _differ(first, rivals[0], cell))
    both = f"'{first.parse(shown):.12g}' or '{rivals[0].parse(shown):.12g}'"
    fact = f"'{shown}' may be {both}, and so it is with every number of the first rows"
    hint = "say which sign stands before the decimals: '--decimal .' or '--decimal ,'"
    raise Malformed(Finding("numbers-unclear", fact, hint, place=Place(file, line, 1)))


def _differ(one: Numerals, other: Numerals, cell: str) -> bool:
    return one.parse(cell) != other.parse(cell)
