"""`make bench`: our workloads for one and five years, and side by side with each peer of the environment that is given.

Peers run in turn with ours, five times, medians compared, because machines are shared and noisy. Slow peers run once.
Writes `docs/benchmarks.md` with the machine and the date under --write.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trade.run.workloads import WORKLOADS

_PEERS = Path(__file__).parent / "peers"
_PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_TURNS = 5
# In a process of its own: a child's peak of memory begins with what its parent held when it was made.
_WRITE = "import sys; from trade.run.workloads.bars import *; write_seeded_bars(Path(sys.argv[1]), int(sys.argv[2]) * YEAR_BARS)"
_FAST_PEERS = ("vectorbt", "wickra_backtest")


def main() -> None:
    """Measure, print a table, and write the page when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="the python of an environment that holds peers")
    parser.add_argument("--write", action="store_true", help=f"write {_PAGE.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = {years: Path(folder) / f"{years}y.parquet" for years in (1, 5)}
        for years, file in files.items():
            subprocess.run([sys.executable, "-c", _WRITE, str(file), str(years)], check=True)
        ours = [row for workload in WORKLOADS for row in _rows(workload, files)]
        peers = [_against(script, options.peers, files[1]) for script in _found(options.peers)] if options.peers else []
    page = _page(ours, peers)
    sys.stdout.write(page)
    if options.write:
        _PAGE.write_text(page, encoding="utf-8")


def _rows(workload: str, files: dict[int, Path]) -> list[tuple[str, int, dict[str, Any]]]:
    """Return per file the middle one of several processes, which take turns: a machine is slow for a while, or a process in its memory."""
    turns = 1 if workload in ("W3", "W5") else _TURNS  # five cold processes already
    measured = [{years: _ours(workload, bars) for years, bars in files.items()} for _ in range(turns)]
    return [(workload, years, sorted((turn[years] for turn in measured), key=_seconds)[turns // 2]) for years in files]


def _seconds(one: dict[str, Any]) -> float:
    seconds: float = one["seconds"]
    return seconds


def _ours(workload: str, bars: Path) -> dict[str, Any]:
    return _json([sys.executable, "-m", "trade", "bench", workload, "--bars", str(bars), "--json"])


def _found(python: Path) -> list[Path]:
    """Return the scripts of the peers that the environment can import."""
    scripts = sorted(_PEERS.glob("*_w1.py"))
    names = [script.stem.removesuffix("_w1") for script in scripts]
    code = "import importlib.util as u, sys; print(' '.join(n for n in sys.argv[1:] if u.find_spec(n)))"
    there = subprocess.run([python, "-c", code, *names], check=True, capture_output=True, text=True).stdout.split()
    return [script for script, name in zip(scripts, names, strict=True) if name in there]


def _against(script: Path, python: Path, bars: Path) -> dict[str, Any]:
    turns = _TURNS if script.stem.removesuffix("_w1") in _FAST_PEERS else 1
    pairs = [(_ours("W1", bars), _json([str(python), str(script), str(bars)])) for _ in range(turns)]
    mine = statistics.median(one["seconds"] for one, _ in pairs)
    theirs = statistics.median(other["seconds"] for _, other in pairs)
    return {"peer": pairs[0][1]["peer"], "seconds": theirs, "ours": mine, "ratio": theirs / mine, "trades": pairs[0][1]["trades"]}


def _json(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return measured


def _page(ours: list[tuple[str, int, dict[str, Any]]], peers: list[dict[str, Any]]) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%d")
    lines = [
        "# Benchmarks",
        "",
        f"Measured on {now}, {_machine()}, Python {platform.python_version()}, by `make bench`. Machines differ and are noisy: the ratios",
        "come from runs side by side. Seconds are medians of five; W1 and W2 warm with features, rules, loop and metrics, bars",
        "already read, the middle one of five processes; W4 the same from the store to artifacts that were read back; W3 and W5 are",
        "cold processes from `trade backtest run` to those artifacts.",
        "",
        "| workload | years | seconds | base bars per second | trades | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {years} | {m['seconds']:.4f} | {m['bars_per_s']:,.0f} | {m['trades']:,} | {m['peak_mb']:.0f} |"
        for name, years, m in ours
    ]
    by_year = {(name, years): m["seconds"] for name, years, m in ours}
    scaling = ", ".join(f"{name} {by_year[name, 5] / by_year[name, 1]:.1f}" for name in WORKLOADS)
    lines += ["", f"Five years cost, in units of one year: {scaling}."]
    if peers:
        lines += [
            "",
            "W1, one year, against other engines in turn:",
            "",
            "| engine | its seconds | ours | ratio | its trades |",
            "|---|---|---|---|---|",
        ]
        lines += [f"| {p['peer']} | {p['seconds']:.3f} | {p['ours']:.4f} | {p['ratio']:.1f} | {p['trades']:,} |" for p in peers]
    lines += ["", _WHAT]
    return "\n".join(lines)


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    models = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    )
    return f"{len(models)} cores of {models[0]}" if models else platform.processor() or platform.machine()


_WHAT = """W1: EMA 50/200 cross decided at every minute, long only, half of the equity, market at the next open, 5.5 bps taker, no slippage;
every correct engine makes 1,528 trades on these bars. W2: 15m bars with the one-minute sub-loop, two EMAs, RSI, swing and trend,
stop, target and signal exits; W4 and W5 are its Play too. W3: swing and trend on every minute.
"""

if __name__ == "__main__":
    main()
