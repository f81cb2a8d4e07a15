"""The lines of the README about one's own data run as printed, one after the other, and no symbol comes to mean two things."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from trade.cli import console
from trade.cli.app import run
from trade.market.columns import COLUMNS
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import writing

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
[BLOCK] = re.findall(r"## Your own data\n\n```console\n(.*?)```", README, re.DOTALL)
LINES = [shlex.split(line.removeprefix("$ trade"), comments=True) for line in BLOCK.splitlines()]
START_MS, END_MS = 1_672_531_200_000, 1_704_067_200_000  # the year 2023
MINUTE_MS, INTERVAL_MS = 60_000, 8 * 3_600_000
KLINES = ("open_time", "open", "high", "low", "close", "volume", "close_time", "quote", "count", "taker", "taker_quote", "ignore")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README talks of."""
    monkeypatch.chdir(tmp_path)
    when = np.arange(START_MS, END_MS, MINUTE_MS)
    close = np.round(20_000 + 500 * np.sin(np.arange(len(when)) / 3000), 1)
    prices = (np.append(close[:1], close[:-1]), np.maximum(close, np.append(close[:1], close[:-1])))
    low, ones = np.minimum(close, prices[0]), np.ones(len(when))
    table = pa.table(dict(zip(KLINES, (when, *prices, low, close, ones, when + 59_999, ones, ones, ones, ones, ones), strict=True)))
    csv.write_csv(table, "BTCUSDT-1m-2023.csv")
    paid = np.arange(START_MS, END_MS, INTERVAL_MS)
    pq.write_table(pa.table({"ts_ms": paid, "funding_rate": np.full(len(paid), 1e-4)}), "funding.parquet")
    for name, home in (("my_play", "."), ("other", "my_plays")):
        assert run(["play", "new", name, "--plays", home, "--quiet"]) == 0
        path = tmp_path / home / f"{name}.yml"
        path.write_text(re.sub("(?m)^symbol: .*$", "symbol: BTCUSDT", path.read_text()))
    return tmp_path


def sync(words: list[str]) -> None:
    """Store a bar of what a line would fetch from an exchange, under the name that it would have."""
    venue = words[words.index("--venue") + 1] if "--venue" in words else "bybit"
    series = Series(venue, "linear", words[words.index("--symbol") + 1])
    with writing(Path("data")) as writer:
        row = {name: np.array([START_MS] if name == "ts_open_ms" else [1.0]) for name in COLUMNS[Kind.BARS]}
        month = writer.stage(series, Kind.BARS, "2023-01", row)
        writer.commit(writer.manifest.with_series(series, Kind.BARS, {month.month: month}))


def test_the_readme_runs_as_printed_and_no_bare_symbol_becomes_ambiguous(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [words[:2] for words in LINES].count(["data", "sync"]) == 2
    codes: dict[str, set[str]] = {}
    for words in LINES:
        if words[:2] == ["data", "sync"]:
            sync(words)
            continue
        capsys.readouterr()
        assert run([*words, "--json"]) == 0, words
        console.configure()
        codes.setdefault(" ".join(words[:2]), set()).update(each["code"] for each in json.loads(capsys.readouterr().out)["findings"])
    store = Store(folder / "data")
    symbols = [series.symbol for series, kind in store.manifest.months if kind is Kind.BARS]
    assert len(set(symbols)) == len(symbols) == 3
    assert [series.symbol for series, kind in store.manifest.months if kind is Kind.FUNDING] == ["BTCUSDT"]
    assert "venue-of-bars" in codes["data import"]
    assert "no-funding" not in codes["backtest run"]
