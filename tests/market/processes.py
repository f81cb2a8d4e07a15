"""What runs beside a test: runs of the sample Play, and a writer that holds the lock. The name is unique, so that tests find it."""

from __future__ import annotations

from forked import Forked

RUNS = """
import contextlib, hashlib, io, sys, time
from pathlib import Path
from trade.cli.app import run

db, out, symbol, seconds = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
end, count = time.monotonic() + seconds, 0
while not count or time.monotonic() < end:
    said = io.StringIO()
    words = ["backtest", "run", "sample", "--symbol", symbol, "--from", "2025-01-10", "--to", "2025-02-10"]
    with contextlib.redirect_stdout(said):
        code = run([*words, "--db", str(db), "--out", str(out / str(count)), "--json"])
    if code:
        sys.exit(said.getvalue())
    [result] = (out / str(count)).rglob("result.json")
    print(hashlib.sha256(result.read_bytes()).hexdigest(), flush=True)
    count += 1
"""

HOLDER = """
import sys, time
from pathlib import Path
from trade.market.writer import writing

with writing(Path(sys.argv[1])):
    print(1, flush=True)
    time.sleep(float(sys.argv[2]))
"""


start = Forked


def lines(process: Forked) -> list[str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode in (0, -15), out + err
    assert process.returncode == -15 or err == ""
    return out.split()
