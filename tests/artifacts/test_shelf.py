"""The runs that are kept: listed newest first, found by folder, id or `last`, and removed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from run_folders import COIN, RUN_ID, documents, finished, staged

from trade.artifacts.receipt import FORMAT, MANIFEST, RESULT, TIMES, metrics_hash
from trade.artifacts.shelf import find_run, list_runs, remove_run, run_folders
from trade.artifacts.stage import publish, stage
from trade.artifacts.tables import Label
from trade.base.errors import Malformed
from trade.base.hashing import json_hash

HEAD = {"play_hash": "0" * 64, "play": "coin", "symbol": "COIN", "exec_timeframe": "1m", "window": [0, 1], "stop_reason": "completed", "status": "completed"}
METRICS = {"net_return_pct": 1.5, "max_drawdown_pct": 2.5, "sharpe": None, "profit_factor": 1.25, "total_trades": 3, "total_fees": 7.5}
OPTIONS = {"synthetic": {"pattern": "walk", "seed": 7, "bars": 1000}}


def put(out: Path, run_id: str, started: str = "2026-01-01T00:00:00+00:00", options: Mapping[str, Any] = MappingProxyType({})) -> Path:
    told = documents(finished())
    told[MANIFEST] |= {"options": dict(options)}
    told[TIMES] = {"started_utc": started}
    parts = {**told[RESULT]["hashes"], "metrics_hash": metrics_hash(METRICS)}
    del parts["run_hash"]
    told[RESULT] |= {**HEAD, "run_id": run_id, "metrics": METRICS, "hashes": {**parts, "run_hash": json_hash(parts)}}
    return publish(stage(out, out / "coin" / "COIN" / run_id, Label(run_id, "coin", "paper:linear:COIN"), told, finished(), COIN.grid)).folder


def test_runs_are_listed_newest_first_and_staged_ones_are_none(tmp_path: Path) -> None:
    late, early = put(tmp_path, "bbb", "2026-01-02T00:00:00+00:00", OPTIONS), put(tmp_path, "aaa", "2026-01-01T23:00:00+00:00")
    run = staged(tmp_path)
    runs, damaged = list_runs(tmp_path)
    assert [kept.folder for kept in runs] == [late, early]
    assert damaged == ()
    assert runs[0].brief == {
        "folder": str(late),
        "started_utc": "2026-01-02T00:00:00+00:00",
        **HEAD,
        "run_id": "bbb",
        "synthetic": OPTIONS["synthetic"],
        **METRICS,
    }
    assert [kept.made_by for kept in runs] == ["walk 7", ""]
    run.discard()
    assert list_runs(tmp_path / "nowhere") == ((), ())


@pytest.mark.parametrize("times", ["", "{}", '{"started_utc": 5}', '{"started_utc": "2026-01-01T00:00:00"}'])
def test_a_run_whose_start_nobody_knows_comes_last(tmp_path: Path, times: str) -> None:
    lost, known = put(tmp_path, "aaa", "2026-01-02T00:00:00+00:00"), put(tmp_path, "bbb")
    (lost / TIMES).write_text(times)
    runs, damaged = list_runs(tmp_path)
    assert [(kept.folder, kept.started is None) for kept in runs] == [(known, False), (lost, True)]
    assert damaged == ()


def test_the_last_runs_are_found_by_how_far_back_they_are(tmp_path: Path) -> None:
    folders = [put(tmp_path, name, f"2026-01-0{day}T00:00:00+00:00") for day, name in ((2, "ccc"), (3, "aaa"), (1, "bbb"))]
    assert [find_run(tmp_path, name) for name in ("last", "last~0", "last~1", "last~2")] == [folders[1], folders[1], folders[0], folders[2]]
    with pytest.raises(Malformed) as refused:
        find_run(tmp_path, "last~3")
    assert refused.value.findings[0].fact == f"no run 'last~3': 3 runs are kept in '{tmp_path}'"


def test_a_removed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    folder, other = put(tmp_path, "aaa"), put(tmp_path, "bbb")
    remove_run(tmp_path, folder)
    assert run_folders(tmp_path) == (other,)
    remove_run(tmp_path, other)
    assert [path.name for path in tmp_path.iterdir()] == [".staging"]
    assert list((tmp_path / ".staging").iterdir()) == []


def test_a_run_outside_of_the_folder_is_not_removed(tmp_path: Path) -> None:
    folder = put(tmp_path / "there", "aaa")
    with pytest.raises(Malformed):
        remove_run(tmp_path / "here", folder)
    assert (folder / RESULT).is_file()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "1"}', f'{{"format": "{FORMAT}"}}'])
def test_a_damaged_run_is_told_and_the_others_listed(tmp_path: Path, text: str) -> None:
    put(tmp_path, "aaa")
    (put(tmp_path, "bbb") / RESULT).write_text(text)
    runs, damaged = list_runs(tmp_path)
    assert [kept.brief["run_id"] for kept in runs] == ["aaa"]
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
