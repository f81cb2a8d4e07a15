"""What is quick to say is said quickly: heavy libraries are imported by the commands that compute, and by no other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT

HEAVY = {"numba", "pandas", "talib", "pandas_ta_classic", "duckdb"}
SCRIPT = """
import contextlib, io, json, sys
from trade.cli.app import run
with contextlib.redirect_stdout(io.StringIO()):
    code = run(sys.argv[1:])
print(json.dumps({"code": code, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


@pytest.mark.parametrize(
    ("words", "forbidden"),
    [
        ("--help", HEAVY | {"pyarrow", "numpy", "yaml", "rich"}),
        ("backtest --help", HEAVY | {"pyarrow", "numpy", "yaml", "rich"}),
        ("runs --help", HEAVY | {"pyarrow", "numpy", "yaml", "rich"}),
        ("play --help", HEAVY | {"pyarrow", "numpy", "yaml", "rich"}),
        ("data --help", HEAVY | {"pyarrow", "numpy", "yaml", "rich"}),
        ("bench --help", HEAVY | {"pyarrow", "numpy", "yaml", "rich"}),
        ("play validate sample", HEAVY | {"pyarrow"}),
        ("play schema", HEAVY | {"pyarrow"}),
        ("play list", HEAVY | {"pyarrow"}),
        ("play show sample", HEAVY | {"pyarrow"}),
        ("runs list", HEAVY),
        ("data sql SELECT(1)", {"numba", "pandas", "talib"}),
    ],
)
def test_a_command_that_computes_nothing_starts_light(words: str, forbidden: set[str]) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *words.split()], cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["code"] == 0
    assert sorted(forbidden & set(said["modules"])) == []


@pytest.mark.parametrize("more", [[], ["--record", "decisions"]], ids=["run", "record"])
def test_a_run_imports_neither_pandas_nor_scipy(more: list[str], tmp_path: Path) -> None:
    words = ["backtest", "run", "sample", *more, "--out", str(tmp_path), "--db", str(tmp_path / "data")]
    done = subprocess.run([sys.executable, "-c", SCRIPT, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["code"] == 0
    assert sorted({"pandas", "polars", "scipy"} & set(said["modules"])) == []
    assert {"numba", "pyarrow"} < set(said["modules"])
