"""The clock of the rows: in order, each once, on the grid."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.findings import Severity
from trade.market.names import Kind
from trade.market.sanity import unordered
from trade.quality.case import Check, Inspected

_ALL = tuple(Kind)


def _backwards(case: Inspected) -> Int64:
    return case.rows(unordered(case.clock) & ~_repeated(case))


def _twice(case: Inspected) -> Int64:
    return case.rows(_repeated(case))


def _repeated(case: Inspected) -> Bool:
    repeated: Bool = np.diff(case.clock, prepend=case.clock[:1] - 1) == 0
    return repeated


def _off_grid(case: Inspected) -> Int64:
    return case.rows(case.clock % case.grid.length_ms != 0)


CHECKS = (
    Check("rows-unsorted", Severity.ERROR, _ALL, "rows stand before an earlier one", _backwards),
    Check("rows-twice", Severity.ERROR, _ALL, "rows stand twice", _twice),
    Check("rows-off-grid", Severity.ERROR, _ALL, "rows are not on a whole minute, or of open interest not on a whole five", _off_grid),
)
