"""Oscillators of price."""

from __future__ import annotations

from trade.base.catalogue import Entry, Output, Params
from trade.indicators.registry.words import (
    NUMBA,
    NUMPY,
    PANDAS_TA,
    TA_LIB,
    TRADINGVIEW,
    TYPICAL,
    always,
    bars,
    count,
    ema_memory,
    first,
    level,
    price,
    settled,
    together,
    value,
    wilder_memory,
    window,
)

_WINDOW = first(value=lambda p: count(p, "length") - 1)
_CHANGE = first(value=lambda p: count(p, "length"))
_UO = first(value=lambda p: count(p, "slow") - 1)
_STOCH = first(
    k=lambda p: count(p, "k") + count(p, "smooth_k") - 2,
    d=lambda p: count(p, "k") + count(p, "smooth_k") + count(p, "d") - 3,
)


def _slow(params: Params) -> int:
    return count(params, "slow")


def _signal(params: Params) -> int:
    return _slow(params) + count(params, "signal") - 2


def _trix(params: Params) -> int:
    return 3 * (count(params, "length") - 1) + 1


def _stochrsi(params: Params) -> int:
    return count(params, "rsi_length") + count(params, "length") + count(params, "k") - 2


def _tsi(params: Params) -> int:
    return count(params, "slow") + count(params, "fast") - 1


_STOCHRSI = first(k=_stochrsi, d=lambda p: _stochrsi(p) + count(p, "d") - 1)
_MACD = first(macd=lambda p: _slow(p) - 1, signal=_signal, histogram=_signal)
_PPO = first(ppo=lambda p: _slow(p) - 1, histogram=_signal, signal=_signal)
_TRIX = first(trix=_trix, signal=lambda p: _trix(p) + count(p, "signal") - 1)
_TSI = first(tsi=_tsi, signal=lambda p: _tsi(p) + count(p, "signal") - 1)
_FISHER = first(fisher=lambda p: count(p, "length") - 1, signal=lambda p: count(p, "length"))
_FISHER_MEMORY = 85  # 0.67 per bar, and the transform is 500 times as steep at its ends
_LINES = (bars("fast", 12), bars("slow", 26), bars("signal", 9, doc="bars in the average of the first output"))

MOMENTUM = (
    Entry(
        name="rsi",
        inputs=("source",),
        params=(bars("length", 14),),
        outputs=value(0, 100, "flat_window"),
        first_valid_bars=_CHANGE,
        settle_bars=settled(_CHANGE, lambda p: wilder_memory(count(p, "length"))),
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=NUMBA,
        doc="relative strength index with Wilder's averages; missing while the source has never moved",
    ),
    Entry(
        name="roc",
        inputs=("source",),
        params=(bars("length", 10, low=1),),
        outputs=value(undefined_when="zero_base"),
        first_valid_bars=_CHANGE,
        settle_bars=window(_CHANGE),
        values_of=PANDAS_TA,
        tradingview="the same; its default length is 9",
        computed_by=NUMPY,
        doc="change over `length` bars in percent of the older value",
    ),
    Entry(
        name="mom",
        inputs=("source",),
        params=(bars("length", 10, low=1),),
        outputs=price(),
        first_valid_bars=_CHANGE,
        settle_bars=window(_CHANGE),
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=TA_LIB,
        doc="change over `length` bars",
    ),
    Entry(
        name="cmo",
        inputs=("source",),
        params=(bars("length", 14),),
        outputs=value(-100, 100, "flat_window"),
        first_valid_bars=_CHANGE,
        settle_bars=window(_CHANGE),
        values_of=PANDAS_TA,
        tradingview="the same; its default length is 9",
        computed_by=together(NUMPY, TA_LIB),
        doc="Chande momentum oscillator over plain sums (TA-Lib's smooths them like an rsi)",
    ),
    Entry(
        name="cci",
        inputs=("source",),
        close_means=TYPICAL,
        params=(bars("length", 14),),
        outputs=value(undefined_when="flat_window"),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        values_of=PANDAS_TA,
        tradingview="the same; its default length is 20",
        computed_by=NUMPY,
        doc="commodity channel index, (source - sma) / (0.015 · mean |source - sma|)",
    ),
    Entry(
        name="willr",
        inputs=("high", "low", "source"),
        params=(bars("length", 14),),
        outputs=value(-100, 0, "zero_range"),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        source_in_bar=True,
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=TA_LIB,
        doc="Williams %R: where the source stands in the range of the window, 0 the highest high, -100 the lowest low",
    ),
    Entry(
        name="percent_rank",
        inputs=("source",),
        params=(bars("length", 100, low=1, doc="bars before the present one that it is compared with"),),
        outputs=value(0, 100),
        first_valid_bars=_CHANGE,
        settle_bars=window(_CHANGE),
        values_of=TRADINGVIEW,
        tradingview="the same as `ta.percentrank`, which has no default length",
        computed_by=NUMPY,
        doc="share of the `length` values before that are not above the present one, in percent (Connors' counts those below it)",
    ),
    Entry(
        name="uo",
        inputs=("high", "low", "source"),
        params=(bars("fast", 7), bars("medium", 14), bars("slow", 28)),
        outputs=value(0, 100, "zero_range"),
        first_valid_bars=_UO,
        settle_bars=window(_UO),
        rising=("fast", "medium", "slow"),
        source_in_bar=True,
        values_of=PANDAS_TA,
        tradingview="the same; its first value is one bar later",
        computed_by=together(NUMBA, NUMPY, TA_LIB),
        doc="ultimate oscillator, weights 4:2:1; starts one bar before TA-Lib's, whose first true range needs an earlier close",
    ),
    Entry(
        name="stoch",
        inputs=("high", "low", "source"),
        params=(
            bars("k", 14),
            bars("d", 3, low=1, doc="bars in the average of k"),
            bars("smooth_k", 3, low=1, doc="bars k is averaged over"),
        ),
        outputs=(Output("k", low=0, high=100, undefined_when="zero_range"), Output("d", low=0, high=100, undefined_when="zero_range")),
        first_valid_bars=_STOCH,
        settle_bars=window(_STOCH),
        source_in_bar=True,
        values_of=PANDAS_TA,
        tradingview="the same; its default smooth_k is 1",
        computed_by=together(NUMBA, TA_LIB),
        doc="stochastic oscillator; a window without range is missing, where both libraries would say 0",
    ),
    Entry(
        name="stochrsi",
        inputs=("source",),
        params=(
            bars("length", 14, doc="bars in the range of the rsi"),
            bars("rsi_length", 14),
            bars("k", 3, low=1, doc="bars k is averaged over"),
            bars("d", 3, low=1, doc="bars in the average of k"),
        ),
        outputs=(Output("k", low=0, high=100, undefined_when="flat_window"), Output("d", low=0, high=100, undefined_when="flat_window")),
        first_valid_bars=_STOCHRSI,
        settle_bars=settled(_STOCHRSI, lambda p: wilder_memory(count(p, "rsi_length"))),
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=together(NUMBA, TA_LIB),
        doc="stochastic oscillator of the rsi (TA-Lib's has no rsi length of its own); missing where the rsi stood still",
    ),
    Entry(
        name="macd",
        inputs=("source",),
        params=_LINES,
        outputs=(level("macd"), level("signal"), level("histogram")),
        first_valid_bars=_MACD,
        settle_bars=settled(_MACD, lambda p: ema_memory(max(_slow(p), count(p, "signal")), chained=2)),
        rising=("fast", "slow"),
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=TA_LIB,
        doc="difference of two emas, each seeded at its own start (TA-Lib's MACD seeds the fast one later), its ema, and what is between",
    ),
    Entry(
        name="ppo",
        inputs=("source",),
        params=_LINES,
        outputs=(
            Output("ppo", undefined_when="zero_base"),
            Output("histogram", undefined_when="zero_base"),
            Output("signal", undefined_when="zero_base"),
        ),
        first_valid_bars=_PPO,
        settle_bars=settled(_PPO, lambda p: ema_memory(count(p, "signal"))),
        rising=("fast", "slow"),
        values_of=PANDAS_TA,
        tradingview="ours is of smas, as in pandas-ta; what traders call PPO, MACD in percent, is of emas",
        computed_by=together(NUMPY, TA_LIB),
        doc="difference of two smas in percent of the slower, its ema, and the difference of both",
    ),
    Entry(
        name="trix",
        inputs=("source",),
        params=(bars("length", 30), bars("signal", 9, low=1, doc="bars in the average of trix")),
        outputs=(Output("trix", undefined_when="zero_base"), Output("signal", undefined_when="zero_base")),
        first_valid_bars=_TRIX,
        settle_bars=settled(_TRIX, lambda p: ema_memory(count(p, "length"), chained=3)),
        values_of=PANDAS_TA,
        tradingview="takes the logarithm first and is about 100 times ours, without signal; its default length is 18",
        computed_by=together(NUMPY, TA_LIB),
        doc="change of a triple ema in percent per bar, and its sma",
    ),
    Entry(
        name="tsi",
        inputs=("source",),
        params=(bars("fast", 13), bars("slow", 25), bars("signal", 13, doc="bars in the average of tsi")),
        outputs=(
            Output("tsi", low=-100, high=100, undefined_when="flat_window"),
            Output("signal", low=-100, high=100, undefined_when="flat_window"),
        ),
        first_valid_bars=_TSI,
        settle_bars=settled(_TSI, lambda p: ema_memory(max(_slow(p), count(p, "signal")), chained=3)),
        rising=("fast", "slow"),
        values_of=PANDAS_TA,
        tradingview="the same, in percent where `ta.tsi` goes from -1 to 1",
        computed_by=together(NUMBA, TA_LIB),
        doc="true strength index: double-smoothed change over double-smoothed absolute change, and its ema",
    ),
    Entry(
        name="fisher",
        inputs=("high", "low"),
        params=(bars("length", 9),),
        outputs=(Output("fisher"), Output("signal")),
        first_valid_bars=_FISHER,
        settle_bars=settled(_FISHER, always(_FISHER_MEMORY)),
        values_of=PANDAS_TA,
        tradingview="the same once settled, but where a window has no range, where it divides by 0 and ours takes the low of the range",
        computed_by=together(NUMBA, TA_LIB),
        doc="Fisher transform of where (high + low)/2 stands in its range (a range of 0 counts as its low), and its last value",
    ),
)
