"""Oscillators and sums of volume."""

from __future__ import annotations

from trade.base.catalogue import Entry, Output, Params
from trade.indicators.registry.words import (
    NUMBA,
    PANDAS_TA,
    TA_LIB,
    TYPICAL,
    always,
    bars,
    count,
    ema_memory,
    first,
    settled,
    value,
    window,
)

_WINDOW = first(value=lambda p: count(p, "length") - 1)


def _slow(params: Params) -> int:
    return count(params, "slow")


_KVO = first(kvo=lambda p: _slow(p) - 1, signal=lambda p: _slow(p) + count(p, "signal") - 2)

VOLUME = (
    Entry(
        name="mfi",
        inputs=("source", "volume"),
        close_means=TYPICAL,
        params=(bars("length", 14),),
        outputs=value(0, 100, "no_flow"),
        first_valid_bars=_WINDOW,
        settle_bars=lambda p: count(p, "length") + 1,
        source_in_bar=True,
        values_of=PANDAS_TA,
        tradingview="the same once its window is full",
        computed_by=NUMBA,
        doc="money flow index; its first value counts one flow less (TA-Lib's starts a bar later, and says 0 for small flows)",
    ),
    Entry(
        name="cmf",
        inputs=("high", "low", "source", "volume"),
        params=(bars("length", 20, low=1),),
        outputs=value(-1, 1, "zero_volume"),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        source_in_bar=True,
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=NUMBA,
        doc="Chaikin money flow: volume weighted by where the source stands in its bar, over the volume of the window",
    ),
    Entry(
        name="obv",
        inputs=("source", "volume"),
        params=(),
        outputs=value(),
        first_valid_bars=first(value=always(0)),
        settle_bars=always(1),
        values_of=PANDAS_TA,
        tradingview="the same changes; the level depends on the first bar in both",
        computed_by=TA_LIB,
        doc="on-balance volume: a running sum, so its level depends on the first bar that was loaded and only its changes mean something",
    ),
    Entry(
        name="kvo",
        inputs=("source", "volume"),
        close_means=TYPICAL,
        params=(bars("fast", 34), bars("slow", 55), bars("signal", 13, doc="bars in the average of kvo")),
        outputs=(Output("kvo"), Output("signal")),
        first_valid_bars=_KVO,
        settle_bars=settled(_KVO, lambda p: ema_memory(max(_slow(p), count(p, "signal")), chained=2)),
        rising=("fast", "slow"),
        values_of=PANDAS_TA,
        tradingview="both take the sign of the change for Klinger's volume force; an unchanged source counts 0 here, a rise there",
        computed_by=TA_LIB,
        doc="Klinger volume oscillator: difference of two emas of volume signed by the change of the source, and its ema",
    ),
)
