"""The first gate: a Play with a single mistake is refused, with all of them (play.md, promise 2)."""

from __future__ import annotations

from collections.abc import Iterable

from trade.base.errors import Malformed
from trade.base.findings import Finding, by_place, errors
from trade.play.spec import Play


def accept(play: Play | None, findings: Iterable[Finding]) -> tuple[Play, tuple[Finding, ...]]:
    """Return the Play and its warnings. Raises Malformed with every finding, sorted by place, when one is an error."""
    said = by_place(findings)
    if errors(said) or play is None:
        raise Malformed(said)
    return play, said
