"""A run that is killed, interrupted or doubled leaves whole folders or none, a store that is whole, and the next run is fine."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from command_line import Said, Trade, finish, fork
from runs import PLAYS

from trade.artifacts.receipt import FILES, TIMES
from trade.base.errors import EXIT_INTERRUPTED

PLAY = PLAYS / "cross_both_sides.yml"
END = "2025-01-20"

# Each is Python that makes one function send the signal `{signal}` to its own process, as late as its name says.
POINTS = {
    "while the first month of the sample is written": """
import trade.market.writer as module
real, module.write_month = module.write_month, lambda *given, **words: (real(*given, **words), die())
""",
    "just before the manifest of the sample is": """
import trade.market.manifest as module
module.write_text = lambda manifest: die()
""",
    "while features are computed": """
import trade.run.execute as module
module.compute_features = lambda *given: die()
""",
    "while the second table is written": """
import trade.artifacts.tables as module
real, module.Table.write = module.Table.write, lambda table, *given: (real(table, *given), table.name == "fills" and die())
""",
    "while the result is written": """
from pathlib import Path
real = Path.write_text
def half(path, text, *rest, **words):
    if path.name == "result.json":
        real(path, text[: len(text) // 2])
        die()
    return real(path, text, *rest, **words)
Path.write_text = half
""",
    "while the last gate looks": """
import trade.run.backtest as module
from dataclasses import replace
module.ARTIFACTS = replace(module.ARTIFACTS, checks=(lambda case: die(),))
""",
    "just before the rename": """
from pathlib import Path
real = Path.rename
Path.rename = lambda path, target: die()
""",
    "just after the rename": """
from pathlib import Path
real = Path.rename
Path.rename = lambda path, target: (real(path, target), die())
""",
}

# The same for a function that never returns, once it has said that it was reached.
WAIT = """
import time
import trade.run.{module} as module
module.{name} = lambda *given: (print("here", file=sys.stderr, flush=True), time.sleep(60))
"""


def script(point: str, number: signal.Signals) -> str:
    return f"import os, time\ndef die():\n    os.kill(os.getpid(), {int(number)})\n    time.sleep(1)\n{POINTS[point]}"


def words(db: Path, out: Path) -> list[object]:
    return ["backtest", "run", PLAY, "--to", END, "--db", db, "--out", out, "--json"]


def finished(out: Path) -> list[Path]:
    """Return the run folders, all of which must be whole."""
    folders = [path.parent for path in out.glob("*/*/*/*")]
    for folder in folders:
        assert {*FILES, TIMES} <= {path.name for path in folder.iterdir()}
    return sorted(set(folders))


def next_run_is_fine(trade: Trade, db: Path, out: Path) -> Said:
    """Run as if nothing had happened, and return what was said; the store is read, and the one run is whole."""
    assert trade("data", "info", "--db", db, "--json").code == 0
    said = trade(*words(db, out))
    assert said.code == 0
    assert finished(out) == [Path(said.json["folder"])]
    assert list((out / ".staging").iterdir()) == []
    assert not [path for path in db.rglob("*") if path.name.endswith(".tmp")]
    return said


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_leaves_nothing_half_done(point: str, trade: Trade, market: Path, tmp_path: Path) -> None:
    db, out = (tmp_path / "db" if "sample" in point else market), tmp_path / "out"
    assert finish(fork(*words(db, out), script=script(point, signal.SIGKILL))).code == -signal.SIGKILL
    listed = trade("runs", "list", "--out", out, "--json").json
    assert [Path(run["folder"]) for run in listed["runs"]] == finished(out)
    assert (len(listed["runs"]), listed["findings"]) == (int(point == "just after the rename"), [])
    if "sample" in point:
        assert trade("data", "info", "--db", db, "--json").json["series"] == []
    said = next_run_is_fine(trade, db, out)
    assert trade("runs", "verify", said.json["folder"], "--db", db, "--json").json["status"] == "identical"


@pytest.mark.parametrize("point", [point for point in POINTS if point != "just after the rename"])
def test_an_interrupted_run_ends_with_130_and_leaves_nothing(point: str, trade: Trade, market: Path, tmp_path: Path) -> None:
    db, out = (tmp_path / "db" if "sample" in point else market), tmp_path / "out"
    said = finish(fork(*words(db, out), script=script(point, signal.SIGINT)))
    assert (said.code, said.codes) == (EXIT_INTERRUPTED, ["interrupted"])
    assert [path for path in out.rglob("*") if path.is_file()] == []
    assert not (out / ".staging").exists() or list((out / ".staging").iterdir()) == []
    if "sample" in point:
        assert [path.name for path in db.rglob("*") if path.is_file()] == [".lock"]
    next_run_is_fine(trade, db, out)


def test_ctrl_c_from_outside_is_one_line(market: Path, tmp_path: Path) -> None:
    process = fork(*words(market, tmp_path / "out")[:-1], script=WAIT.format(module="execute", name="compute_features"))
    assert "here\n" in iter(process.stderr.readline, "")
    process.send_signal(signal.SIGINT)
    said = finish(process)
    assert said.code == EXIT_INTERRUPTED
    assert said.err.splitlines()[0] == "error [interrupted] interrupted; nothing was left behind"
    assert "Traceback" not in said.err


def test_two_processes_that_run_the_same_at_once_both_succeed(tmp_path: Path) -> None:
    db, out = tmp_path / "db", tmp_path / "out"
    both = [finish(process) for process in [fork(*words(db, out)) for _ in range(2)]]
    assert [said.code for said in both] == [0, 0]
    assert len({json.dumps(hashes_of(said)) for said in both}) == 1
    assert finished(out) == [Path(both[0].json["folder"])]
    assert list((out / ".staging").iterdir()) == []


def hashes_of(said: Said) -> dict[str, str]:
    return {name: value for name, value in said.json.items() if name.endswith("_hash")}


def test_a_run_in_another_process_is_left_alone(trade: Trade, market: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = fork(*words(market, out), script=WAIT.format(module="backtest", name="publish"))
    assert process.stderr.readline() == "here\n"
    [staged] = (out / ".staging").iterdir()
    assert trade(*words(market, out)).code == 0
    assert {path.name for path in staged.iterdir()} >= {*FILES, TIMES}
    process.kill()
    finish(process)
    assert trade(*words(market, out)).json["existed"]
    assert list((out / ".staging").iterdir()) == []
