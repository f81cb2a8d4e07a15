"""The words that entries are written in: typed parameter access, the usual parameters and outputs, how far each average remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trade.base.catalogue import Output, Param, Params, ParamType, ValueType

TA_LIB = "ta-lib"
PANDAS_TA = "pandas-ta"
NUMPY = "numpy"
NUMBA = "numba"

LONGEST_BARS = 10_000


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


def level(name: str, low: float | None = None, undefined_when: str | None = None, *, total: bool = True) -> Output:
    """Return an output in the unit of the source; not `total`: missing by design for part of the time."""
    return Output(name, low=low, undefined_when=undefined_when, total=total, in_source_unit=True)


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


def ema_memory(length: int) -> int:
    """Return the earlier bars after which an EMA has forgotten its seed (TIME-7)."""
    return 3 * length


def wilder_memory(length: int) -> int:
    """Return the same for a Wilder average, whose weight 1/length is half that of an EMA."""
    return 6 * length
