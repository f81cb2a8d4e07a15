"""Finding Plays: by path, or by name anywhere under the folder of Plays."""

from __future__ import annotations

from pathlib import Path

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.play.nearest import did_you_mean

_SUFFIXES = (".yml", ".yaml")


def list_plays(folder: Path) -> tuple[Path, ...]:
    """Return every Play file under the folder, sorted by path; names that begin with `_` or `.` are left out."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    return tuple(sorted(path for path in found if not any(part[0] in "_." for part in path.relative_to(folder).parts)))


def find_play(name_or_path: str, folder: Path) -> Path:
    """Return the file of a Play given by path or by name; raise Malformed with the nearest names."""
    given = Path(name_or_path)
    if given.suffix in _SUFFIXES or len(given.parts) > 1:
        for path in (given, folder / given):
            if path.is_file():
                return path
    every = list_plays(folder)
    same = [path for path in every if name_or_path in {path.stem, path.name, path.relative_to(folder).with_suffix("").as_posix()}]
    if len(same) == 1:
        return same[0]
    if same:
        where = ", ".join(path.relative_to(folder).as_posix() for path in same)
        raise Malformed(Finding("ambiguous-play", f"the name '{name_or_path}' fits several Plays: {where}", "give the path"))
    hint = did_you_mean(given.stem, [path.stem for path in every], f"`trade play list` shows the Plays in '{folder}'")
    raise Malformed(Finding("unknown-play", f"no Play '{name_or_path}' as a file or in '{folder}'", hint))
