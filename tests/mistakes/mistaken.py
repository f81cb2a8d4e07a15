"""The table of mistakes in Plays: a sound Play, and what is written into it instead of one of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.run.accepted import accept_file

_FOLDER = Path(__file__).parent
SOUND = (_FOLDER / "base.yml").read_text(encoding="utf-8")
_BESIDE = {"unused-setup"}  # a changed entry no longer uses the setup


@dataclass(frozen=True)
class Mistake:
    """A line of a Play, what is said of it, and the line that the hint leads to.

    `instead_of` is the key of the line that it replaces, its own where none is given; one that the Play has not is put at its end.
    `schema` tells whether an editor sees it by the JSON Schema alone.
    """

    written: str
    code: str
    at: str
    fact: str
    hint: str
    mended: str
    instead_of: str = ""
    schema: bool = True

    @property
    def key(self) -> str:
        return self.instead_of or _key(self.written)

    @property
    def text(self) -> str:
        return changed(self.key, self.written)

    @property
    def mended_text(self) -> str:
        return changed(self.key, self.mended)


def _key(line: str) -> str:
    return line.strip().partition(":")[0]


def changed(key: str, line: str) -> str:
    """Return the sound Play with another line for that of a key."""
    lines = SOUND.splitlines()
    at = next((number for number, old in enumerate(lines) if _key(old) == key), None)
    if at is None:
        return "\n".join([*lines, line, ""])
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    return "\n".join([*lines[:at], indent + line, *lines[at + 1 :], ""])


def table() -> list[Mistake]:
    rows = yaml.safe_load((_FOLDER / "plays.yml").read_text(encoding="utf-8"))
    return [Mistake(**row) for row in rows]


def said_of(text: str, folder: Path) -> list[Finding]:
    """Return what is said of a Play."""
    file = folder / "play.yml"
    file.write_text(text, encoding="utf-8")
    try:
        findings = accept_file(file).findings
    except Malformed as error:
        findings = error.findings
    return [finding for finding in findings if finding.code not in _BESIDE]
