"""The context in which the rules of one Play are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from trade.base.places import Path
from trade.dsl.notes import RuleNotes
from trade.dsl.scope import Scope
from trade.dsl.tree import Rule

MAX_DEPTH = 48


class Context:
    """The scope, the notes, and the setups read so far.

    `open_setups` is the chain of setups being read now; `used_setups` holds (user, used) pairs, the user None for an action.
    """

    def __init__(self, scope: Scope, notes: RuleNotes, setups: Mapping[str, object]) -> None:
        self.scope = scope
        self.notes = notes
        self.setups = setups
        self.done_setups: dict[str, Rule | None] = {}
        self.open_setups: list[str] = []
        self.used_setups: set[tuple[str | None, str]] = set()
        self._depth = 0

    @contextmanager
    def deeper(self, path: Path) -> Iterator[bool]:
        """Go one level down, setups included; yields False, with a note, beyond the limit."""
        self._depth += 1
        yield self.has_room_for(0, path)
        self._depth -= 1

    def has_room_for(self, levels: int, path: Path) -> bool:
        """Check that so many further levels fit; a note says so if not."""
        if self._depth + levels <= MAX_DEPTH:
            return True
        fact = f"this rule is nested deeper than {MAX_DEPTH} levels"
        self.notes.error(path, "too-deep", fact, "split it, or let setups refer to fewer setups in a chain")
        return False


ReadCondition = Callable[[Context, object, Path], Rule | None]
