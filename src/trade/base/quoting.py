"""Names as a message says them."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(names: Iterable[object]) -> str:
    """Return `'a' and 'b'`."""
    return " and ".join(f"'{name}'" for name in names)
