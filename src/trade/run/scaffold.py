"""Files to begin with: a folder for Plays and data, and a Play from a template that teaches. Nothing that is there is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trade.base.errors import Malformed, Refused
from trade.base.findings import Finding, Place, errors
from trade.base.nearest import did_you_mean
from trade.dsl.schema import rules_schema
from trade.play.lookup import SHIPPED, list_plays
from trade.play.read import read_play
from trade.play.schema import json_schema
from trade.run.names import CATALOGUE, NOT_YET

_TEMPLATES = Path(__file__).parents[1] / "play" / "templates"
_PLACEHOLDER = "name: my_play"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PLAYS = "configs/plays"
_SCHEMA = "play.schema.json"
_IGNORED = "/data/\n/artifacts/\n"
_EDITOR = {"yaml.schemas": {f"./{_SCHEMA}": f"{_PLAYS}/**/*.yml"}}


@dataclass(frozen=True)
class Begun:
    """What was written, and what was there before and is as it was."""

    written: tuple[Path, ...]
    left: tuple[Path, ...]


def templates() -> Mapping[str, Path]:
    """Return the templates by name."""
    return {path.stem: path for path in list_plays(_TEMPLATES)}


def begin(folder: Path) -> Begun:
    """Write the sample Plays, `.gitignore` and the setting that gives an editor the schema of Plays. Raises Refused."""
    files = {
        **{f"{_PLAYS}/{path.name}": path.read_text(encoding="utf-8") for path in list_plays(SHIPPED)},
        ".gitignore": _IGNORED,
        _SCHEMA: json.dumps(json_schema(CATALOGUE, rules_schema()), indent=2, ensure_ascii=False) + "\n",
        ".vscode/settings.json": json.dumps(_EDITOR, indent=2) + "\n",
    }
    done = {folder / name: _write(folder / name, text) for name, text in files.items()}
    return Begun(tuple(path for path, new in done.items() if new), tuple(path for path, new in done.items() if not new))


def new_play(folder: Path, name: str, template: str) -> Path:
    """Write a Play of a template under a name and return its file. Raises Malformed for a bad name, template, or a Play that is there."""
    known = templates()
    if template not in known:
        raise Malformed(Finding("unknown-template", f"there is no template '{template}'", did_you_mean(template, known)))
    text = known[template].read_text(encoding="utf-8").replace(_PLACEHOLDER, f"name: {_as_yaml(name)}", 1)
    _, said = read_play(text, CATALOGUE, NOT_YET, file=f"{name}.yml")
    wrong = [finding for finding in errors(said) if finding.place.path == "name"]
    if wrong or Path(name).name != name:
        fact = wrong[0].fact if wrong else f"'{name}' is a path"
        raise Malformed(Finding("bad-text", f"a Play cannot be named so: {fact}", "write letters, digits, _ and -", place=Place("NAME")))
    if folder.exists() and not folder.is_dir():
        raise Malformed(Finding("bad-path", f"'{folder}' is a file, not a folder", "name a folder for the Play", place=Place("--plays")))
    target = folder / f"{name}.yml"
    if not _write(target, text):
        raise Malformed(Finding("play-exists", f"'{target}' is there already", "choose another name, or edit it"))
    return target


def _as_yaml(name: str) -> str:
    """Return a name as a value of YAML: in quotes where it could mean something else."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _write(path: Path, text: str) -> bool:
    """Write a file where none is; return whether it was written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refused(Finding("unwritable", f"'{path}' cannot be written: {reason}", "choose a folder you may write")) from error
    return True
