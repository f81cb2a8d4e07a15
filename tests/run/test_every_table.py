"""Every table of every command on terminals of 80, 100 and 200 columns, and in a pipe: nothing is cut, nothing runs over."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from contextlib import chdir, redirect_stdout
from pathlib import Path

import pytest
from runs import PLAYS

from trade.cli.app import run

PLAY = str(PLAYS / "cross_both_sides.yml")
TABLES = {
    "runs list": "runs list --out {out}",
    "runs show": "runs show last --out {out}",
    "runs show --trades": "runs show last --trades --out {out}",
    "runs show --metrics": "runs show last --metrics --out {out}",
    "runs show, two": "runs show last last~1 --out {out}",
    "backtest run": f"backtest run {PLAY} --db {{db}} --out {{out}}",
    "data info": "data info --db {db}",
    "data gaps": "data gaps SAMPLEUSDT --db {db}",
    "data check": "data check --db {db}",
    "data heal": "data heal --db {db}",
    "data journal": "data journal --db {db}",
    "data accept-gap": "data accept-gap --list SAMPLEUSDT --db {db}",
    "data rules": "data rules SAMPLEUSDT --db {db}",
    "data patterns": "data patterns",
    "data import": "data import {csv} --symbol SAMPLEUSDT --venue sample --db {db}",
    "data import, two": "data import {csv} {more} --symbol SAMPLEUSDT --venue sample --db {db}",
    "data sql": 'data sql "SELECT * FROM funding LIMIT 3" --db {db}',
}
PATHS = ("run ", "run_hash")  # lines that hold a path or a hash, whole


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]


OURS = ["a", "wider", "terminal", "also", "shows:", "(the", "same", "run", "was", "there", "before)"]
BRAILLE = re.compile("[\u2800-\u28ff]+")


@pytest.fixture(scope="module")
def world(market: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A store of its own with a journal and an accepted hole, two runs, and two files to import."""
    home = tmp_path_factory.mktemp("tables")
    found = {"home": home, "db": Path("data"), "out": Path("out"), "csv": Path("day.csv"), "more": Path("days.csv")}
    shutil.copytree(market, home / "data")
    hole = "--from 2025-03-01 --to 2025-03-02 --db {db}"
    for words in (
        "data export SAMPLEUSDT --db {db} --from 2025-02-01 --to 2025-02-02 --to-file {csv}",
        "data export SAMPLEUSDT --db {db} --from 2025-02-01 --to 2025-02-03 --to-file {more}",
        f"data delete sample:linear:SAMPLEUSDT --kind bars --yes {hole}",
        f"data accept-gap SAMPLEUSDT --reason 'a long known outage of the exchange' {hole}",
        f"backtest run {PLAY} --from 2025-02-01 --to 2025-02-28 --db {{db}} --out {{out}}",
        f"backtest run {PLAY} --from 2025-02-10 --to 2025-02-28 --db {{db}} --out {{out}}",
    ):
        shown(words, found, Pipe())
    return found


def shown(words: str, world: dict[str, Path], stream: io.StringIO) -> str:
    with redirect_stdout(stream), chdir(world["home"]):
        assert run(shlex.split(words.format(**world))) == 0
    return re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("command", TABLES)
def test_a_table_fits_a_terminal_and_cuts_nothing(
    command: str, width: int, world: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    table, _, gone = shown(TABLES[command], world, Terminal()).partition("a wider terminal also shows: ")
    piped = shown(TABLES[command], world, Pipe())
    assert "…" not in table
    assert max(len(line) for line in table.splitlines() if not line.startswith(PATHS)) <= width
    assert set(BRAILLE.sub("", table).split()) <= {*piped.split(), *OURS}  # every word is one that the pipe has whole
    assert all(head in piped for head in " ".join(gone.split()).split(", "))
