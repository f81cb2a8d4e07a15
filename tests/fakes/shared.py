"""Where the files lie that are no part of the checkout: real histories, worked examples, cases of other engines."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER_VARIABLE = "TRADE_SHARED"


def shared(*parts: str) -> Path:
    """Return a file of the folder that the environment names, else of the nearest `shared` above that has it.

    Where nobody has it the path does not exist: tests that need it skip.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    places = [Path(named)] if named else [parent / "shared" for parent in Path(__file__).resolve().parents]
    return next((place.joinpath(*parts) for place in places if place.joinpath(*parts).exists()), places[0].joinpath(*parts))
