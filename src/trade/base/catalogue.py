"""What a Play may name: indicators and structures as pure data, read by validation, the language, docs, schema and generators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

ParamValue = int | float | str | bool | None
Params = Mapping[str, ParamValue]


class ValueType(StrEnum):
    """The type of a column. Equality is not defined on FLOAT, order not on BOOL and ENUM."""

    FLOAT = "float"
    INT = "int"
    BOOL = "bool"
    ENUM = "enum"


class ParamType(StrEnum):
    INT = "int"
    FLOAT = "float"
    CHOICE = "choice"
    FEATURE = "feature"  # the id of another feature on the same timeframe
    BOOL = "bool"


@dataclass(frozen=True)
class Param:
    """One parameter: its default (None: required unless `optional`), inclusive bounds, or the allowed words."""

    name: str
    type: ParamType
    default: ParamValue = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    doc: str = ""


@dataclass(frozen=True)
class Side:
    """The side of the market on which alone an output exists, `when` as in "the trend is up".

    A crossing needs its values at two closes, so that a change of sides is none. `instead` says what to read for that, `{id}` being
    the feature.
    """

    when: str
    instead: str


@dataclass(frozen=True)
class Output:
    """One output column: type, the closed range its values keep (None: unbounded), and whether it is total.

    A total output has a value on every bar from `first_valid_bars` on, except where `undefined_when` (a registered condition:
    "zero_range", "zero_volume", "flat_window", ...) holds; a partial one may be missing by design, one with a `side` (supertrend.long)
    on all bars but those of that side.
    `in_source_unit` says that it is measured in what it is computed from, prices of prices: all inputs times three, the output times
    three; every other output stays as it is then.
    `known_as` are other names that people write, for hints only.
    INT columns of structures hold -1 for "no index"; BOOL 0/1; ENUM the position in `words`. All columns are float64 arrays.
    INT with `words` holds their position, too, and is compared with a word as with its number.
    """

    name: str
    type: ValueType = ValueType.FLOAT
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    total: bool = True
    undefined_when: str | None = None
    minus_one_is_missing: bool = False
    known_as: tuple[str, ...] = ()
    in_source_unit: bool = False
    side: Side | None = None


@dataclass(frozen=True)
class Extreme:
    """What an output is to the last `bars` values of its source, the present one included: not below any (`highest`), or not above any.

    `source` is a bar column, or "source" for the chosen one. An output that is not `reached` is none of them, but beyond them: a band.
    """

    source: str
    bars: int
    highest: bool
    reached: bool = True


@dataclass(frozen=True)
class Entry:
    """One indicator or structure.

    `inputs` are bar columns ("open" "high" "low" "close" "volume"); "source" stands for the chosen source column.
    The first output is the primary one: a bare id in a rule means it. `first_valid_bars(params)` gives, per output, the index of
    the first value on clean data; `settle_bars(params)` how many earlier bars make a recursive kernel forget its seed (TIME-7).
    `settle_ms(params)` is earlier time that is needed besides, whatever the timeframe: one period of an anchor.
    `rising` names parameters whose values must rise in this order (fast below slow). `source_in_bar` says that the ranges of the
    outputs hold only for a source within the bar's low and high. `extremes(params)` gives the outputs that are extremes of a window.
    `close_means` is the price that the source `close`, the usual one, stands for: "hlc3" where everybody means the typical price.
    `values_of` says where the formula comes from: "pandas-ta" and "TradingView" are held against these, any other author against a slow
    twin in the tests; `tradingview` says in one sentence where TradingView's values differ, for the docs.
    `computed_by` names all who compute it ("ta-lib", "numba", our sums in "numpy"). `uses` lists structure types it builds on.
    """

    name: str
    inputs: tuple[str, ...]
    params: tuple[Param, ...]
    outputs: tuple[Output, ...]
    first_valid_bars: Callable[[Params], Mapping[str, int]]
    settle_bars: Callable[[Params], int]
    computed_by: str
    doc: str = ""
    uses: tuple[str, ...] = ()
    optional_uses: tuple[str, ...] = ()
    settle_ms: Callable[[Params], int] | None = None
    rising: tuple[str, ...] = ()
    source_in_bar: bool = False
    extremes: Callable[[Params], Mapping[str, Extreme]] | None = None
    close_means: str = "close"
    values_of: str = ""
    tradingview: str = ""

    def output(self, name: str) -> Output | None:
        return next((o for o in self.outputs if o.name == name), None)


@dataclass(frozen=True)
class Catalogue:
    """Every name a Play may use, in registration order; `patterns` are those of made markets."""

    indicators: Mapping[str, Entry]
    structures: Mapping[str, Entry]
    patterns: tuple[str, ...] = ()
