"""Coverage: which months of a series are stored whole, in part or not at all, by what the manifest says."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from trade.base.calendar import ClosedSpans, always_open
from trade.base.spans import covered_ms
from trade.base.timeframe import HOUR_MS
from trade.market.columns import GRIDS
from trade.market.manifest import Month
from trade.market.names import Kind

_LONGEST_FUNDING_MS = 8 * HOUR_MS  # no perpetual of a known venue pays less often
_GLYPHS = "█▒·"


class Cover(StrEnum):
    """How much of a month is stored."""

    FULL = "full"
    PARTIAL = "partial"
    ABSENT = "absent"


def coverage(kind: Kind, months: Sequence[Month], span: tuple[str, str], closed: ClosedSpans = always_open) -> dict[str, Cover]:
    """Return how much is stored of each month of a span, both ends included, like ('2023-01', '2024-06').

    A month is full with a row for every instant of its grid that is not closed; payments, which have no grid, with one for every
    eight hours.
    """
    stored = {month.month: month.rows for month in months}
    step_ms = GRIDS[kind].length_ms if kind in GRIDS else _LONGEST_FUNDING_MS
    named = np.arange(np.datetime64(span[0], "M"), np.datetime64(span[1], "M") + 2)
    edges_ms = named.astype("datetime64[ms]").astype(np.int64)
    closed_ms = covered_ms(closed(int(edges_ms[0]), int(edges_ms[-1])), edges_ms)
    found = {}
    for name, open_ms in zip(map(str, named), np.diff(edges_ms - closed_ms), strict=False):
        rows = stored.get(name, 0)
        found[name] = Cover.ABSENT if not rows else Cover.FULL if rows * step_ms >= open_ms else Cover.PARTIAL
    return found


def bar(covers: Sequence[Cover], cells: int) -> str:
    """Return a line of at most `cells` glyphs: █ whole, ▒ in part, · nothing; a glyph stands for as many months as it must."""
    per_cell = -(-len(covers) // cells)
    return "".join(_glyph(set(covers[first : first + per_cell])) for first in range(0, len(covers), per_cell))


def _glyph(covers: set[Cover]) -> str:
    """Return the glyph of some months: whole or nothing if all of them are, else in part."""
    alike = len(covers) == 1
    return _GLYPHS[list(Cover).index(covers.pop()) if alike else 1]
