"""Staged, gated, then published by one rename: a killed or refused run leaves no half folder (HASH-3)."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.artifacts.compare import differing
from trade.artifacts.decided import DECISIONS, RECORDED, write_decided
from trade.artifacts.receipt import DOCUMENTS, FILES, MANIFEST, RESULT, Receipt
from trade.artifacts.tables import FILLS, POINTS, TABLES, TRADES, Label
from trade.base.decided import DecisionRecord
from trade.base.errors import Mismatch, Refused
from trade.base.findings import Finding
from trade.base.instrument import Grid
from trade.base.result import Result

STAGING = ".staging"
LOCK = ".lock"


@dataclass(frozen=True)
class Staged:
    """A run that is written but not yet published. `lock` is held for as long as the folder is ours."""

    folder: Path
    target: Path
    run_id: str
    lock: int

    def discard(self) -> None:
        """Remove the staged files."""
        _remove(self.folder)
        os.close(self.lock)


def stage(out: Path, target: Path, label: Label, documents: Mapping[str, Any], result: Result, grid: Grid, decided: DecisionRecord | None = None) -> Staged:
    """Write every file of a run beside its later place. `documents` maps a file name to JSON values, or to text.

    Leftovers of killed runs are removed first. Raises Refused when the folder cannot be written (disk full, read-only).
    """
    try:
        _sweep(out / STAGING)
        folder = out / STAGING / f"{label.run_id}-{os.getpid()}"
        staged = Staged(folder, target, label.run_id, _claim(folder))
    except OSError as error:
        raise unwritable(out, error) from error
    try:
        for table, rows in ((TRADES, result.trades), (FILLS, result.fills), (POINTS, result.equity)):
            table.write(folder, rows, grid, label)
        if decided is not None:
            write_decided(folder, decided, label)
        for name, content in documents.items():
            text = content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
            (folder / name).write_text(text, encoding="utf-8")
        _flush(folder)
    except OSError as error:
        staged.discard()
        raise unwritable(out, error) from error
    except BaseException:
        staged.discard()
        raise
    return staged


def publish(staged: Staged) -> Receipt:
    """Move a staged run to its place, or leave the equal one that is there, but for a record that it lacks.

    Raises Mismatch when that one differs.
    """
    summary = read_json(staged.folder / RESULT)
    if staged.target.exists():
        return _compare(staged, summary)
    try:
        staged.target.parent.mkdir(parents=True, exist_ok=True)
        staged.folder.rename(staged.target)
    except OSError as error:
        if staged.target.exists():  # another process published the same run just now
            return _compare(staged, summary)
        staged.discard()
        raise unwritable(staged.target, error) from error
    except BaseException:
        staged.discard()
        raise
    (staged.target / LOCK).unlink()
    os.close(staged.lock)
    return Receipt(staged.target, staged.run_id, summary, existed=False)


def _compare(staged: Staged, summary: Any) -> Receipt:
    differences = _differences(staged)
    try:
        if not differences and _recorded(staged.folder) and not _recorded(staged.target):
            _add_record(staged)
    except OSError as error:
        raise unwritable(staged.target, error) from error
    finally:
        staged.discard()
    if differences:
        raise Mismatch(
            Finding(
                "run-differs",
                f"run '{staged.run_id}' exists and differs from this one in {', '.join(differences)}; nothing was published",
                f"where 'trade runs verify {staged.target}' says that files were changed, delete the folder and run again; else report this",
            )
        )
    return Receipt(staged.target, staged.run_id, summary, existed=True)


def read_json(path: Path) -> Any:
    """Return the content of a JSON file. Raises OSError, or ValueError for what is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("nested without end") from error


def _differences(staged: Staged) -> list[str]:
    """Return what differs in the published run; a file that is lost or broken differs too. A Play may be described in other words."""
    missing = [name for name in FILES if not (staged.target / name).is_file()]
    if missing:
        return missing
    found = [table.file for table in TABLES if (staged.target / table.file).read_bytes() != (staged.folder / table.file).read_bytes()]
    for name in DOCUMENTS:
        try:
            old = read_json(staged.target / name)
        except ValueError:
            found.append(name)
        else:
            found += differing(name, old, read_json(staged.folder / name))
    return found or _record_differences(staged)


def _recorded(folder: Path) -> Any:
    return read_json(folder / MANIFEST).get(RECORDED)


def _add_record(staged: Staged) -> None:
    """Put the record of a run into its published folder; it counts once the manifest names it."""
    for name in (DECISIONS, MANIFEST):
        (staged.folder / name).replace(staged.target / name)


def _record_differences(staged: Staged) -> list[str]:
    """Return what differs in the record of two runs that both have one: a run with a record is the same run as one without."""
    ours, theirs = _recorded(staged.folder), _recorded(staged.target)
    if not (ours and theirs):
        return []
    there = staged.target / DECISIONS
    same = there.is_file() and there.read_bytes() == (staged.folder / DECISIONS).read_bytes()
    return [DECISIONS] * (not same) + [f"{MANIFEST}:{RECORDED}"] * (ours != theirs)


def _claim(folder: Path) -> int:
    """Make a staging folder and lock it for the life of this process, so that a sweep can tell it from a dead one's."""
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # swept by another process before it was held
        except FileExistsError:
            if not folder.parent.is_dir() or folder.is_file() or folder.is_symlink():
                raise
            continue  # swept between being found there and being looked at
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)  # swept while we waited for the lock


def _sweep(staging: Path) -> None:
    """Remove the staging folders whose process is gone."""
    for folder in sorted(staging.iterdir()) if staging.is_dir() else ():
        if not folder.is_dir():
            continue  # no run left it
        try:
            handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # removed by another sweep
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # its process is alive
        else:
            _remove(folder)
        finally:
            os.close(handle)


def _remove(folder: Path) -> None:
    """Remove a folder whose lock is held, the lock last: from then on another may claim the place, and its files are its own."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name != LOCK:
            with suppress(OSError):
                path.unlink()
    with suppress(OSError):
        (folder / LOCK).unlink(missing_ok=True)
        folder.rmdir()


def _flush(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def unwritable(place: Path, error: OSError) -> Refused:
    """Return the refusal of a folder of runs that the machine does not let us change."""
    return Refused(
        Finding(
            "artifacts-unwritable",
            f"cannot write '{place}': {error.strerror or error}",
            "free the disk or choose another folder with --out",
        )
    )
