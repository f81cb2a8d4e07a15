"""The words that entries are written in: typed parameter access, the usual parameters and outputs, how far each average remembers."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import replace

from trade.base.catalogue import Output, Param, Params, ParamType, Side, ValueType

PANDAS_TA, TRADINGVIEW = "pandas-ta", "TradingView"  # whose values; any other author stands as text
TA_LIB, NUMPY, NUMBA = "ta-lib", "numpy", "numba"  # who computes

TYPICAL = "hlc3"  # what the four indicators of the typical price read unless another price is named
LONGEST_BARS = 10_000
_FORGOTTEN = 1e-11  # of its scale a value may differ by 1e-8 (TIME-7), and what it began with may have been far off


def count(params: Params, name: str) -> int:
    """Return a whole-number parameter. Raises TypeError on anything else: the Play loader has checked it before."""
    value = params[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"parameter {name!r} is {value!r}, not a whole number")
    return value


def real(params: Params, name: str) -> float:
    """Return a numeric parameter as float, so that `std: 2` and `std: 2.0` are one thing."""
    value = params[name]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"parameter {name!r} is {value!r}, not a number")
    return float(value)


def bars(name: str, default: int, low: int = 2, doc: str = "bars in the window") -> Param:
    """Return a parameter that counts bars."""
    return Param(name, ParamType.INT, default, low=low, high=LONGEST_BARS, doc=doc)


def factor(name: str, default: float, low: float = 0.01, high: float = 100.0, doc: str = "") -> Param:
    """Return a parameter that scales something."""
    return Param(name, ParamType.FLOAT, default, low=low, high=high, doc=doc)


def value(low: float | None = None, high: float | None = None, undefined_when: str | None = None) -> tuple[Output, ...]:
    """Return the single output of an indicator that has only one."""
    return (Output("value", low=low, high=high, undefined_when=undefined_when),)


def price(low: float | None = None, undefined_when: str | None = None) -> tuple[Output, ...]:
    """Return the single output of an indicator that makes prices, or differences of prices, of prices."""
    return (level("value", low=low, undefined_when=undefined_when),)


def level(name: str, low: float | None = None, undefined_when: str | None = None, *, side: Side | None = None) -> Output:
    """Return an output in the unit of the source; one with a `side` is missing while the market is on the other."""
    return Output(name, low=low, undefined_when=undefined_when, total=side is None, in_source_unit=True, side=side)


def also(output: Output, *names: str) -> Output:
    """Return an output that hints know under other names, too."""
    return replace(output, known_as=names)


def together(*names: str) -> str:
    """Return the `computed_by` of an indicator that several compute."""
    return ", ".join(names)


def whole(name: str, low: int, high: int) -> Output:
    """Return an output that holds whole numbers."""
    return Output(name, ValueType.INT, low=low, high=high)


def always(bars: int) -> Callable[[Params], int]:
    """Return a count that no parameter changes."""
    return lambda _params: bars


def first(**bar_of: Callable[[Params], int]) -> Callable[[Params], Mapping[str, int]]:
    """Return a `first_valid_bars` from one function per output."""

    def first_valid_bars(params: Params) -> Mapping[str, int]:
        return {name: bar(params) for name, bar in bar_of.items()}

    return first_valid_bars


def window(first_valid_bars: Callable[[Params], Mapping[str, int]]) -> Callable[[Params], int]:
    """Return the `settle_bars` of an indicator that sees only its window: up to and including its last first value."""
    return lambda params: max(first_valid_bars(params).values()) + 1


def settled(first_valid_bars: Callable[[Params], Mapping[str, int]], memory: Callable[[Params], int]) -> Callable[[Params], int]:
    """Return the `settle_bars` of a recursive indicator: the bars that its first values take, and those after which they are forgotten."""
    return lambda params: max(first_valid_bars(params).values()) + 1 + memory(params)


def ema_memory(length: int, chained: int = 1) -> int:
    """Return the bars after which an EMA has forgotten what was before (TIME-7), or a chain of EMAs of which this is the longest."""
    return memory(2.0 / (length + 1), chained)


def wilder_memory(length: int, chained: int = 1) -> int:
    """Return the same for Wilder averages, whose weight 1/length is half that of an EMA."""
    return memory(1.0 / length, chained)


def memory(alpha: float, chained: int = 1) -> int:
    """Return after how many bars averages that give a new bar the weight `alpha` leave less than `_FORGOTTEN` to what was before.

    In a chain that is the chance of fewer than `chained` successes in so many trials.
    """

    def before(bars: int) -> float:
        return math.fsum(math.comb(bars, n) * alpha**n * (1.0 - alpha) ** (bars - n) for n in range(min(chained, bars + 1)))

    return bisect_left(range(math.ceil(60 / alpha)), -_FORGOTTEN, key=lambda bars: -before(bars))
