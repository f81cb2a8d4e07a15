"""Small tables to import. The name is unique, so that tests find it however pytest is started."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from trade.market.names import Series

JAN_2023_MS = 1_672_531_200_000
MINUTE_MS = 60_000
BTC = Series("generic", "linear", "BTCUSDT")

Table = dict[str, Any]


def make_bars(rows: int, start_ms: int = JAN_2023_MS, first_price: int = 300_000) -> Table:
    """Bars on a tick of 0.1, all different."""
    close = first_price + np.arange(1, rows + 1)
    open_ = close - 1
    return {
        "ts_open_ms": start_ms + MINUTE_MS * np.arange(rows, dtype=np.int64),
        "open": open_ / 10.0,
        "high": (close + 3) / 10.0,
        "low": (open_ - 2) / 10.0,
        "close": close / 10.0,
        "volume": 1.0 + np.arange(rows) / 1000.0,
    }


def bar_lines(rows: int, start_ms: int = JAN_2023_MS) -> list[str]:
    """The same bars as lines of a CSV file, the header first."""
    bars = make_bars(rows, start_ms)
    return [
        ",".join(bars),
        *(",".join(str(value) for value in row) for row in zip(*(column.tolist() for column in bars.values()), strict=True)),
    ]


def write_older(path: Path, schema: int) -> dict[str, Any]:
    """Write a manifest of today as format 4, 3 or 2 had it, the last but for the number. Return what it holds."""
    raw = json.loads(path.read_text())
    del raw["crc"], raw["journal"]
    series = {name: [row[:-1] if schema < 4 else row for row in rows] for name, rows in raw["series"].items()}
    older = {**raw, "schema": schema, "series": series}
    path.write_text(sealed(json.dumps({"schema": 4, "crc": "00000000", **older})) if schema == 4 else json.dumps(older))
    return older


def sealed(text: str) -> str:
    """Return the text of a manifest that was edited by hand, with the checksum of what it says now."""
    begin, _, rest = text.partition('"crc": "')
    return f'{begin}"crc": "{zlib.crc32((begin + rest[11:]).encode()):08x}", {rest[11:]}'
