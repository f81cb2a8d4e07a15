"""The typed tree of rules: operands, comparisons, logic, setups, action blocks.

Nodes are equal when they mean the same, wherever they stand: `path` takes no part in equality, so equal rules are computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from trade.base.measures import Measure
from trade.base.timeframe import Timeframe
from trade.dsl.columns import Clock, ColumnRef


class Op(StrEnum):
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="
    EQ = "=="
    NE = "!="
    NEAR_ABS = "near_abs"
    NEAR_PCT = "near_pct"
    CROSS_ABOVE = "cross_above"
    CROSS_BELOW = "cross_below"
    BETWEEN = "between"
    IN = "in"


class Action(StrEnum):
    ENTRY_LONG = "entry_long"
    ENTRY_SHORT = "entry_short"
    EXIT_LONG = "exit_long"
    EXIT_SHORT = "exit_short"
    EXIT_ALL = "exit_all"
    NO_ACTION = "no_action"


@dataclass(frozen=True)
class Constant:
    """A number; `text` is what was written ("70", "true", "bullish")."""

    value: float
    text: str


@dataclass(frozen=True)
class Column:
    """A column, `offset` closed bars of its own timeframe back (RULE-3)."""

    ref: ColumnRef
    offset: int
    clock: Clock
    minus_one_is_missing: bool
    text: str


@dataclass(frozen=True)
class InstantPart:
    """A part of the instant at which the rule is evaluated: `hour_utc`, `minute_utc`, `weekday_utc`."""

    name: str


@dataclass(frozen=True)
class Arithmetic:
    op: str
    left: Operand
    right: Operand


Operand = Constant | Column | InstantPart | Arithmetic


def parts_of(operand: Operand) -> Iterator[Column | InstantPart]:
    """Yield everything in an operand that changes with time."""
    if isinstance(operand, (Column, InstantPart)):
        yield operand
    elif isinstance(operand, Arithmetic):
        yield from parts_of(operand.left)
        yield from parts_of(operand.right)


def columns_of(operand: Operand) -> Iterator[Column]:
    """Yield every column an operand reads."""
    return (part for part in parts_of(operand) if isinstance(part, Column))


class _Leaf:
    """What comparisons share: a clock of their own, base if they read a base price (TIME-4), and no parts."""

    parts: tuple[Rule, ...] = ()
    height = 1
    is_steady = True

    @property
    def operands(self) -> tuple[Operand, ...]:
        raise NotImplementedError

    @cached_property
    def clock(self) -> Clock:
        on_base = any(column.clock is Clock.BASE for operand in self.operands for column in columns_of(operand))
        return Clock.BASE if on_base else Clock.EXEC


@dataclass(frozen=True)
class Comparison(_Leaf):
    """Two operands on one clock; `tolerance` is absolute or percent as the operator says, 0 for all others."""

    op: Op
    left: Operand
    right: Operand
    tolerance: float
    path: str = field(compare=False)

    @property
    def operands(self) -> tuple[Operand, ...]:
        return (self.left, self.right)


@dataclass(frozen=True)
class Between(_Leaf):
    """Inclusive on both sides."""

    value: Operand
    low: Constant
    high: Constant
    path: str = field(compare=False)

    @property
    def operands(self) -> tuple[Operand, ...]:
        return (self.value,)


@dataclass(frozen=True)
class OneOf(_Leaf):
    value: Operand
    choices: tuple[Constant, ...]
    path: str = field(compare=False)

    @property
    def operands(self) -> tuple[Operand, ...]:
        return (self.value,)


class Logic(StrEnum):
    ALL = "all"
    ANY = "any"
    NOT = "not"


class _Branch:
    """What rules with parts share: base clock as soon as one part is on it (TIME-4).

    A steady rule on the exec clock keeps its value between exec closes; one with a window that slides with time does not.
    """

    parts: tuple[Rule, ...]

    @cached_property
    def is_steady(self) -> bool:
        return all(part.is_steady for part in self.parts)

    @cached_property
    def clock(self) -> Clock:
        return finest(part.clock for part in self.parts)

    @cached_property
    def height(self) -> int:
        return 1 + max(part.height for part in self.parts)


@dataclass(frozen=True)
class Combined(_Branch):
    """`all`, `any` of the parts, or `not` of the only part (RULE-1)."""

    logic: Logic
    parts: tuple[Rule, ...]
    path: str = field(compare=False)


@dataclass(frozen=True)
class SetupUse(_Branch):
    """A reference to a setup; the only part is the setup's own tree. Uses of one setup are equal."""

    id: str
    parts: tuple[Rule] = field(compare=False)
    path: str = field(compare=False)


class WindowKind(StrEnum):
    HOLDS_FOR = "holds_for"
    OCCURRED_WITHIN = "occurred_within"
    COUNT_TRUE = "count_true"


@dataclass(frozen=True)
class Reach:
    """The instants a window looks at (RULE-4): the last `bars` exec closes, or closes of `anchor`, or base closes of `duration_ms`."""

    bars: int = 0
    anchor: Timeframe | None = None
    duration_ms: int = 0


@dataclass(frozen=True)
class LastInstants(_Branch):
    """The only part over the last instants: at all, at one, or at `min_true` of them, which is 1 for the former two (RULE-4)."""

    kind: WindowKind
    reach: Reach
    min_true: int
    parts: tuple[Rule]
    path: str = field(compare=False)

    @property
    def is_steady(self) -> bool:
        return self.reach.anchor is None and not self.reach.duration_ms


Leaf = Comparison | Between | OneOf
Rule = Leaf | Combined | SetupUse | LastInstants


def finest(clocks: Iterable[Clock]) -> Clock:
    """Return the base clock if any of the clocks is."""
    return Clock.BASE if Clock.BASE in clocks else Clock.EXEC


@dataclass(frozen=True)
class Setup:
    id: str
    rule: Rule


@dataclass(frozen=True)
class Case:
    rule: Rule
    emits: tuple[Action, ...]


@dataclass(frozen=True)
class Block:
    """Cases in order; the first true one emits, `otherwise` if every one was false (RULE-5)."""

    id: str
    cases: tuple[Case, ...]
    otherwise: tuple[Action, ...]

    @cached_property
    def clock(self) -> Clock:
        return finest(case.rule.clock for case in self.cases)


@dataclass(frozen=True)
class Program:
    """The checked rules of a Play: the setups its actions use, in YAML order, its blocks, and the columns that its orders are measured by.

    `reads` is sorted.
    """

    setups: tuple[Setup, ...]
    blocks: tuple[Block, ...]
    mode: str
    reads: tuple[ColumnRef, ...]
    measures: Mapping[Measure, Column] = field(default_factory=dict)

    @cached_property
    def clock(self) -> Clock:
        """The clock of the decisions: base as soon as one part is on it."""
        return finest(block.clock for block in self.blocks)
