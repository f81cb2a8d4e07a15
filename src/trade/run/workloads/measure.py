"""One workload, measured: the median of five warm runs in this process, with or without store and artifacts, or of five cold processes."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from trade.base.history import History, Window
from trade.files.importing import ImportRequest, import_file
from trade.market.fitting import GridOptions
from trade.run.accepted import AcceptedPlay, accept_file
from trade.run.backtest import run_backtest
from trade.run.execute import Ready, execute, plan_run
from trade.run.request import Doors, Request
from trade.run.workloads import WORKLOADS
from trade.run.workloads.bars import read_history, write_seeded_bars

_RUNS = 5
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Measured:
    """Seconds are medians; `reading_seconds` is apart, with a store the import before the runs; `peak_mb` is of the whole process."""

    workload: str
    seconds: float
    reading_seconds: float
    trades: int
    bars: int
    bars_per_s: float
    peak_mb: float


def measure(workload: str, bars: Path | None) -> Measured:
    """Run one of `WORKLOADS`."""
    if workload in ("W3", "W5"):
        return _cold(workload, bars)
    return _sealed(workload, bars) if workload == "W4" else _warm(workload, bars)


def _warm(workload: str, path: Path | None) -> Measured:
    accepted = accept_file(_FOLDER / WORKLOADS[workload])
    begun = time.perf_counter()
    history = read_history(path)
    reading = time.perf_counter() - begun
    ready = _ready(accepted, history)
    trades, seconds = len(execute(ready).result.trades), []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        execute(ready)
        seconds.append(time.perf_counter() - begun)
    return _measured(workload, seconds, reading, trades, len(history.base), resource.RUSAGE_SELF)


def _ready(accepted: AcceptedPlay, history: History) -> Ready:
    plan = plan_run(accepted)
    closes = accepted.play.exec_timeframe.close(history.base.ts_open_ms[-1:])
    end_ms = accepted.play.exec_timeframe.floor_at(int(closes[0]))
    return Ready(accepted, plan, Window(int(history.base.ts_open_ms[0]), end_ms), history, (), ())


def _cold(workload: str, path: Path | None) -> Measured:
    """Measure processes of their own, from the command to the receipt."""
    with _stored(path) as (store, reading, rows):
        seconds, summary = [], {}
        for number in range(_RUNS + 1):
            words = ["backtest", "run", str(_FOLDER / WORKLOADS[workload]), "--db", str(store), "--out", str(store.parent / f"out{number}")]
            begun = time.perf_counter()
            done = subprocess.run([sys.executable, "-m", "trade", *words, "--json"], check=True, capture_output=True)  # noqa: S603 - ours
            seconds.append(time.perf_counter() - begun)
            summary = json.loads(done.stdout)
    return _measured(workload, seconds[1:], reading, summary["metrics"]["total_trades"], rows, resource.RUSAGE_CHILDREN)


def _sealed(workload: str, path: Path | None) -> Measured:
    """Measure whole runs in this process, from the store to artifacts that were read back."""
    with _stored(path) as (store, reading, rows):
        doors, seconds, trades = Doors(lambda origin, symbol: origin.open(store, symbol)), [], 0
        for number in range(_RUNS + 1):
            request = Request(play=_FOLDER / WORKLOADS[workload], out=store.parent / f"out{number}")
            begun = time.perf_counter()
            receipt = run_backtest(request, doors)
            seconds.append(time.perf_counter() - begun)
            trades = receipt.summary["metrics"]["total_trades"]
    return _measured(workload, seconds[1:], reading, trades, rows, resource.RUSAGE_SELF)


@contextmanager
def _stored(path: Path | None) -> Iterator[tuple[Path, float, int]]:
    """Give a store that holds the bars, the seconds of their import, and how many there are."""
    with tempfile.TemporaryDirectory() as folder:
        source, store = path or Path(folder) / "bars.parquet", Path(folder) / "data"
        if path is None:
            write_seeded_bars(source)
        begun = time.perf_counter()
        grid = GridOptions(tick_size=Decimal("0.1"), qty_step=Decimal("0.001"))
        report = import_file(store, ImportRequest(source, "BENCHUSDT", grid=grid))
        yield store, time.perf_counter() - begun, report.rows_stored


def _measured(workload: str, seconds: list[float], reading: float, trades: int, bars: int, who: int) -> Measured:
    median = statistics.median(seconds)
    peak_mb = resource.getrusage(who).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return Measured(workload, round(median, 6), round(reading, 6), trades, bars, round(bars / median), round(peak_mb, 1))
