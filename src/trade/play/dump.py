"""A resolved Play as YAML: every default visible, and read again it is the same Play with the same hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from trade.base.findings import Finding, Place
from trade.base.hashing import json_hash
from trade.play.canonical import as_intents
from trade.play.nodes import MAX_BYTES, MAX_VALUES
from trade.play.scalars import plain
from trade.play.spec import Play

_WIDTH = 120
_FEW = 400  # values that cannot fill a file: none is longer than a few hundred letters, however deep it stands


def resolved(play: Play) -> dict[str, Any]:
    """Return the canonical form with what cannot change a result: name, description, validation."""
    canonical = {**play.canonical, "actions": as_intents(play.canonical["actions"])}
    head: dict[str, Any] = {"version": canonical.pop("version"), "name": play.name}
    if play.description:
        head["description"] = play.description
    validation = {key: value for key, value in vars(play.validation).items() if value is not None}
    return {**head, **canonical, **({"validation": validation} if validation else {})}


def to_yaml(play: Play) -> str:
    """Return the resolved Play as a file that re-loads to an equal Play."""
    text: str = yaml.dump(resolved(play), Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=_WIDTH, allow_unicode=True)
    return text


def too_large(play: Play, place: Place) -> tuple[Finding, ...]:
    """Return the refusal of a Play whose resolved form could not be read again; aliases and defaults make it longer than its file."""
    values = _values(resolved(play))
    if values > MAX_VALUES:
        fact = f"the resolved Play has '{values}' values, more than '{MAX_VALUES}'"
    elif values > _FEW and len(to_yaml(play).encode()) > MAX_BYTES:
        fact = f"the resolved Play has more than '{MAX_BYTES}' bytes"
    else:
        return ()
    return (Finding("yaml-too-large", fact, "a Play is one strategy; split it", place=place),)


def _values(value: object) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(1 + _values(item) for item in value.values())
    return 1 + sum(map(_values, value)) if isinstance(value, list) else 1


def with_symbol(play: Play, symbol: str) -> Play:
    """Return the Play for another symbol, hash included."""
    return _rehashed(replace(play, symbol=symbol), symbol=symbol)


def with_rules(play: Play, setups: Mapping[str, Any], blocks: Sequence[Any]) -> Play:
    """Return the Play with the same rules in another spelling, hash included."""
    rules = replace(play.rules, setups=setups, actions=blocks)
    return _rehashed(replace(play, rules=rules), setups=setups, actions=blocks)


def _rehashed(play: Play, **changed: Any) -> Play:
    canonical = {**play.canonical, **changed}
    return replace(play, canonical=canonical, play_hash=json_hash(canonical))


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Quotes every text that YAML 1.1 or 1.2 would read as something else, and writes no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the name is PyYAML's
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if isinstance(plain(value), str) else '"')


_Dumper.add_representer(str, _text)
