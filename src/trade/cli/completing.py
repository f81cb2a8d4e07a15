"""What a Tab offers: names of Plays, stored symbols, kept runs, patterns. Only names are read, so that an answer is quick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from trade.cli.options import DEFAULT_DB, DEFAULT_OUT, PLAYS

if TYPE_CHECKING:
    from trade.market.names import Series

Offered = list[tuple[str, str]]  # each with what a shell that can shows beside it


def join_at_colons(line: MutableMapping[str, str]) -> str:
    """Join the words of a line that bash broke at their colons, and return what an answer must leave out: bash keeps it.

    `line` is the environment in which the function of the shell says the words, each on a line, and the place of the one being typed.
    """
    pieces, at = line["COMP_WORDS"].split("\n"), int(line["COMP_CWORD"])
    words: list[str] = []
    places: list[int] = []
    for number, piece in enumerate(pieces):
        if piece and words and ":" in (piece, pieces[number - 1]):
            words[-1] += piece
        else:
            words.append(piece)
        places.append(len(words) - 1)
    if at >= len(pieces) or len(words) == len(pieces):
        return ""
    line["COMP_WORDS"], line["COMP_CWORD"] = "\n".join(words), str(places[at])
    typed = words[places[at]]
    return typed[: typed.rfind(":") + 1]


def plays(ctx: typer.Context, incomplete: str) -> Offered:
    """Offer the Plays of the folder, and those that come with the program; nothing for a path, which the shell completes itself."""
    from trade.play.lookup import SHIPPED, list_plays, play_name

    folder = _given(ctx, "folder", PLAYS)
    names = {
        play_name(path, home): str(home) if home is folder else "comes with the program"
        for home in (SHIPPED, folder)
        for path in list_plays(home)
    }
    return _beginning(incomplete, sorted(names.items()))


def runs(ctx: typer.Context, incomplete: str) -> Offered:
    """Offer the ids of the runs that are kept."""
    return _beginning(incomplete, [(path.name, "/".join(path.parts[-3:-1])) for path in _kept(ctx)])


def kept_plays(ctx: typer.Context, incomplete: str) -> Offered:
    """Offer the Plays of which runs are kept."""
    return _beginning(incomplete, [(name, "") for name in sorted({path.parts[-3] for path in _kept(ctx)})])


def symbols(ctx: typer.Context, incomplete: str) -> Offered:
    """Offer the stored symbols, in full where the bare one means several or the word has begun so."""
    stored = _stored(ctx)
    times = Counter(series.symbol for series in stored)
    bare = [(series.symbol, series.key) for series in stored if times[series.symbol] == 1 and ":" not in incomplete]
    full = [(series.key, "") for series in stored if times[series.symbol] > 1 or ":" in incomplete]
    return _beginning(incomplete, [*bare, *full])


def full_symbols(ctx: typer.Context, incomplete: str) -> Offered:
    """Offer the stored symbols in full."""
    return _beginning(incomplete, [(series.key, "") for series in _stored(ctx)])


def patterns(incomplete: str) -> Offered:
    """Offer what `--synthetic` can make."""
    from trade.synthetic.registry import FAMILIES

    return _beginning(incomplete, [(each.name, family) for family, found in FAMILIES.items() for each in found])


def _kept(ctx: typer.Context) -> tuple[Path, ...]:
    from trade.artifacts.shelf import run_folders

    return run_folders(_given(ctx, "out", DEFAULT_OUT))


def _stored(ctx: typer.Context) -> list[Series]:
    from trade.market.manifest import read

    return sorted({series for series, _ in read(_given(ctx, "db", DEFAULT_DB)).months})


def _given(ctx: typer.Context, option: str, default: Path) -> Path:
    """Return the folder that the line names so far."""
    value: Any = ctx.params.get(option)
    return default if value is None else Path(value)


def _beginning(incomplete: str, offered: Iterable[tuple[str, str]]) -> Offered:
    return [(word, said) for word, said in offered if word.startswith(incomplete)]
