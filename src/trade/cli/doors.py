"""The doors through which a command lets a run reach the world: the store, the calendars, and who is told how it goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from trade.cli.calendars import closed_of

if TYPE_CHECKING:
    from trade.run.request import Doors


def open_doors(db: Path, say: Callable[[str], None] | None = None) -> Doors:
    """Return the doors to a store."""
    from trade.run.request import Doors, silent

    return Doors(lambda origin, symbol: origin.open(db, symbol), say or silent, closed_of)
