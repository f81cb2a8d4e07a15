"""Two kept runs side by side: in what their Play, data, options and versions differ, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.artifacts.receipt import MANIFEST, PLAY, SIGNATURE
from trade.artifacts.shelf import read_result, reading
from trade.artifacts.stage import read_json
from trade.base.errors import Malformed, Mismatch
from trade.base.places import path_text
from trade.market.instants import iso
from trade.play.dump import resolved
from trade.play.spec import Play
from trade.run.accepted import accept_file

_ABSENT = "-"


@dataclass(frozen=True)
class Difference:
    """A value that two runs do not share; `subject` is play, data, options, versions or metrics."""

    subject: str
    name: str
    one: Any
    other: Any


def versus(one: Path, other: Path) -> tuple[Difference, ...]:
    """Return in what two runs differ, inputs first, in the order of their documents. Raises Mismatch for a run that cannot be read."""
    ours, theirs = _facts(one), _facts(other)
    return tuple(
        Difference(subject, name, left.get(name, _ABSENT), right.get(name, _ABSENT))
        for subject, left, right in ((subject, ours[subject], theirs[subject]) for subject in ours)
        for name in {**left, **right}
        if left.get(name, _ABSENT) != right.get(name, _ABSENT)
    )


def _facts(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    result = read_result(folder)
    with reading(folder):
        manifest, signature = read_json(folder / MANIFEST), read_json(folder / SIGNATURE)
        data = {
            "symbol": manifest["symbol"],
            "from": iso(manifest["window_from_ms"]),
            "to": iso(manifest["window_to_ms"]),
            "data_digest": manifest["data_digest"],
        }
        versions = {"trade": manifest["engine_version"], **signature["versions"]}
        return {
            "play": dict(_leaves(resolved(_stored_play(folder)))),
            "data": data,
            "options": dict(_leaves(manifest["options"])),
            "versions": versions,
            "metrics": {**result["metrics"], **result["extras"]},
        }


def _stored_play(folder: Path) -> Play:
    """Return the Play of a run. Raises Mismatch for one that was edited into something that is none."""
    try:
        return accept_file(folder / PLAY).play
    except Malformed as error:
        raise Mismatch(error.findings) from error


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every scalar of a document by its path."""
    below = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    if below is None:
        yield path_text(path), value
        return
    for key, each in below:
        yield from _leaves(each, (*path, key))
