"""The first hour of somebody new: forty commands in an empty folder on a terminal of 80 columns, and what they print."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from trade.cli import app, console

COMMANDS = """
trade --version
trade init
trade play list
trade play validate configs/plays
trade backtest run sample
trade runs list
trade runs show last
trade runs show last --trades
trade runs show last --metrics
trade runs verify last
trade play new my_cross --template cross
trade play validate my_cross
trade play show my_cross
trade backtest preflight my_cross
trade backtest run my_cross
trade backtest run my_cross --from 2025-02-01 --to 2025-04-01
trade backtest run my_cross --set risk.stop_loss_pct=3,4,6 --set features.slow.params.length=21,34
trade backtest run my_cross --windows 2025-02,2025-03,2025-04
trade backtest run my_cross --set risk.stop_los_pct=3
trade backtest run my_cros
trade backtest run my_cross --symbol BTCUSDT
trade backtest run my_cross --from 2026-01-01
trade runs list --sort return --limit 3
trade runs show last last~1
trade data info
trade data gaps SAMPLEUSDT
trade data check
trade data rules SAMPLEUSDT
trade data calendar SAMPLEUSDT
trade data sql "SELECT symbol, count(*) AS bars, min(low) AS low, max(high) AS high FROM bars GROUP BY symbol"
trade data export SAMPLEUSDT --from 2025-02-01 --to 2025-02-08 --to-file week.csv
trade data import week.csv --symbol MYUSDT
trade data info MYUSDT
trade data rules MYUSDT
trade data delete generic:linear:MYUSDT --yes
trade data journal --symbol sample:linear:SAMPLEUSDT
trade data patterns
trade backtest run my_cross --synthetic trend_up_clean --seed 7
trade runs prune --keep 1 --dry-run
trade runs rm last
trade runs prune --keep 1
trade runs list
""".strip().splitlines()

_HEAD = """# The first hour

This page answers what the program says: the commands of a first hour, in an empty folder, on a terminal of 80 columns. `make docs` types
them and writes down what is printed; a test compares.
"""
_ID = re.compile(r"\b[0-9a-f]{12}\b")  # of a run; it names the versions of the libraries too
_VERSIONS = re.compile(r"(versions_digest +)[0-9a-f]{12,}")
Runner = Callable[[str], str]


class _Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


def page(old: str) -> str:
    """Return the page; where only the ids of runs differ the old one stays."""
    new = render(in_this_process)
    return old if without_ids(old) == without_ids(new) else new


def without_ids(text: str) -> str:
    return _VERSIONS.sub(r"\1VERSIONS", _ID.sub("RUN", text))


def render(say: Runner) -> str:
    """Return the page of what a runner of commands answers."""
    return _HEAD + "".join(f"\n```console\n$ {command}\n{say(command)}```\n" for command in COMMANDS)


@cache
def _answers() -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    with _fresh_folder():
        _typed("trade backtest run sample --db warm --out warm")  # so that no kernel is compiled while somebody watches
    with _fresh_folder():
        for command in COMMANDS:
            answers.setdefault(command, []).append(_typed(command))
    return answers


def in_this_process(command: str) -> str:
    """Return what a command prints; one that is typed twice is answered in turn."""
    answers = _answers()[command]
    answers.append(answers.pop(0))
    return answers[-1]


@contextlib.contextmanager
def _fresh_folder() -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {"COLUMNS": "80", "TERM": "dumb"}
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(Path(folder)):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        console.configure()


def _typed(command: str) -> str:
    screen = _Terminal()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        app.run(shlex.split(command)[1:])
    return screen.getvalue().lstrip("\n")  # where the bar of a run was
