"""The single values at the top of a Play: version, name, symbol; and keys that are known but say nothing to a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trade.base.other_words import same_here
from trade.play.canonical import VERSION
from trade.play.fields import shown
from trade.play.intents import WORDS
from trade.play.models import TOP_LEVEL, HeadFile
from trade.play.notes import Notes
from trade.play.scalars import as_text
from trade.play.unsupported import refuse
from trade.play.written import OTHER_TOPS

_VERSIONS = {VERSION, "3.0", "3"}


@dataclass(frozen=True)
class Head:
    """Name, symbol and description; `file` holds every top-level value that was good."""

    name: str | None
    symbol: str | None
    description: str
    file: HeadFile


def read_head(data: dict[str, Any], notes: Notes) -> Head:
    """Return what the top of the file says; each value is checked on its own, so that one mistake hides no other."""
    for key in data:
        if key not in TOP_LEVEL:
            notes.unknown_key((key,), TOP_LEVEL, {**OTHER_TOPS, **_under_actions(key)})
    _version(data, notes)
    good: dict[str, Any] = {}
    for name, field in HeadFile.model_fields.items():
        key = field.alias or name
        if key in data and key != "version":
            file = notes.read(HeadFile, {key: data[key]}, ())
            if file is not None:
                good[key] = data[key]
    file = HeadFile.model_validate(good)
    if "_test_metadata" in data:
        notes.note("note-only", ("_test_metadata",), "'_test_metadata' is a note of its author", "it is not read and changes nothing")
    return Head(_name(data, file, notes), _symbol(data, file, notes), file.description or "", file)


def _under_actions(key: str) -> dict[str, str]:
    """Return what to do with an action that stands at the top of a file, in our word or in another."""
    word = key if key in WORDS else same_here(key, WORDS)
    return {} if word is None or same_here(key, TOP_LEVEL) else {key: f"write it under actions, as `{word}:`"}


def _version(data: dict[str, Any], notes: Notes) -> None:
    if "version" not in data:
        notes.error("missing-key", ("version",), "the key 'version' is missing", f'add `version: "{VERSION}"`')
    elif isinstance(data["version"], dict | list) or as_text(data["version"]) not in _VERSIONS:
        given = data["version"]
        said = shown(given) if given is None or isinstance(given, dict | list) else f"'{as_text(given)[:60]}'"
        notes.error("unknown-version", ("version",), f"{said}, not a version this program reads", f'write `version: "{VERSION}"`')


def _name(data: dict[str, Any], file: HeadFile, notes: Notes) -> str | None:
    if file.name and file.id and file.name != file.id:
        notes.error("contradiction", ("id",), f"'id' is '{file.id}', 'name' is '{file.name}'", "keep one of them", at_key=True)
    name = file.id or file.name
    if name is None and not (data.get("name") or data.get("id")):
        notes.error("missing-key", ("name",), "the key 'name' is missing", "add `name: my_play`")
    return name


def _symbol(data: dict[str, Any], file: HeadFile, notes: Notes) -> str | None:
    several = file.symbol_universe
    if "symbol" in data and "symbol_universe" in data:
        notes.error("contradiction", ("symbol_universe",), "'symbol' and 'symbol_universe' are both given", "keep `symbol`", at_key=True)
    if several is not None and len(several) > 1:
        refuse(notes, "several-symbols", ("symbol_universe",), f"'{len(several)}' symbols")
    if several == [] or (data.get("symbol") is None and "symbol_universe" not in data):
        notes.error("missing-key", ("symbol",), "the key 'symbol' is missing", "add `symbol: BTCUSDT`")
    return file.symbol or (several[0] if several else None)
