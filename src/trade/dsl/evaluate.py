"""Run a program over columns: the intent at every decision instant in each state of the position, and the funnel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Int64
from trade.base.result import FunnelRow
from trade.dsl.columns import Clock, Columns
from trade.dsl.decide import decide, who_decides
from trade.dsl.funnel import Funnel
from trade.dsl.lookback import Lookback
from trade.dsl.stretch import Instants, Stretch
from trade.dsl.tree import Program
from trade.dsl.values import InstantSpan

Codes = npt.NDArray[np.int8]
_STRETCH = 1 << 17  # instants at a time, about: the temporaries stay in the processor's cache, and memory does not grow with history


@dataclass(frozen=True)
class Decisions:
    """What the rules want: `ts_ms` [k] ascending, and per position state the code of the `Intent` that comes first (RULE-5)."""

    ts_ms: Int64
    flat: Codes
    long: Codes
    short: Codes
    funnel: tuple[FunnelRow, ...]


def evaluate(program: Program, columns: Columns, start_ms: int, end_ms: int) -> Decisions:
    """Decide at every instant of the program's clock in [start_ms, end_ms); earlier instants serve crossings and held values."""
    instants = columns.instants(program.clock)
    first, last = (int(edge) for edge in np.searchsorted(instants, (start_ms, end_ms)))
    codes = np.zeros((3, last - first), np.int8)
    funnel = Funnel(program)
    for there, stretch in _stretches(program, columns, funnel, first, last):
        funnel.count(stretch)
        codes[:, there] = decide(program, stretch, columns)
    return Decisions(instants[first:last], codes[0], codes[1], codes[2], funnel.rows())


def find_deciders(program: Program, columns: Columns, start_ms: int, end_ms: int) -> npt.NDArray[np.int16]:
    """Return which of the `deciders` gave each code of `evaluate` over the same span, counted from 1, 0 for none; shape [3, k]."""
    first, last = (int(edge) for edge in np.searchsorted(columns.instants(program.clock), (start_ms, end_ms)))
    numbers = np.zeros((3, last - first), np.int16)
    for there, stretch in _stretches(program, columns, Funnel(program), first, last):
        numbers[:, there] = who_decides(program, stretch, columns)
    return numbers


def _stretches(program: Program, columns: Columns, funnel: Funnel, first: int, last: int) -> Iterator[tuple[slice, Stretch]]:
    """Yield the stretches of the instants [first, last) of the program's clock, each with its place among them."""
    lookback = Lookback(columns)
    for span in _pieces(program.clock, first, last):
        yield slice(span.first - first, span.last - first), Stretch(columns, lookback, funnel.numbers, _instants(columns, span))


def _pieces(clock: Clock, first: int, last: int) -> Iterator[InstantSpan]:
    """Yield the instants in pieces of one length, which are never empty."""
    count = min(max(round((last - first) / _STRETCH), 1), last - first)
    edges = [first + (last - first) * number // count for number in range(count)] + [last]
    for start, end in pairwise(edges):
        yield InstantSpan(clock, start, end)


def _instants(columns: Columns, span: InstantSpan) -> Mapping[Clock, Instants]:
    """Return the instants of each clock that the stretch sees; base instants only if decisions are taken at them."""
    if span.clock is Clock.EXEC:
        return {Clock.EXEC: Instants(span, 0)}
    exec_ = columns.instants(Clock.EXEC)
    base = columns.instants(Clock.BASE)
    seen = int(np.searchsorted(exec_, base[span.first], "right"))
    own = int(np.searchsorted(exec_, base[span.first]))
    last = int(np.searchsorted(exec_, base[span.last - 1], "right"))
    first = max(seen - 1, 0)
    return {Clock.BASE: Instants(span, 0), Clock.EXEC: Instants(InstantSpan(Clock.EXEC, first, last), own - first)}
