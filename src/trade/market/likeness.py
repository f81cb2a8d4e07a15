"""Mark prices are prices of the same market as the bars beside them: premiums, or prices of another coin, are told by their size."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.market.manifest import Manifest
from trade.market.names import Kind, Series
from trade.market.writer import Writer

_APART = 2.0  # times; a perpetual of any coin keeps within a few percent of its mark
_MONTHS = 3


def require_like_prices(writer: Writer, manifest: Manifest, series: Series, touched: Collection[str]) -> None:
    """Refuse bars and mark prices of the same minutes of which one is typically more than twice the other.

    The touched months are looked at, the first few of those that have both.
    """
    bars, marks = ({month.month: month for month in manifest.of(series, kind)} for kind in (Kind.BARS, Kind.MARK))
    for name in sorted(set(touched) & bars.keys() & marks.keys())[:_MONTHS]:
        traded, mark = writer.rows(Kind.BARS, [bars[name]]), writer.rows(Kind.MARK, [marks[name]])
        _, left, right = np.intersect1d(traded["ts_open_ms"], mark["ts_open_ms"], assume_unique=True, return_indices=True)
        if not len(left):
            continue
        price, other = float(np.median(traded["close"][left])), float(np.median(mark["close"][right]))
        if not 1 / _APART <= other / price <= _APART:
            fact = (
                f"in '{name}' the bars of '{series}' are at '{price:g}' and its mark prices at '{other:g}': one of them is something else"
            )
            hint = f"import the right file; what is stored wrongly goes with 'trade data delete {series} --kind bars' or '--kind mark'"
            raise Malformed(Finding("bars-unlike-mark", fact, hint, data={"bars": price, "mark": other}))
