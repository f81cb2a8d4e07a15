"""Finding the tick that prices live on, and counting those that do not fit a given one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from trade.base.arrays import Float64
from trade.base.instrument import Grid, Instrument
from trade.market.columns import Columns

TOLERATED_FRAC = 0.001
_FINEST_EXPONENT = -8
_FINEST_NAMED_EXPONENT = -12
_COARSEST_EXPONENT = 4
_COARSEST_FRAC = 0.025  # of the price: no market has fewer than 40 ticks in it, but for those of 1e-8
_SAFE_FRAC = 0.002
_TELLING = 30  # prices: that all are multiples of a step twice the tick by chance happens once in 2^30
_FINEST_FRAC = 1e-8  # ten times the slack of `Grid.off_grid`; below, everything fits


def off_grid_rows(columns: Columns, names: tuple[str, ...], instrument: Instrument) -> int:
    """Return how many rows have at least one of the named prices off the tick that was in force at their instant."""
    off: Any = False
    for name in names:
        off = off | instrument.off_grid(columns["ts_open_ms"], columns[name])
    return int(np.count_nonzero(off))


def propose_step(values: list[Float64], largest: float, finest_exponent: int = _FINEST_EXPONENT) -> Decimal | None:
    """Return the coarsest of 1, 2, 5 × 10^k, at most `largest`, that all but 0.1 % of the values are multiples of.

    None if not even the finest fits, 1e-8 if not said otherwise, or the finest that a double shows clearly. A value counts once per
    array, as a row does.
    """
    smallest = float(np.median(values[0])) * _FINEST_FRAC
    for exponent in range(_COARSEST_EXPONENT, finest_exponent - 1, -1):
        for digit in (5, 2, 1):
            step = Decimal(digit).scaleb(exponent)
            if smallest <= float(step) <= largest and _fits(values, step):
                return step
    return None


def propose_tick(prices: list[Float64]) -> Decimal | None:
    """Return the tick that prices show: at most 2.5 % of the price, or 0.2 % where too few prices are there to tell.

    A tick of 1e-8, the finest of all, may be any part of the price.
    """
    price = float(np.median(prices[0]))
    told = len(np.unique(np.concatenate(prices))) >= _TELLING
    found = propose_step(prices, price * (_COARSEST_FRAC if told else _SAFE_FRAC))
    finest = Decimal(1).scaleb(_FINEST_EXPONENT)
    return finest if found is None and float(finest) > price * _SAFE_FRAC and _fits(prices, finest) else found


def propose_finer(prices: list[Float64]) -> Decimal | None:
    """Return a tick below 1e-8 that prices show, which only the user's word makes one."""
    return propose_step(prices, 10.0**_FINEST_EXPONENT, _FINEST_NAMED_EXPONENT)


def propose_quantity_step(volume: Float64, price: float) -> Decimal:
    """Return the step that traded volumes show, but never more than about 10 USDT worth of it."""
    affordable = Decimal(10).scaleb(-(Decimal(price).adjusted() + 1))
    shown = propose_step([volume], float(affordable)) if volume.any() else None
    return shown if shown is not None else affordable


def _fits(values: list[Float64], step: Decimal) -> bool:
    grid = Grid(step, Decimal(1))
    first = values[0][:1000]  # most candidates fail at once; only those that pass a look at a few rows see all of them
    for rows in (slice(len(first)), slice(None)):
        with np.errstate(invalid="ignore"):  # a volume too large for 64 bits of a fine step does not fit, which is the answer
            off = np.logical_or.reduce([grid.off_grid(array[rows]) for array in values])
        if np.count_nonzero(off) > TOLERATED_FRAC * len(off):
            return False
    return True
