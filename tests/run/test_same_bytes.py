"""The same run gives the same bytes: in every process, on any number of threads, from everywhere, in any language."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from command_line import finish, spawn
from runs import NAMES, PLAYS, doors, execution, hashes, receipt

from trade.artifacts.receipt import FILES
from trade.run.backtest import run_backtest
from trade.run.request import Request

# Environment and Python that runs before the command; each moves something that must not matter.
CIRCUMSTANCES: dict[str, tuple[dict[str, str], str]] = {
    "one thread": (
        {"PYTHONHASHSEED": "1", "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        "import os\nos.cpu_count = lambda: 1",
    ),
    "two threads": (
        {
            "PYTHONHASHSEED": "4242",
            "NUMBA_NUM_THREADS": "2",
            "OMP_NUM_THREADS": "2",
            "TZ": "America/St_Johns",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "40",
        },
        "import os\nos.cpu_count = lambda: 2",
    ),
}


def written(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.mark.parametrize("circumstance", CIRCUMSTANCES)
def test_circumstances_do_not_matter(circumstance: str, market: Path, tmp_path: Path) -> None:
    env, script = CIRCUMSTANCES[circumstance]
    elsewhere = tmp_path / f"else where {circumstance}"
    shutil.copytree(market, elsewhere / "store")
    shutil.copy(PLAYS / "cross_both_sides.yml", elsewhere / "renamed.yml")
    words = ["backtest", "run", "renamed.yml", "--db", "store", "--out", "out", "--json"]
    said = finish(spawn(*words, script=script, env={**os.environ, **env}, cwd=elsewhere))
    here = receipt("cross_both_sides", market, tmp_path / "out")
    assert said.code == 0
    assert {name: said.json[name] for name in here.summary["hashes"]} == dict(here.summary["hashes"])
    assert written(elsewhere / said.json["folder"]) == written(here.folder)


def test_a_warning_in_the_play_does_not_carry_its_place_into_the_files(market: Path, tmp_path: Path) -> None:
    text = (PLAYS / "cross_both_sides.yml").read_text().replace("mode: long_short", "mode: long_only")
    folders = []
    for name, content in (("one.yml", text), ("two.yml", f"# a line more\n{text}")):
        (tmp_path / name).write_text(content)
        run = run_backtest(Request(play=tmp_path / name, out=tmp_path / f"out {name}"), doors(market))
        assert [(f.code, f.place.file) for f in run.findings] == [("mode-forbids", str(tmp_path / name))]
        folders.append(run.folder)
    assert written(folders[0]) == written(folders[1])


def test_what_ran_before_in_the_same_process_does_not_matter(market: Path) -> None:
    forth = {name: hashes(execution(name, market, end="2025-03-01").result) for name in NAMES}
    back = {name: hashes(execution(name, market, end="2025-03-01").result) for name in reversed(NAMES)}
    assert forth == back
