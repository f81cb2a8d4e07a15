"""Cases that other engines publish: where they lie, and what an adapter makes of each."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from shared import shared

FOLDER_VARIABLE = "TRADE_CONFORMANCE"


def folder() -> Path | None:
    """Return the folder of the cases: the one the environment names, else `conformance` of the shared folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    place = Path(named) if named else shared("conformance")
    return place if place.is_dir() else None


@dataclass(frozen=True)
class Case:
    """One published case: either what ours and theirs come to, or the feature or rule it is outside of."""

    source: str
    name: str
    outside: str | None  # why it cannot be put to our engine
    theirs: Any = None
    ours: Callable[[], Any] | None = None


def read(name: str) -> Any:
    """Return a JSON file of the folder, numbers with a point as decimals, or None where it is absent."""
    home = folder()
    if home is None or not there(name):
        return None
    return json.loads((home / name).read_text(encoding="utf-8"), parse_float=Decimal)


def table(name: str) -> list[dict[str, str]]:
    """Return a CSV file of the folder."""
    home = folder()
    assert home is not None
    with (home / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def there(name: str) -> bool:
    """Return whether the folder has a file."""
    home = folder()
    return home is not None and (home / name).is_file()


def first_true(*reasons: tuple[bool, str]) -> str | None:
    """Return the first reason that holds."""
    return next((reason for holds, reason in reasons if holds), None)


def paired(
    ours: Sequence[Any], theirs: Sequence[Iterable[str]], say: Callable[[Any, Iterable[str]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return each of our trades in the fields that theirs names; another number of trades is said as such."""
    said = [say(trade, fields) for trade, fields in zip(ours, theirs, strict=False)]
    return said if len(ours) == len(theirs) else [*said, {"trades": len(ours)}]
