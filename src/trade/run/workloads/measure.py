"""One workload, measured: the median of five warm runs in this process, or of five cold processes."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from trade.base.history import History, Window
from trade.files.importing import ImportRequest, import_file
from trade.market.fitting import GridOptions
from trade.run.accepted import AcceptedPlay, accept_file
from trade.run.execute import Ready, execute, plan_run
from trade.run.workloads.bars import read_history, write_seeded_bars

WORKLOADS = ("W1", "W2", "W5")
_RUNS = 5
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Measured:
    """Seconds are medians; `reading_seconds` is apart (for W5, the import before the runs); `peak_mb` of the whole process."""

    workload: str
    seconds: float
    reading_seconds: float
    trades: int
    bars: int
    bars_per_s: float
    peak_mb: float


def measure(workload: str, bars: Path | None) -> Measured:
    """Run one of `WORKLOADS`."""
    return _cold(bars) if workload == "W5" else _warm(workload, bars)


def _warm(workload: str, path: Path | None) -> Measured:
    accepted = accept_file(_FOLDER / f"{workload.lower()}.yml")
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
    return Ready(accepted, plan, Window(int(history.base.ts_open_ms[0]), end_ms), history, ())


def _cold(path: Path | None) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        source, store = path or Path(folder) / "bars.parquet", Path(folder) / "data"
        if path is None:
            write_seeded_bars(source)
        begun = time.perf_counter()
        grid = GridOptions(tick_size=Decimal("0.1"), qty_step=Decimal("0.001"))
        report = import_file(store, ImportRequest(source, "BENCHUSDT", grid=grid))
        reading = time.perf_counter() - begun
        seconds = []
        summary = {}
        for number in range(_RUNS + 1):
            begun = time.perf_counter()
            out = Path(folder) / f"out{number}"
            command = [sys.executable, "-m", "trade", "backtest", "run", str(_FOLDER / "w2.yml"), "--db", str(store), "--out", str(out)]
            done = subprocess.run([*command, "--json"], check=True, capture_output=True)  # noqa: S603 - our own command
            seconds.append(time.perf_counter() - begun)
            summary = json.loads(done.stdout)
    trades = summary["metrics"]["total_trades"]
    return _measured("W5", seconds[1:], reading, trades, report.rows_stored, resource.RUSAGE_CHILDREN)


def _measured(workload: str, seconds: list[float], reading: float, trades: int, bars: int, who: int) -> Measured:
    median = statistics.median(seconds)
    peak_mb = resource.getrusage(who).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return Measured(workload, round(median, 6), round(reading, 6), trades, bars, round(bars / median), round(peak_mb, 1))
