"""The runs that are kept: listed, and found by folder or by the beginning of their id."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_folders import COIN, RUN_ID, documents, finished, staged

from trade.artifacts.receipt import FORMAT, RESULT, metrics_hash
from trade.artifacts.shelf import find_run, list_runs
from trade.artifacts.stage import publish, stage
from trade.base.errors import Malformed
from trade.base.hashing import json_hash

HEAD = {"play": "coin", "symbol": "COIN", "exec_timeframe": "1m", "window": [0, 1], "stop_reason": "completed"}
METRICS = {"net_return_pct": 1.5, "max_drawdown_pct": 2.5, "total_trades": 3}


def put(out: Path, run_id: str) -> Path:
    told = documents(finished())
    parts = {**told[RESULT]["hashes"], "metrics_hash": metrics_hash(METRICS)}
    del parts["run_hash"]
    told[RESULT] |= {**HEAD, "run_id": run_id, "metrics": METRICS, "hashes": {**parts, "run_hash": json_hash(parts)}}
    return publish(stage(out, out / "coin" / "COIN" / run_id, run_id, told, finished(), COIN.grid)).folder


def test_runs_are_listed_by_folder_and_staged_ones_are_none(tmp_path: Path) -> None:
    second, first = put(tmp_path, "bbb"), put(tmp_path, "aaa")
    run = staged(tmp_path)
    runs, damaged = list_runs(tmp_path)
    assert [folder for folder, _ in runs] == [first, second]
    assert runs[0][1] == {**HEAD, "run_id": "aaa", **METRICS}
    assert damaged == ()
    run.discard()
    assert list_runs(tmp_path / "nowhere") == ((), ())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "1"}', f'{{"format": "{FORMAT}"}}'])
def test_a_damaged_run_is_told_and_the_others_listed(tmp_path: Path, text: str) -> None:
    put(tmp_path, "aaa")
    (put(tmp_path, "bbb") / RESULT).write_text(text)
    runs, damaged = list_runs(tmp_path)
    assert [brief["run_id"] for _, brief in runs] == ["aaa"]
    assert [(finding.code, str(finding.severity)) for finding in damaged] == [("artifact-unreadable", "warning")]


def test_a_run_is_found_by_folder_id_or_the_beginning_of_it(tmp_path: Path) -> None:
    folder = put(tmp_path, RUN_ID)
    assert [find_run(tmp_path, name) for name in (str(folder), RUN_ID, "0123")] == [folder] * 3


@pytest.mark.parametrize("name", ["", "9", "*", "0123/..", "123"])
def test_a_name_of_no_run_is_refused(tmp_path: Path, name: str) -> None:
    put(tmp_path, RUN_ID)
    with pytest.raises(Malformed) as refused:
        find_run(tmp_path, name)
    assert [finding.code for finding in refused.value.findings] == ["unknown-run"]


def test_a_beginning_that_several_share_is_refused_with_the_choices(tmp_path: Path) -> None:
    folders = [put(tmp_path, "aab"), put(tmp_path, "aac")]
    with pytest.raises(Malformed) as refused:
        find_run(tmp_path, "aa")
    (finding,) = refused.value.findings
    assert finding.code == "ambiguous-run"
    assert all(str(folder) in finding.hint for folder in folders)
