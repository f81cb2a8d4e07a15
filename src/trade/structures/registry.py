"""Every structure a Play may name, as pure data; what is known but not built is listed with its reason."""

from __future__ import annotations

import math
from collections.abc import Mapping

from trade.base.catalogue import Entry, Extreme, Output, Param, Params, ParamType, ValueType
from trade.structures.conditions import NO_HIGH_YET, NO_LOW_YET, NO_PAIR_YET
from trade.structures.params import real, whole

_BAR_COLUMNS = ("open", "high", "low", "close", "volume")
_SIDES = ("none", "high", "low")
_WAYS = ("none", "bullish", "bearish")
_LONGEST_BARS = 10_000  # as of an indicator
_LARGEST_FACTOR = 100.0
_SETTLE_WINDOWS = 20  # about that many pivots of each side on a random walk: older ones no longer show


def _level(name: str, undefined_when: str) -> Output:
    return Output(name, undefined_when=undefined_when, in_source_unit=True)


def _index(name: str) -> Output:
    return Output(name, ValueType.INT, low=-1, minus_one_is_missing=True)


def _count(name: str, high: float | None = None) -> Output:
    return Output(name, ValueType.INT, low=0, high=high)


def _flag(name: str) -> Output:
    return Output(name, ValueType.BOOL, low=0, high=1)


def _word(name: str, words: tuple[str, ...]) -> Output:
    return Output(name, ValueType.ENUM, low=0, high=len(words) - 1, words=words)


def _same_for_all(outputs: tuple[Output, ...], bars: int) -> dict[str, int]:
    return {output.name: bars for output in outputs}


_SWING_OUTPUTS = (
    _level("high_level", NO_HIGH_YET),
    _index("high_idx"),
    _level("low_level", NO_LOW_YET),
    _index("low_idx"),
    _count("version"),
    _index("last_confirmed_pivot_idx"),
    _word("last_confirmed_pivot_type", _SIDES),
    Output("high_significance", low=0, total=False),
    Output("low_significance", low=0, total=False),
    _flag("high_is_major"),
    _flag("low_is_major"),
    _flag("high_accepted"),
    _flag("low_accepted"),
    _flag("high_replaced_pending"),
    _flag("low_replaced_pending"),
    _level("pair_high_level", NO_PAIR_YET),
    _index("pair_high_idx"),
    _level("pair_low_level", NO_PAIR_YET),
    _index("pair_low_idx"),
    _word("pair_direction", _WAYS),
    _count("pair_version"),
)

_TREND_OUTPUTS = (
    Output("direction", ValueType.INT, low=-1, high=1),
    _count("strength", 2),
    _count("bars_in_trend"),
    _count("wave_count"),
    _word("last_wave_direction", _WAYS),
    _flag("last_hh"),
    _flag("last_hl"),
    _flag("last_lh"),
    _flag("last_ll"),
    _count("version"),
)


def _is_zigzag(params: Params) -> bool:
    return params["mode"] == "atr_zigzag"


def _swing_first_valid(params: Params) -> dict[str, int]:
    """Return the first full window; a zigzag is known as soon as its ATR is."""
    return _same_for_all(_SWING_OUTPUTS, 0 if _is_zigzag(params) else whole(params, "left") + whole(params, "right"))


def _swing_settle(params: Params) -> int:
    """Return twenty windows of left + 1 + right bars; for a zigzag twenty legs, since a leg of m ATR takes about m² bars."""
    if _is_zigzag(params):
        return _SETTLE_WINDOWS * math.ceil(1 + real(params, "atr_multiplier") ** 2)
    return _SETTLE_WINDOWS * (whole(params, "left") + whole(params, "right") + 1)


_SWING = Entry(
    name="swing",
    inputs=("high", "low"),
    params=(
        Param("mode", ParamType.CHOICE, "fractal", choices=("fractal", "atr_zigzag")),
        Param(
            "left",
            ParamType.INT,
            low=1,
            high=_LONGEST_BARS,
            optional=True,
            doc="bars before the pivot; required in mode fractal, not read in atr_zigzag",
        ),
        Param(
            "right",
            ParamType.INT,
            low=1,
            high=_LONGEST_BARS,
            optional=True,
            doc="bars after the pivot; required in mode fractal, not read in atr_zigzag",
        ),
        Param("atr_key", ParamType.FEATURE, optional=True, doc="an ATR; required in mode atr_zigzag and by min_atr_move"),
        Param("major_threshold", ParamType.FLOAT, 1.5, low=0, high=1e6, doc="significance, in ATR, from which a pivot is major"),
        Param(
            "min_atr_move", ParamType.FLOAT, low=0, high=1e6, optional=True, doc="least distance from the last pivot of the side, in ATR"
        ),
        Param("min_pct_move", ParamType.FLOAT, low=0, high=1e6, optional=True, doc="the same in percent of that pivot"),
        Param("strict_alternation", ParamType.BOOL, False, doc="a second pivot of a side counts only if more extreme"),
        Param(
            "atr_multiplier", ParamType.FLOAT, 2.0, low=1e-9, high=_LARGEST_FACTOR, doc="reversal that ends a leg, in ATR; mode atr_zigzag"
        ),
    ),
    outputs=_SWING_OUTPUTS,
    first_valid_bars=_swing_first_valid,
    settle_bars=_swing_settle,
    computed_by="numba",
    doc=(
        "Local highs and lows. A pivot is known `right` bars after it stood. Indices count existing bars of the structure's own timeframe"
        " from the start of its slice, which lies settle_bars before the window (TIME-8), and -1 means none yet; versions count from"
        " there too. Levels are missing until the first pivot. `pair_anchor_hash` of older Plays is no output: it is open text, and no rule"
        " can compare it with anything."
    ),
)

_TREND = Entry(
    name="trend",
    inputs=(),
    params=(Param("wave_history_size", ParamType.INT, 4, low=2, high=_LONGEST_BARS, doc="waves kept for counting consecutive ones"),),
    outputs=_TREND_OUTPUTS,
    first_valid_bars=lambda _params: _same_for_all(_TREND_OUTPUTS, 0),
    settle_bars=lambda _params: 0,
    computed_by="numba",
    doc=(
        "Direction of the last two waves between pivots of the swing it uses: 1 up, -1 down, 0 none. It is valid from the bar its swing"
        " is, and reacts to pivots, not to bars: a feature plan gives it the settle history of that swing once more."
    ),
    uses=("swing",),
)

_ROLLING_WINDOW = Entry(
    name="rolling_window",
    inputs=("source",),
    params=(
        Param("size", ParamType.INT, low=1, high=_LONGEST_BARS),
        Param("source", ParamType.CHOICE, choices=_BAR_COLUMNS),
        Param("mode", ParamType.CHOICE, choices=("min", "max")),
    ),
    outputs=(Output("value", in_source_unit=True),),
    first_valid_bars=lambda _params: {"value": 0},
    settle_bars=lambda params: whole(params, "size"),
    extremes=lambda params: {"value": Extreme(str(params["source"]), whole(params, "size"), highest=params["mode"] == "max")},
    computed_by="numba",
    doc="Lowest or highest value of a bar column over the last `size` bars, the current one included; at the start, the extreme so far.",
)

STRUCTURES: Mapping[str, Entry] = {entry.name: entry for entry in (_SWING, _TREND, _ROLLING_WINDOW)}

_LATER = "known, but its detector is not built yet"
NOT_YET: Mapping[str, str] = {
    "zone": _LATER,
    "fibonacci": _LATER,
    "derived_zone": _LATER,
    "market_structure": _LATER,
    "displacement": _LATER,
    "fair_value_gap": _LATER,
    "order_block": _LATER,
    "liquidity_zones": _LATER,
    "premium_discount": _LATER,
    "breaker_block": _LATER,
}
