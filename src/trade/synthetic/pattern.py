"""A pattern: the shape of a market as a few points, which the common process fills with minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace

Points = tuple[tuple[int, int], ...]
ALWAYS_100: Points = ((0, 100), (1000, 100))


@dataclass(frozen=True)
class Walls:
    """Levels that the price does not pass but comes back from."""

    floor: Points
    ceiling: Points


@dataclass(frozen=True)
class Pattern:
    """One named shape. `defining` is the property that makes it this shape and not another; a test measures it.

    All points are (thousandths of the length, percent). The percent of `path`, `walls`, `gaps` and `sweeps` are of the span: what
    an ordinary market moves in so many minutes. Between points the value runs straight; before the first it stands still.
    """

    name: str
    meaning: str
    defining: str
    path: Points
    volatility_pct: Points = ALWAYS_100  # of an ordinary minute's
    stray_pct: int = 8  # how far the price strays from the path, of the span
    walls: Walls | None = None
    gaps: Points = ()  # jumps between one minute and the next
    sweeps: Points = ()  # excursions that begin and end inside one slower bar


def mirrored(pattern: Pattern, name: str, meaning: str, defining: str) -> Pattern:
    """Return the same shape upside down."""
    walls = None if pattern.walls is None else Walls(_negated(pattern.walls.ceiling), _negated(pattern.walls.floor))
    return replace(
        pattern,
        name=name,
        meaning=meaning,
        defining=defining,
        path=_negated(pattern.path),
        walls=walls,
        gaps=_negated(pattern.gaps),
        sweeps=_negated(pattern.sweeps),
    )


def between(floor: int, ceiling: int) -> Walls:
    """Return level walls."""
    return Walls(((0, floor), (1000, floor)), ((0, ceiling), (1000, ceiling)))


def zigzag(legs: int, low: int, high: int, until: int = 1000) -> Points:
    """Return a path that swings between two levels, up first, and ends where it began."""
    turns = [((2 * leg + 1) * until // (2 * legs), low if leg % 2 else high) for leg in range(legs)]
    return ((0, 0), *turns, (until, 0))


def _negated(points: Points) -> Points:
    return tuple((at, -level) for at, level in points)
