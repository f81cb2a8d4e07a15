"""Staging keeps no file open but its lock, and what a dead run left never stands in the way."""

from __future__ import annotations

import errno
import gc
import os
from pathlib import Path
from typing import Any

import pytest
from run_folders import RUN_ID, staged

from trade.artifacts.stage import publish
from trade.base.errors import Refused


def is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


def open_handles() -> set[int]:
    gc.collect()  # what others forgot to close
    return {handle for handle in range(1000) if is_open(handle)}


def test_a_staged_run_holds_its_lock_open_and_a_published_one_nothing(tmp_path: Path) -> None:
    publish(staged(tmp_path / "first"))  # whatever is opened once for the life of the process
    before = open_handles()
    run = staged(tmp_path)
    assert open_handles() - before == {run.lock}
    publish(run)
    assert open_handles() - before == set()


def test_a_leftover_that_cannot_be_removed_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leftover = tmp_path / ".staging" / f"{RUN_ID}-999999999"
    leftover.mkdir(parents=True)
    remove = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.parent == leftover:
            raise OSError(errno.EBUSY, "in use", str(path))
        remove(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    run = staged(tmp_path)
    assert leftover.is_dir()
    assert not publish(run).existed


def test_a_staging_folder_loses_its_lock_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, remove, removed = staged(tmp_path), Path.unlink, []

    def noted(path: Path, missing_ok: bool = False) -> None:
        removed.append(path.name)
        remove(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", noted)
    run.discard()
    assert len(removed) > 1
    assert removed.index(".lock") == len(removed) - 1
    assert not run.folder.exists()


def test_a_staging_folder_that_is_swept_while_it_is_made_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".staging").mkdir()
    make, swept = Path.mkdir, []

    def late(path: Path, *given: Any, **words: Any) -> None:
        if path.name.startswith(RUN_ID) and not swept:
            swept.append(path)
            raise FileExistsError(errno.EEXIST, "there, and then not", str(path))
        make(path, *given, **words)

    monkeypatch.setattr(Path, "mkdir", late)
    assert not publish(staged(tmp_path)).existed
    assert len(swept) == 1


def test_a_file_in_the_place_of_a_staging_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".staging").mkdir()
    (tmp_path / ".staging" / f"{RUN_ID}-{os.getpid()}").symlink_to("nowhere")
    with pytest.raises(Refused, match="File exists"):
        staged(tmp_path)
