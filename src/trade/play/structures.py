"""The `structures` section: each detector against the catalogue, its timeframe, and the structures it builds on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trade.base.catalogue import Entry, ParamType
from trade.base.nearest import did_you_mean
from trade.base.places import Path
from trade.base.timeframe import Timeframe
from trade.play.features import DeclaredFeatures, Known, check_id
from trade.play.fields import shown
from trade.play.models import StructureFile
from trade.play.notes import Notes
from trade.play.params import read_params
from trade.play.spec import Structure
from trade.play.timeframes import ROLE_WORDS, Roles, resolve

MOST_STRUCTURES = 100  # each is up to 21 arrays of the whole history


@dataclass
class _Reader:
    """What reading one structure needs to know, and what has been read so far."""

    roles: Roles
    known: Known
    features: DeclaredFeatures
    notes: Notes
    found: dict[str, Structure] = field(default_factory=dict)
    broken: dict[str, Entry | None] = field(default_factory=dict)

    def items(self, raw: dict[str, Any]) -> Iterator[tuple[Path, Timeframe | None, Any]]:
        """Yield path, timeframe and value of every item: lists under a role or timeframe, or a map of timeframe to list under a role."""
        for role, value in raw.items():
            path: Path = ("structures", role)
            groups = [((*path, name), name, items) for name, items in value.items()] if isinstance(value, dict) else [(path, role, value)]
            if isinstance(value, dict) and role not in ROLE_WORDS:
                hint = did_you_mean(role, ROLE_WORDS)
                self.notes.error("unknown-role", path, f"'{role}' is not a role", hint, at_key=True)
            for where, name, items in groups:
                timeframe = resolve(name, self.roles, where, self.notes)
                if isinstance(items, list):
                    yield from (((*where, index), timeframe, item) for index, item in enumerate(items))
                else:
                    self.notes.error(
                        "wrong-type", where, f"{shown(items)}, not a list", "write `- {type: swing, key: swing}` per structure"
                    )

    def read(self, item: object, timeframe: Timeframe | None, path: Path) -> None:
        """Read one item into `found`, or its key into `broken`."""
        before = len(self.notes.findings)
        structure = self.structure(item, timeframe, path)
        key = item.get("key") if isinstance(item, dict) else None
        if structure is not None and len(self.notes.findings) == before:
            self.found[structure.key] = structure
        elif isinstance(key, str) and key not in self.found:
            self.broken[key] = self.known.meant(item, "type")

    def structure(self, item: object, timeframe: Timeframe | None, path: Path) -> Structure | None:
        file = self.notes.read(StructureFile, item, path)
        if file is None:
            return None
        self.check_key(file.key, (*path, "key"))
        entry = self.known.find(file.type, (*path, "type"), self.notes)
        if entry is None or timeframe is None:
            return None
        params = read_params(entry, file.params, (*path, "params"), self.notes)
        for param in entry.params:
            if param.type is ParamType.FEATURE and isinstance(params.get(param.name), str):
                self.features.check(str(params[param.name]), timeframe, (*path, "params", param.name), self.notes)
        uses = _uses(file, path, self.notes)
        if not any(key in self.broken for _, key in uses):
            _check_uses(entry, timeframe, uses, path, self.found, self.notes)
        return Structure(file.key, entry.name, params, timeframe, tuple(sorted(key for _, key in uses)), self.notes.document.place(path))

    def check_key(self, key: str, path: Path) -> None:
        check_id(key, path, self.notes)
        if key in self.found or key in self.broken:
            self.notes.error("duplicate-id", path, f"the key '{key}' is given twice", "rename one of the structures")
        if key in self.features.found or key in self.features.broken:
            self.notes.error("duplicate-id", path, f"'{key}' is a feature too", "rename the structure")


def read_structures(
    raw: object, roles: Roles, known: Known, features: DeclaredFeatures, notes: Notes
) -> tuple[dict[str, Structure], dict[str, Entry | None]]:
    """Return the structures that are understood, in file order, and the keys of those that are not, with what each would be.

    Every mistake is said.
    """
    if not isinstance(raw, dict):
        notes.error("wrong-type", ("structures",), f"{shown(raw)}, not a map", "write exec: [{type: swing, key: swing, ...}]")
        return {}, {}
    reader = _Reader(roles, known, features, notes)
    for number, (path, timeframe, item) in enumerate(reader.items(raw)):
        if number == MOST_STRUCTURES:
            fact = f"there are more than '{MOST_STRUCTURES}' structures"
            notes.error("too-many-parts", ("structures",), fact, "a Play is one strategy; split it", at_key=True)
            break
        reader.read(item, timeframe, path)
    return reader.found, reader.broken


def _uses(file: StructureFile, path: Path, notes: Notes) -> list[tuple[Path, str]]:
    """Return the keys a structure builds on, each with its path; `depends_on: {swing: key}` is the January form."""
    if file.depends_on is not None:
        if file.uses is not None:
            notes.error("contradiction", (*path, "depends_on"), "'uses' and 'depends_on' are both given", "keep `uses`", at_key=True)
        given: list[tuple[Path, Any]] = [((*path, "depends_on", name), key) for name, key in file.depends_on.items()]
    elif isinstance(file.uses, list):
        given = [((*path, "uses", index), key) for index, key in enumerate(file.uses)]
    else:
        given = [] if file.uses is None else [((*path, "uses"), file.uses)]
    for where, key in given:
        if not isinstance(key, str):
            notes.error("wrong-type", where, f"{shown(key)}, not the key of a structure", "write the key of a structure above this one")
    return [(where, key) for where, key in given if isinstance(key, str)]


def _check_uses(
    entry: Entry, timeframe: Timeframe, uses: list[tuple[Path, str]], path: Path, found: Mapping[str, Structure], notes: Notes
) -> None:
    earlier = {key: s for key, s in found.items() if s.timeframe == timeframe}
    types: list[str] = []
    before = len(notes.findings)
    for where, key in uses:
        if key not in earlier:
            reason = f"on '{found[key].timeframe}', not on '{timeframe}'" if key in found else "not declared above this one"
            hint = did_you_mean(key, earlier, "declare it first, on the same timeframe")
            notes.error("unknown-structure", where, f"the structure '{key}' is {reason}", hint)
            continue
        kind = earlier[key].type
        if kind not in (*entry.uses, *entry.optional_uses):
            able = ", ".join((*entry.uses, *entry.optional_uses)) or "nothing"
            notes.error("wrong-use", where, f"'{entry.name}' cannot use '{key}', a '{kind}'", f"it can use: {able}")
        elif kind in types:
            notes.error("wrong-use", where, f"'{entry.name}' is given a second '{kind}'", "keep one")
        elif where[-2] == "depends_on" and where[-1] not in (kind, "source"):
            notes.error("wrong-use", where, f"'{key}' is a '{kind}', not a '{where[-1]}'", f"write `{kind}: {key}`")
        types.append(kind)
    for needed in entry.uses:
        if needed not in types and len(notes.findings) == before:
            like = [key for key, s in earlier.items() if s.type == needed]
            hint = f"add `uses: {like[-1]}`" if like else f"declare a {needed} above it and add `uses: <its key>`"
            notes.error("missing-use", path, f"'{entry.name}' needs a '{needed}'", hint)
