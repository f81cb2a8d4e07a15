"""The runs that are kept: listing them newest first, finding them by folder, id or `last`, and removing them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from trade.artifacts.decided import DECISIONS, RECORDED, check_recorded
from trade.artifacts.receipt import FILES, FORMAT, MANIFEST, RESULT, RUN_HASH, TIMES, VERIFY, metrics_hash
from trade.artifacts.tables import BROKEN
from trade.artifacts.stage import LOCK, STAGING, read_json, unwritable
from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding, Severity
from trade.base.hashing import json_hash

_HEAD = ("run_id", "play", "symbol", "exec_timeframe", "window", "stop_reason", "status")
_FIGURES = ("net_return_pct", "max_drawdown_pct", "sharpe", "profit_factor", "total_trades", "total_fees")
_SHAPE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)  # of documents that are not what was written
_LAST = re.compile(r"last(?:~(\d{1,6}))?")
_CHOICES = 5
_DEPTH = 3  # play, symbol, run
_OWN = {*FILES, DECISIONS, TIMES, LOCK}


@dataclass(frozen=True)
class KeptRun:
    """A published run: its folder, when it was started (None where nobody knows), its result, and the options it was run with."""

    folder: Path
    started: datetime | None
    result: Mapping[str, Any]
    options: Mapping[str, Any]

    @property
    def started_ms(self) -> int | None:
        return None if self.started is None else int(self.started.timestamp() * 1000)

    @property
    def made_by(self) -> str:
        """The recipe of a made market, as `walk 42`; empty for stored history."""
        recipe = self.options.get("synthetic")
        return "" if recipe is None else f"{recipe['pattern']} {recipe['seed']}"

    @cached_property
    def brief(self) -> Mapping[str, Any]:
        """What a list of runs says of it."""
        return {
            "folder": str(self.folder),
            "started_utc": None if self.started is None else self.started.isoformat(),
            **{name: self.result[name] for name in _HEAD},
            "play_hash": self.result["play_hash"],
            "synthetic": self.options.get("synthetic"),
            **{name: self.result["metrics"][name] for name in _FIGURES},
        }


def list_runs(out: Path) -> tuple[tuple[KeptRun, ...], tuple[Finding, ...]]:
    """Return every published run, the newest first, and a warning for each that cannot be read. Raises Malformed where `out` is a file."""
    _require_folder(out)
    found, damaged = [], []
    for folder in _newest_first(out):
        try:
            kept = KeptRun(folder, _started(folder), read_result(folder), read_json(folder / MANIFEST)["options"])
            kept.brief, kept.made_by  # noqa: B018 - a run whose documents lack what a list says is damaged
        except Mismatch as error:
            damaged += [replace(finding, severity=Severity.WARNING) for finding in error.findings]
        except (OSError, *_SHAPE):
            damaged.append(replace(_damaged(folder / RESULT), severity=Severity.WARNING))
        else:
            found.append(kept)
    return tuple(found), tuple(damaged)


def _require_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise Malformed(Finding("bad-path", f"'{out}' is a file, runs are kept in a folder", "name a folder with --out"))


def run_folders(out: Path) -> tuple[Path, ...]:
    """Return the folder of every published run, sorted."""
    found = sorted(path.parent for path in out.glob(f"*/*/*/{RESULT}"))
    return tuple(folder for folder in found if not folder.is_relative_to(out / STAGING))


def _newest_first(out: Path) -> list[Path]:
    """Return the folders of runs by their start; of those that were started in the same second by name."""
    started = {folder: _started(folder) for folder in run_folders(out)}
    return sorted(started, key=lambda folder: (-(at.timestamp() if (at := started[folder]) else 0.0), folder))


def _started(folder: Path) -> datetime | None:
    """Return when a run was started: no hash covers it, and without its file nobody knows."""
    try:
        at = datetime.fromisoformat(read_json(folder / TIMES)["started_utc"])
    except (OSError, *_SHAPE):
        return None
    return at if at.tzinfo is not None else None


def read_result(folder: Path) -> dict[str, Any]:
    """Return the result of a published run. Raises Mismatch when its figures are not those that were hashed.

    What no hash covers, its tables and counts, is what the file says: `verify` is who compares it.
    """
    try:
        summary = read_json(folder / RESULT)
        is_ours = summary["format"] == FORMAT
        sound = is_ours and _has_its_hashes(summary)
    except (OSError, *_SHAPE):
        is_ours, sound = True, False
    if not is_ours:
        fact = f"'{folder / RESULT}' is the result of a run of another version"
        raise Mismatch(Finding("artifact-unreadable", fact, "delete the folder and run it again"))
    if not sound:
        raise Mismatch(_damaged(folder / RESULT))
    return dict(summary)


def _has_its_hashes(summary: Mapping[str, Any]) -> bool:
    parts = {name: value for name, value in summary["hashes"].items() if name != RUN_HASH}
    return bool(parts["metrics_hash"] == metrics_hash(summary["metrics"]) and summary["hashes"][RUN_HASH] == json_hash(parts))


@contextmanager
def as_published(folder: Path) -> Iterator[None]:
    """Raise Mismatch where what is done with a result that was read finds it in another shape than runs write."""
    try:
        yield
    except _SHAPE as error:
        raise Mismatch(_damaged(folder / RESULT)) from error


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Raise Mismatch where a file of a published run is absent, broken, or holds something else; nothing may be printed meanwhile."""
    try:
        yield
    except (*BROKEN, *_SHAPE) as error:
        fact = f"'{folder}' does not hold the files of a run as they were written"
        raise Mismatch(Finding("artifact-unreadable", fact, VERIFY)) from error


def read_recorded(folder: Path) -> Mapping[str, Any]:
    """Return what was recorded beside a run: its rows and hash by name. Raises Mismatch as `reading`."""
    with reading(folder):
        manifest = read_json(folder / MANIFEST)
        check_recorded(manifest)
        return dict(manifest.get(RECORDED, {}))


def _damaged(path: Path) -> Finding:
    return Finding("artifact-unreadable", f"'{path}' is not the result that a run wrote", VERIFY)


def find_run(out: Path, name: str) -> Path:
    """Return the folder of a run: by its folder, the beginning of its id, or `last`, `last~1` for the newest, the one before it.

    Raises Malformed when there is none, or several begin like this.
    """
    _require_folder(out)
    given = Path(name)
    if name and (given / RESULT).is_file():
        return given
    if place := _LAST.fullmatch(name):
        return _from_the_last(out, name, int(place[1] or 0))
    found = [folder for folder in run_folders(out) if name and folder.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(str(path) for path in found[:_CHOICES])
        raise Malformed(Finding("ambiguous-run", f"{len(found)} runs begin with '{name}'", f"write more of it, or the folder: {choices}"))
    raise Malformed(Finding("unknown-run", f"no run '{name}' in '{out}'", "see 'trade runs list', or name its folder"))


def _from_the_last(out: Path, name: str, back: int) -> Path:
    folders = _newest_first(out)
    if back < len(folders):
        return folders[back]
    count = f"{len(folders)} {'run is' if len(folders) == 1 else 'runs are'} kept in '{out}'"
    raise Malformed(Finding("unknown-run", f"no run '{name}': {count}", "see 'trade runs list'"))


def remove_run(out: Path, folder: Path) -> None:
    """Remove a run: in one rename it is gone, then its files go, and the folders above it that hold nothing more.

    What a kill leaves of it goes with the next run; a link to a run elsewhere goes, and the run stays. Raises Malformed for a folder
    outside or one that holds what no run wrote, Refused when it cannot be changed. One that is gone already is removed.
    """
    home, place = out.resolve(), folder.parent.resolve() / folder.name if folder.name else folder.resolve()
    if not place.is_relative_to(home) or len(place.relative_to(home).parts) != _DEPTH:
        raise Malformed(Finding("unknown-run", f"'{folder}' is not kept in '{out}'", "name the folder of runs with --out"))
    try:
        if place.is_symlink():
            place.unlink()
            return
        foreign = sorted(path.name for path in place.iterdir() if path.name not in _OWN or not path.is_file())
        if foreign or not (place / MANIFEST).is_file():
            fact = f"'{folder}' holds '{foreign[0]}', which no run wrote" if foreign else f"'{folder}' holds no '{MANIFEST}'"
            raise Malformed(Finding("not-a-run", fact, "look at it, and delete it yourself"))
        gone = home / STAGING / f"removed-{place.name}-{os.getpid()}"
        gone.parent.mkdir(parents=True, exist_ok=True)
        place.rename(gone)
    except FileNotFoundError:
        return  # another was faster
    except OSError as error:
        raise unwritable(folder, error) from error
    shutil.rmtree(gone, ignore_errors=True)
    for above in (place.parent, place.parent.parent):
        with suppress(OSError):  # it holds more
            above.rmdir()
