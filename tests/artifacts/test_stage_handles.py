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
    remove = os.unlink

    def refuse(path: Any, *given: Any, **words: Any) -> None:
        if path == ".lock" and "dir_fd" in words and not (tmp_path / "coin").exists():
            raise OSError(errno.EBUSY, "in use", path)
        remove(path, *given, **words)

    monkeypatch.setattr(os, "unlink", refuse)
    run = staged(tmp_path)
    assert leftover.is_dir()
    assert not publish(run).existed
