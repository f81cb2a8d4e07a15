"""What `pip install` gives: a wheel of the tree, put into a folder of its own and used from an empty one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from command_line import ROOT
from installed import build_wheel, install, use

PACKAGE = ROOT / "src" / "trade"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(wheel, tmp_path_factory.mktemp("installed"))


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    ours = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    with ZipFile(wheel) as packed:
        names = set(packed.namelist())
        assert sorted(str(path) for path in ours if f"trade/{path.relative_to(PACKAGE).as_posix()}" not in names) == []
        assert all(packed.read(f"trade/{path.relative_to(PACKAGE).as_posix()}") == path.read_bytes() for path in ours)


def test_the_sample_runs_from_an_empty_folder_as_the_readme_shows(installed: Path, tmp_path: Path) -> None:
    done = use(installed, tmp_path, "backtest", "run", "sample")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    [run_hash] = re.findall(r"^run_hash \w{64}$", done.stdout, re.MULTILINE)
    assert run_hash in (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["artifacts", "data"]


@pytest.mark.parametrize("words", ["play validate sample", "play show sample", "play schema", "backtest preflight sample", "data patterns"])
def test_what_needs_no_file_of_the_user_works_from_an_empty_folder(words: str, installed: Path, tmp_path: Path) -> None:
    done = use(installed, tmp_path, *words.split(), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_an_empty_folder_is_told_what_can_be_run_there(installed: Path, tmp_path: Path) -> None:
    done = use(installed, tmp_path, "play", "list")
    assert (done.returncode, done.stdout) == (0, "")
    assert "run what comes with the program: bollinger_fade, " in done.stderr


def bare(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the script of the checkout with a Python that sees the standard library only."""
    return subprocess.run([sys.executable, "-I", "-S", str(ROOT / "trade_cli.py"), *words], cwd=cwd, capture_output=True, text=True)


def test_a_python_without_the_program_is_told_where_it_is(tmp_path: Path) -> None:
    done = bare("backtest", "run", "sample", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error [not-installed] '{sys.executable}' cannot load the program: no module named 'trade'\n")
    assert str(ROOT / ".venv" / "bin" / "trade") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_checkout_that_was_never_set_up_is_told_how(tmp_path: Path) -> None:
    shutil.copy(ROOT / "trade_cli.py", tmp_path)
    done = subprocess.run([sys.executable, "-I", "-S", "trade_cli.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"run 'make demo' once, then use '{tmp_path / '.venv' / 'bin' / 'trade'}'" in done.stderr


def test_a_missing_program_is_told_in_json_where_that_is_asked_for(tmp_path: Path) -> None:
    document = json.loads(bare("play", "list", "--json", cwd=tmp_path).stdout)
    assert (document["status"], document["exit_code"]) == ("refused", 1)
    assert [finding["code"] for finding in document["findings"]] == ["not-installed"]
