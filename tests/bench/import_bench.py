"""Rows per second and peak memory of imports, half a million rows beside five million: `python tests/bench/import_bench.py`.

Every import is a process of its own, into an empty store; the peak is that of the process (Linux only: `ru_maxrss`
would count what the parent held when it forked). Startup is not counted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv, feather

_START_MS = 1_420_070_400_000
_BATCH = 500_000
_CHILD = """
import json, re, sys, tempfile, time
from pathlib import Path
import pyarrow.csv, pyarrow.parquet
from trade.files.importing import ImportRequest, import_file
with tempfile.TemporaryDirectory() as folder:
    begun = time.perf_counter()
    report = import_file(Path(folder), ImportRequest(Path(sys.argv[1]), "BENCHUSDT"))
    seconds = time.perf_counter() - begun
assert not report.bad, report.bad
peak_kb = int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"rows_per_s": report.rows_read / seconds, "peak_mb": peak_kb / 1024}))
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[500_000, 5_000_000])
    wanted = parser.parse_args().rows
    sys.stdout.write(f"{'file':28}{'rows':>12}{'rows/s':>14}{'peak MB':>10}\n")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in FILES.items():
            for rows in wanted:
                file = Path(folder) / name
                write(file, rows)
                measured = json.loads(subprocess.run([sys.executable, "-c", _CHILD, file], check=True, capture_output=True).stdout)
                sys.stdout.write(f"{name:28}{rows:>12,}{measured['rows_per_s']:>14,.0f}{measured['peak_mb']:>10.0f}\n")
                file.unlink()


def _bars(rows: int) -> Iterator[pa.Table]:
    rng, close = np.random.default_rng(1), 300_000
    for first in range(0, rows, _BATCH):
        count = min(_BATCH, rows - first)
        closes = 100_000 + np.abs(close + np.cumsum(rng.integers(-20, 21, count)) - 100_000)
        opens = np.concatenate(([close], closes[:-1]))
        close = int(closes[-1])
        yield pa.table(
            {
                "ts_open_ms": _START_MS + 60_000 * np.arange(first, first + count),
                "open": opens / 10,
                "high": (np.maximum(opens, closes) + rng.integers(0, 10, count)) / 10,
                "low": (np.minimum(opens, closes) - rng.integers(0, 10, count)) / 10,
                "close": closes / 10,
                "volume": rng.integers(1, 10**6, count) / 1000,
            }
        )


def _parquet(file: Path, rows: int) -> None:
    tables = _bars(rows)
    first = next(tables)
    with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        for table in (first, *tables):
            writer.write_table(table)


def _parquet_in_one_group(file: Path, rows: int) -> None:
    pq.write_table(pa.concat_tables(_bars(rows)), file, row_group_size=rows, compression="zstd")


def _csv(file: Path, rows: int) -> None:
    tables = _bars(rows)
    first = next(tables)
    with csv.CSVWriter(file, first.schema) as writer:
        for table in (first, *tables):
            writer.write_table(table)


def _csv_gz(file: Path, rows: int) -> None:
    plain = file.with_name("plain.csv")
    _csv(plain, rows)
    with plain.open("rb") as source, gzip.open(file, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target)
    plain.unlink()


def _feather(file: Path, rows: int) -> None:
    feather.write_feather(pa.concat_tables(_bars(rows)), file)


def _klines(file: Path, rows: int) -> None:
    with file.open("wb") as target:
        for table in _bars(rows):
            clock, zero = table["ts_open_ms"], pa.array(np.zeros(table.num_rows, np.int64))
            extra = {f"extra{n}": zero for n in range(6)}
            columns = {"open_time": clock, **{n: table[n] for n in table.column_names[1:]}, **extra}
            csv.write_csv(pa.table(columns), target, csv.WriteOptions(include_header=False))


def _trades(file: Path, rows: int) -> None:
    rng = np.random.default_rng(2)
    with file.open("wb") as target:
        for first in range(0, rows, _BATCH):
            count = min(_BATCH, rows - first)
            side, name = pa.array(["Buy"] * count), pa.array(["BENCHUSDT"] * count)
            columns = {
                "timestamp": (_START_MS + 17 * np.arange(first, first + count)) / 1000,
                "symbol": name,
                "side": side,
                "size": rng.integers(1, 1000, count) / 1000,
                "price": (300_000 + np.cumsum(rng.integers(-1, 2, count))) / 10,
                "tickDirection": pa.array(["ZeroPlusTick"] * count),
                "trdMatchID": pa.array(["7a2c0a3e-6b5d-5d1c-9c53-0d1b7f6f2f1a"] * count),
                "RPI": np.zeros(count, np.int64),
            }
            csv.write_csv(pa.table(columns), target, csv.WriteOptions(include_header=first == 0))


FILES: dict[str, Callable[[Path, int], None]] = {
    "bars.parquet": _parquet,
    "one-group.parquet": _parquet_in_one_group,
    "bars.feather": _feather,
    "bars.csv": _csv,
    "bars.csv.gz": _csv_gz,
    "klines.csv": _klines,
    "trades.csv": _trades,
}

if __name__ == "__main__":
    main()
