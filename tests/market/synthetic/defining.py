"""The defining property of every pattern, as measured: one function each, in the words of the registry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from measures import Drawn, deepest_fall, swings

DEFINING: dict[str, Callable[[Drawn], bool]] = {}


def defines(*names: str, upside_down: str = "") -> Callable[[Callable[[Drawn], bool]], Callable[[Drawn], bool]]:
    """Register a property under its pattern's name, and under the mirrored one's."""

    def register(holds: Callable[[Drawn], bool]) -> Callable[[Drawn], bool]:
        DEFINING.update(dict.fromkeys(names, holds))
        if upside_down:
            DEFINING[upside_down] = lambda drawn: holds(drawn.upside_down)
        return holds

    return register


@defines("trending")
def pulls_back_to_higher_lows(x: Drawn) -> bool:
    falls = [deepest_fall(part) for part in (x[15:35], x[43:65], x[72:92])]
    lows = [part.bottom for part in (x[:10], x[25:35], x[54:64], x[83:92])]
    return x.gain >= 120 and min(falls) >= 15 and lows == sorted(lows)


@defines("trend_up_clean", upside_down="trend_down_clean")
def rises_without_looking_back(x: Drawn) -> bool:
    return x.gain >= 130 and deepest_fall(x) < 35


@defines("trend_grinding")
def grinds_up(x: Drawn) -> bool:
    return 45 <= x.gain <= 95 and x.stir < 0.6


@defines("trend_parabolic")
def steepens(x: Drawn) -> bool:
    gains = [part.gain for part in quarters(x)]
    return gains == sorted(gains) and gains[3] > sum(gains[:3])


@defines("trend_exhaustion")
def tires(x: Drawn) -> bool:
    gains = [part.gain for part in quarters(x)][:3]
    return gains == sorted(gains, reverse=True) and np.argmax(x.high) * 3 >= 2 * len(x.high) and x.close[-1] < x.top - 10


@defines("trend_stairs")
def climbs_stairs(x: Drawn) -> bool:
    landings = [x[20 * step + 7 : 20 * step + 19].close for step in range(5)]
    rises = np.diff([landing.mean() for landing in landings])
    return bool((rises >= 20).all()) and all(abs(each[-1] - each[0]) < 20 for each in landings)


@defines("trending_with_gaps")
def jumps_upwards(x: Drawn) -> bool:
    jumps = (x.open[1:] - x.close[:-1])[x.open[1:] != x.close[:-1]]
    return len(jumps) == 10 and jumps.min() >= 4 and x.gain >= 110


@defines("ranging")
def swings_between_levels(x: Drawn) -> bool:
    crossings = len(swings(x.close, 35)) - 2
    return max(x.top, -x.bottom) <= 50 and crossings >= 5


@defines("range_tight")
def hardly_moves(x: Drawn) -> bool:
    return x.top - x.bottom <= 30 and x.stir < 0.6


@defines("range_wide")
def swings_far(x: Drawn) -> bool:
    reaches = all(max(half.high) > 50 and min(half.low) < -50 for half in (x[:50], x[50:]))
    return 120 <= x.top - x.bottom <= 170 and reaches


@defines("range_ascending", upside_down="range_descending")
def swings_in_a_rising_channel(x: Drawn) -> bool:
    thirds = [x[:33], x[33:66], x[66:]]
    tops, bottoms = [third.top for third in thirds], [third.bottom for third in thirds]
    return tops == sorted(tops) and bottoms == sorted(bottoms) and len(swings(x.close, 20)) >= 6


@defines("choppy_whipsaw")
def whips(x: Drawn) -> bool:
    return len(swings(x.close, 30)) >= 22 and abs(x.gain) < 30


@defines("reversal_v_bottom", upside_down="reversal_v_top")
def turns_once(x: Drawn) -> bool:
    return 1 / 3 < np.argmin(x.low) / len(x.low) < 2 / 3 and min(x.open[0], x.close[-1]) - x.bottom >= 100


@defines("reversal_double_bottom", upside_down="reversal_double_top")
def turns_twice(x: Drawn) -> bool:
    first, between, second = x[:45].bottom, x[35:65].top, x[55:].bottom
    return abs(first - second) < 30 and between - max(first, second) >= 30 and x.close[-1] > between


@defines("breakout_clean")
def breaks_out(x: Drawn) -> bool:
    band = x[:55]
    return band.top - band.bottom <= 50 and x[70:].bottom > band.top and x.close[-1] > band.top + 70


@defines("breakout_false")
def breaks_out_in_vain(x: Drawn) -> bool:
    band = x[:55]
    out = int(np.argmax(x.close > band.top + 15))
    return out > 0 and bool((x.close[out:] < band.top).any()) and x.close[-1] < band.bottom


@defines("breakout_retest")
def comes_back_to_the_edge(x: Drawn) -> bool:
    band, first, back = x[:55], x[60:75], x[72:88]
    return first.top - band.top >= 30 and abs(back.bottom - band.top) < 20 and x.close[-1] > first.top


@defines("volatile")
def is_wild(x: Drawn) -> bool:
    return x.stir >= 1.5 and x.top - x.bottom >= 80


@defines("vol_squeeze_expand")
def breaks_loose(x: Drawn) -> bool:
    first, middle, last = x[:20].stir, x[40:60].stir, x[80:].stir
    return middle <= first / 2 and last >= 5 * middle


@defines("vol_spike_recover")
def crashes_and_recovers(x: Drawn) -> bool:
    crash = x[45:55]
    return crash.open[0] - crash.bottom >= 60 and crash.stir >= 3 * x[:45].stir and abs(x.gain) < 30


@defines("vol_spike_continue")
def crashes_and_falls_on(x: Drawn) -> bool:
    crash = x[45:55]
    return crash.open[0] - crash.bottom >= 40 and crash.stir >= 3 * x[:45].stir and x[55:].gain <= -40


@defines("vol_decay")
def calms_down(x: Drawn) -> bool:
    stirs = [part.stir for part in quarters(x)]
    return stirs == sorted(stirs, reverse=True) and stirs[3] <= stirs[0] / 3


@defines("liquidity_hunt_lows", upside_down="liquidity_hunt_highs")
def sweeps_the_lows(x: Drawn) -> bool:
    width = x.sweep_minutes
    first = int(np.argmin(x.low)) // width * width
    earlier = x.low[:first].min()
    back_inside = x.close[first + width - 1] > earlier and x.low[first + width :].min() > earlier - 15
    return x.bottom <= earlier - 15 and back_inside and x.close[-1] > x[:65].top


@defines("equal_highs_lows")
def turns_at_equal_levels(x: Drawn) -> bool:
    highs, lows = [part.top for part in quarters(x)], [part.bottom for part in quarters(x)]
    return max(highs) - min(highs) <= 3 and max(lows) - min(lows) <= 3 and min(highs) > max(lows) + 40


@defines("accumulation", upside_down="distribution")
def rests_after_a_fall(x: Drawn) -> bool:
    rest = x[25:75]
    return rest.top - rest.bottom <= 65 and rest.top <= -50 and x.close[-1] > rest.top


@defines("displacement_impulse")
def is_displaced(x: Drawn) -> bool:
    width = len(x.close) // 50
    best = (x.close[width:] - x.close[:-width]).max()
    return best >= 0.7 * x.gain and deepest_fall(x[:49]) < 30 and deepest_fall(x[53:]) < 30


@defines("ob_retest")
def returns_to_the_dip(x: Drawn) -> bool:
    dip, impulse, back = x[30:42].bottom, x[40:60].top, x[65:80]
    return impulse - dip >= 70 and dip < back.bottom < 0 and x.close[-1] > impulse


@defines("multi_tf_aligned")
def is_aligned_up_then_down(x: Drawn) -> bool:
    up, down = [part.gain for part in quarters(x[:50])], [part.gain for part in quarters(x[50:])]
    return min(up) > 0 > max(down) and sum(up) >= 90 and sum(down) <= -90


@defines("mtf_aligned_bull", upside_down="mtf_aligned_bear")
def rises_on_every_timeframe(x: Drawn) -> bool:
    n = len(x.close)
    return all(x.close[-1] > x.open[-n // part] for part in (1, 2, 4, 8, 16))


@defines("mtf_pullback_bull", upside_down="mtf_pullback_bear")
def pulls_back_inside_a_rise(x: Drawn) -> bool:
    falls = [deepest_fall(part) for part in (x[20:42], x[52:76])]
    lows = [part.bottom for part in (x[:10], x[32:42], x[66:76])]
    rises = all(third.gain >= 20 for third in (x[:33], x[33:66], x[66:]))
    return rises and min(falls) >= 20 and lows == sorted(lows)


def quarters(x: Drawn) -> list[Drawn]:
    return [x[:25], x[25:50], x[50:75], x[75:]]
