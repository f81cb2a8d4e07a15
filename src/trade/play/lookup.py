"""Finding Plays: by path, or by name anywhere under the folder of Plays; those that come with the program are found everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.nearest import did_you_mean, nearest
from trade.base.plain_file import require_plain

USUAL = Path("configs/plays")  # where Plays are looked for
SHIPPED = Path(__file__).parent / "shipped"
_SUFFIXES = (".yml", ".yaml")
_SHOWN = 5


def list_plays(folder: Path) -> tuple[Path, ...]:
    """Return every Play file under the folder, sorted by path; names that begin with `_` or `.` are left out."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    return tuple(sorted(path for path in found if not any(part[0] in "_." for part in path.relative_to(folder).parts)))


def every_play(folder: Path) -> tuple[Path, ...]:
    """Return the Plays of a folder that somebody named. Raises Malformed where there is none."""
    found = list_plays(folder)
    if not found:
        raise Malformed(_unknown(str(folder), (folder,)) if folder.is_dir() else _no_folder(folder))
    return found


def play_name(path: Path, folder: Path) -> str:
    """Return the name that means one Play of a folder only: `deep/rsi`."""
    return path.relative_to(folder).with_suffix("").as_posix()


def find_play(name_or_path: str, folder: Path, *, only_there: bool = False) -> Path:
    """Return the file of a Play given by path or by name; those of the folder come before those of the program.

    `only_there` names the folder as the one to look in: none of the program is found. Raises Malformed with the nearest names.
    """
    given = Path(name_or_path)
    if given.suffix in _SUFFIXES or len(given.parts) > 1:
        for path in (given, folder / given):
            if path.is_file():
                return path
    homes = (folder,) if only_there else (folder, SHIPPED)
    same = _named(name_or_path, homes)
    if len(same) == 1:
        return same[0]
    if same:
        where = ", ".join(path.relative_to(folder).as_posix() for path in same)
        raise Malformed(Finding("ambiguous-play", f"the name '{name_or_path}' fits several Plays: {where}", "give the path"))
    raise Malformed(_unknown(name_or_path, homes))


def spread(words: Iterable[str], folder: Path) -> Iterator[str]:
    """Yield each word, but for a folder the path of every Play under it; a Play of that name comes before a folder of that name."""
    for word in words:
        plays = () if _named(word, (folder, SHIPPED)) else list_plays(Path(word))
        yield from map(str, plays) if plays else (word,)


def _named(name: str, homes: tuple[Path, ...]) -> tuple[Path, ...]:
    for home in homes:
        same = tuple(path for path in list_plays(home) if name in {path.stem, path.name, play_name(path, home)})
        if same:
            return same
    return ()


def _beside(given: Path) -> Iterator[Path]:
    """Yield the Play files of the folder in which one was looked for."""
    if given.parent.is_dir():
        yield from (path for path in sorted(given.parent.iterdir()) if path.suffix in _SUFFIXES and not path.name.startswith((".", "_")))


def _no_folder(folder: Path) -> Finding:
    return Finding("unknown-play", f"'{folder}' is no folder of Plays", "name a folder with Plays in it; one Play is named without --plays")


def _unknown(name: str, homes: tuple[Path, ...]) -> Finding:
    given = Path(name)
    if given.is_dir():
        plays = [str(path) for path in list_plays(given)]
        hint = (
            f"name a Play: {', '.join(plays[:_SHOWN])}; 'trade backtest run --plays {name}' runs all"
            if plays
            else "Plays end in .yml or .yaml and begin with neither '_' nor '.'"
        )
        return Finding("unknown-play", f"'{name}' is a folder {'of Plays' if plays else 'without a Play'}", hint)
    if given.exists():
        try:
            require_plain(given)
        except OSError as error:
            return Finding("unreadable-file", f"'{name}' is no Play: {error.strerror}", "name a Play file")
    known = dict.fromkeys(path.stem for home in homes for path in list_plays(home))
    beside = [str(path) for path in _beside(given)]
    near = nearest(name, beside) or nearest(f"{name}.yml", beside)
    folder = homes[0]
    words = "" if folder == USUAL else f" --plays {folder}"
    hint = f"did you mean `{near[0]}`?" if near else did_you_mean(given.stem, known, f"'trade play list{words}' shows the Plays there")
    return Finding("unknown-play", f"no Play '{name}' as a file or in '{folder}'", hint)
