"""Staged, gated, published by one rename (HASH-3): nothing half, nothing lost, nothing twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from run_folders import METRICS, RUN_ID, documents, edit, empty, finished, staged

from trade.artifacts.receipt import FILES, PLAY, PREFLIGHT, RESULT, SIGNATURE, TIMES
from trade.artifacts.stage import publish
from trade.artifacts.tables import TRADES
from trade.base.errors import Mismatch, Refused

SPAWN = multiprocessing.get_context("spawn")


def target(out: Path) -> Path:
    return out / "coin" / "COIN" / RUN_ID


def staging(out: Path) -> list[str]:
    return sorted(path.name for path in (out / ".staging").iterdir())


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.iterdir())}


def test_nothing_is_seen_at_its_place_before_it_is_published(tmp_path: Path) -> None:
    run = staged(tmp_path)
    assert not target(tmp_path).exists()
    assert {path.name for path in run.folder.iterdir()} == {*FILES, ".lock"}
    receipt = publish(run)
    assert (receipt.folder, receipt.run_id, receipt.existed) == (target(tmp_path), RUN_ID, False)
    assert {path.name for path in target(tmp_path).iterdir()} == set(FILES)
    assert receipt.summary == json.loads((target(tmp_path) / RESULT).read_text())
    assert staging(tmp_path) == []


def test_every_file_is_on_the_disk_before_it_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed, fsync = set(), os.fsync

    def noted(handle: int) -> None:
        flushed.add(Path(f"/proc/self/fd/{handle}").readlink().name)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    run = staged(tmp_path)
    assert flushed >= set(FILES)
    publish(run)


def test_a_discarded_run_leaves_nothing(tmp_path: Path) -> None:
    staged(tmp_path).discard()
    assert staging(tmp_path) == []
    assert not (tmp_path / "coin").exists()


def test_hash_3_an_equal_run_leaves_the_old_folder_untouched(tmp_path: Path) -> None:
    publish(staged(tmp_path))
    before = content(target(tmp_path))
    receipt = publish(staged(tmp_path))
    assert receipt.existed
    assert content(target(tmp_path)) == before
    assert staging(tmp_path) == []


def test_hash_3_wall_clock_times_are_no_difference(tmp_path: Path) -> None:
    publish(staged(tmp_path, **{TIMES: {"seconds": 1}}))
    before = content(target(tmp_path))
    assert publish(staged(tmp_path, **{TIMES: {"seconds": 2}})).existed
    assert content(target(tmp_path)) == before


DIFFERENT: dict[str, Callable[[Path], object]] = {
    "result.json:hashes": lambda out: staged(out, empty(), **{RESULT: documents(empty())[RESULT]}),
    "result.json:metrics": lambda out: staged(out, **{RESULT: documents(finished())[RESULT] | {"metrics": {**METRICS, "sharpe": 1}}}),
    "result.json:findings": lambda out: staged(out, **{RESULT: documents(finished())[RESULT] | {"findings": [{"code": "a-note"}]}}),
    "pipeline_signature.json": lambda out: staged(out, **{SIGNATURE: {"declared_features": [], "computed_features": []}}),
    "preflight_report.json": lambda out: staged(out, **{PREFLIGHT: {"findings": [1]}}),
    "trades.parquet": lambda out: staged(out, empty()),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_hash_3_a_differing_run_publishes_nothing_and_says_in_what(tmp_path: Path, name: str) -> None:
    publish(staged(tmp_path))
    before = content(target(tmp_path))
    with pytest.raises(Mismatch) as refused:
        publish(DIFFERENT[name](tmp_path))  # type: ignore[arg-type]
    (finding,) = refused.value.findings
    assert (finding.code, refused.value.exit_code) == ("run-differs", 4)
    assert name in finding.fact
    assert content(target(tmp_path)) == before
    assert staging(tmp_path) == []


@pytest.mark.parametrize("name", FILES)
def test_a_lost_file_of_the_published_run_is_a_difference(tmp_path: Path, name: str) -> None:
    publish(staged(tmp_path))
    (target(tmp_path) / name).unlink()
    with pytest.raises(Mismatch, match=name):
        publish(staged(tmp_path))


@pytest.mark.parametrize("text", ["", "[]", "null"])
def test_a_broken_file_of_the_published_run_is_a_difference(tmp_path: Path, text: str) -> None:
    publish(staged(tmp_path))
    (target(tmp_path) / RESULT).write_text(text)
    with pytest.raises(Mismatch, match=RESULT):
        publish(staged(tmp_path))


def test_a_changed_table_or_value_of_the_published_run_is_a_difference(tmp_path: Path) -> None:
    publish(staged(tmp_path))
    edit(target(tmp_path) / RESULT, "metrics", "total_trades", value=99)
    with pytest.raises(Mismatch, match="metrics"):
        publish(staged(tmp_path))
    path = target(tmp_path) / TRADES.file
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Mismatch, match=TRADES.file):
        publish(staged(tmp_path))


def test_a_document_that_is_no_json_is_our_own_bug_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        staged(tmp_path, **{RESULT: {"nan": float("nan")}})
    assert staging(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Refused) as refused:
        staged(tmp_path)
    tmp_path.chmod(0o700)
    assert [finding.code for finding in refused.value.findings] == ["artifacts-unwritable"]


def test_a_file_in_the_way_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "coin").write_text("in the way")
    run = staged(tmp_path)
    with pytest.raises(Refused) as refused:
        publish(run)
    assert [(f.code, f.severity) for f in refused.value.findings] == [("artifacts-unwritable", "error")]
    assert staging(tmp_path) == []
    (tmp_path / ".staging").rmdir()
    (tmp_path / ".staging").write_text("in the way")
    with pytest.raises(Refused):
        staged(tmp_path)


def test_a_disk_that_fills_up_while_writing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_text

    def full(self: Path, *args: object, **kwargs: object) -> int:
        if self.name == SIGNATURE:
            raise OSError(28, "No space left on device")
        return real(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(Refused, match="No space left on device"):
        staged(tmp_path)
    assert staging(tmp_path) == []


# other processes


def hold(out: str, ready: Event) -> None:
    """Stage a run and wait to be killed."""
    staged(Path(out))
    ready.set()
    threading.Event().wait()


@pytest.fixture
def other(tmp_path: Path) -> multiprocessing.process.BaseProcess:
    ready = SPAWN.Event()
    process = SPAWN.Process(target=hold, args=(str(tmp_path), ready))
    process.start()
    assert ready.wait(60)
    yield process
    process.kill()
    process.join()


def test_a_run_of_a_process_that_is_alive_is_left_alone_and_swept_when_it_is_dead(
    tmp_path: Path, other: multiprocessing.process.BaseProcess
) -> None:
    theirs = f"{RUN_ID}-{other.pid}"
    assert staging(tmp_path) == [theirs]
    assert not publish(staged(tmp_path)).existed
    assert staging(tmp_path) == [theirs]  # still there, still whole
    assert {path.name for path in (tmp_path / ".staging" / theirs).iterdir()} == {*FILES, ".lock"}
    os.kill(other.pid or 0, signal.SIGKILL)
    other.join()
    assert publish(staged(tmp_path)).existed
    assert staging(tmp_path) == []


@pytest.mark.parametrize("leftover", [[], [".lock"], [".lock", RESULT], [PLAY]])
def test_what_a_killed_run_left_is_swept_by_the_next(tmp_path: Path, leftover: list[str]) -> None:
    folder = tmp_path / ".staging" / f"{RUN_ID}-999999999"
    folder.mkdir(parents=True)
    for name in leftover:
        (folder / name).write_text("half")
    run = staged(tmp_path)
    assert staging(tmp_path) == [run.folder.name]
    publish(run)


def test_a_leftover_of_this_very_process_number_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ".staging" / f"{RUN_ID}-{os.getpid()}"
    folder.mkdir(parents=True)
    (folder / "trades.parquet.part").write_text("half")
    publish(staged(tmp_path))
    assert {path.name for path in target(tmp_path).iterdir()} == set(FILES)


def test_many_at_once_publish_one_run(tmp_path: Path) -> None:
    receipts, failures = [], []

    def work() -> None:
        try:
            receipts.extend(publish(staged(tmp_path)) for _ in range(8))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert [receipt.existed for receipt in receipts].count(False) == 1
    assert len(receipts) == 32
    assert staging(tmp_path) == []
    assert {path.name for path in target(tmp_path).iterdir()} == set(FILES)
