"""Premium and index prices come in the same columns as mark prices, and are none."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.files.layouts import Asked, FileHead, Layout
from trade.market.columns import price_names
from trade.market.instants import is_number

_PREMIUM = re.compile(r"premiumIndex", re.IGNORECASE)
_INDEX = re.compile(r"indexPrice", re.IGNORECASE)
_NEGATIVE_FRAC = 0.1
_RESTLESS_FRAC = 0.005  # the typical minute of a mark price moves by a hundredth of this


def require_prices(layout: Layout, head: FileHead, asked: Asked) -> None:
    """Refuse a file that by its name, its folder or its values holds a premium or an index, unless the user says what it holds.

    That a premium is no price, not even the user can say.
    """
    if not price_names(layout.kind):
        return
    path = Path(head.file)
    named = f"{path.parent.name}/{path.name}"
    if _PREMIUM.search(named):
        raise Malformed(_no_prices(head, "by its name holds premium indices", "they are no prices; import the markPriceKlines"))
    if _INDEX.search(named) and asked.kind is None and asked.layout is None:
        hint = "import the markPriceKlines, or say '--kind mark' to take the index for the mark price"
        raise Malformed(_no_prices(head, "by its name holds index prices", hint))
    if layout.name == "binance-mark" and asked.kind is None and asked.layout is None and _looks_like_premiums(layout, head):
        hint = "import the markPriceKlines, or say '--kind mark' if these are prices"
        raise Malformed(_no_prices(head, "has no volume, and values that move like premium indices", hint))


def _looks_like_premiums(layout: Layout, head: FileHead) -> bool:
    """Return whether some values are zero or below, or move in most minutes by more than a mark price does."""
    rows = head.rows if layout.has_header else (head.columns, *head.rows)
    places = [layout.columns.index(layout.values[name]) for name in ("open", "close", "low")]
    cells = [[row[place] for place in places] for row in rows if len(row) == len(layout.columns)]
    values = np.array([list(map(float, row)) for row in cells if all(map(is_number, row))])
    if not len(values):
        return False
    open_, close, low = values.T
    return bool(np.mean(low <= 0) > _NEGATIVE_FRAC or np.median(np.abs(close - open_) / np.maximum(np.abs(open_), 1e-12)) > _RESTLESS_FRAC)


def _no_prices(head: FileHead, why: str, hint: str) -> Finding:
    return Finding("not-mark-prices", f"'{head.file}' {why}", hint, place=Place(head.file, head.line, 1))
