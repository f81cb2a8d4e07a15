"""Oscillators and sums of volume."""

from __future__ import annotations

from trade.base.catalogue import Entry, Output, Params
from trade.indicators.registry.words import NUMBA, TA_LIB, always, bars, count, ema_memory, first, value, window

_WINDOW = first(value=lambda p: count(p, "length") - 1)


def _slow(params: Params) -> int:
    return count(params, "slow")


VOLUME = (
    Entry(
        name="mfi",
        inputs=("high", "low", "source", "volume"),
        params=(bars("length", 14),),
        outputs=value(0, 100, "no_flow"),
        first_valid_bars=_WINDOW,
        settle_bars=lambda p: count(p, "length") + 1,
        source_in_bar=True,
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
        computed_by=TA_LIB,
        doc="on-balance volume: a running sum, so its level depends on the first bar that was loaded and only its changes mean something",
    ),
    Entry(
        name="kvo",
        inputs=("high", "low", "source", "volume"),
        params=(bars("fast", 34), bars("slow", 55), bars("signal", 13, doc="bars in the average of kvo")),
        outputs=(Output("kvo"), Output("signal")),
        first_valid_bars=first(kvo=lambda p: _slow(p) - 1, signal=lambda p: _slow(p) + count(p, "signal") - 2),
        settle_bars=lambda p: ema_memory(_slow(p)) + ema_memory(count(p, "signal")) + 1,
        rising=("fast", "slow"),
        computed_by=TA_LIB,
        doc="Klinger volume oscillator: difference of two emas of volume signed by the change of (high + low + source)/3, and its ema",
    ),
)
