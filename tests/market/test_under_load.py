"""While one process commits without pause, runs in four others give the hashes of a quiet run (HASH-2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import RUNS, lines, start

COMMITS = """
import sys
from pathlib import Path
import numpy as np
from trade.market.columns import take
from trade.market.deleting import DeleteRequest, delete_rows
from trade.market.names import Kind, Series
from trade.synthetic.sample import sample_bars
from trade.sync.pages import Page
from trade.sync.shelf import Shelf
from trade.market.writer import writing
from trade.market.instruments import packaged

db, first, steps = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
bars = sample_bars()
days = len(bars["open"]) // 1440
def put(name, day, count):
    series = Series("bybit", "linear", name)
    rows = take(bars, np.arange(count * 1440) % len(bars["open"]))
    clock = bars["ts_open_ms"][0] + 60_000 * (day * 1440 + np.arange(count * 1440))
    with writing(db) as writer:
        if series not in writer.manifest.instruments:
            writer.commit(writer.manifest.with_instrument(series, packaged(Series("bybit", "linear", "BTCUSDT"))))
    rows = {key: value for key, value in rows.items() if key != "ts_open_ms"}
    Shelf(db, series, Kind.BARS).put([Page(clock, rows)])
    return series
for step in range(first, first + steps):
    put("EXTUSDT", 45 * bool(step) + max(step - 1, 0), 1 if step else 45)
    if step:
        delete_rows(db, DeleteRequest(put("GONEUSDT", 0, 1), (Kind.BARS,), 7))
    print(step, flush=True)
"""


@pytest.mark.parametrize("seconds", [3, pytest.param(120, marks=pytest.mark.deep)])
def test_runs_beside_a_writer_have_the_hashes_of_a_quiet_run(tmp_path: Path, seconds: int) -> None:
    db = tmp_path / "store"
    assert lines(start(COMMITS, db, 0, 1)) == ["0"]
    symbols = ("SAMPLEUSDT", "EXTUSDT")
    quiet = {symbol: lines(start(RUNS, db, tmp_path / f"quiet{symbol}", symbol, 0)) for symbol in symbols}
    writer = start(COMMITS, db, 1, 10**6)
    readers = [(symbol, start(RUNS, db, tmp_path / f"{symbol}{i}", symbol, seconds)) for i in range(2) for symbol in symbols]
    found = [(symbol, lines(reader)) for symbol, reader in readers]
    writer.terminate()
    assert len(lines(writer)) >= 2
    assert all(set(hashes) == set(quiet[symbol]) and len(quiet[symbol]) == 1 for symbol, hashes in found)
