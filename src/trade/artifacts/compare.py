"""Compare a run's documents with what comes out again, name by name."""

from __future__ import annotations

from typing import Any

from trade.artifacts.decided import RECORDED
from trade.artifacts.receipt import MANIFEST, SIGNATURE

# The compiled kernels may be rebuilt and give the same bytes; what is recorded beside a run makes it no other run.
_OUTSIDE = {SIGNATURE: {"kernels"}, MANIFEST: {RECORDED}}


def differing(file: str, old: Any, new: Any) -> list[str]:
    """Return the names in which two JSON documents of one kind differ, as `result.json:hashes`; the file's name if one is no document."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [file]
    names = [name for name in {**new, **old} if name not in _OUTSIDE.get(file, ())]
    return [f"{file}:{name}" for name in names if name not in old or name not in new or _told(name, old) != _told(name, new)]


def _told(name: str, document: dict[str, Any]) -> Any:
    """Return what a document says of a name; of the instrument not who says it: the same rule from another source is the same."""
    value = document[name]
    if name != "instrument" or not isinstance(value, dict):
        return value
    later = [{key: rule[key] for key in rule if key != "source"} for rule in value.get("later_rules", ())]
    return {**{key: value[key] for key in value if key != "source"}, "later_rules": later}
