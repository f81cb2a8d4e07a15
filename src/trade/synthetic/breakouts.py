"""Breakouts: a range, and what happens at its edge."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern, Points, Walls

_SWINGS: Points = ((0, 0), (80, 17), (190, -17), (300, 17), (410, -17), (500, 14), (560, -5))
_FLOOR: Points = ((0, -22), (600, -22), (660, -400), (1000, -400))
_RANGE = Walls(_FLOOR, ((0, 22), (600, 22), (660, 400), (1000, 400)))
_CALM: Points = ((0, 60), (580, 60), (620, 130), (1000, 90))

PATTERNS = (
    Pattern(
        name="breakout_clean",
        meaning="a range that breaks upwards and does not look back",
        defining="the first 55 % stay inside a band of 50 % of the span; the last 30 % never come back to it and end 70 % above",
        path=(*_SWINGS, (600, 14), (700, 62), (1000, 125)),
        volatility_pct=_CALM,
        stray_pct=7,
        walls=_RANGE,
    ),
    Pattern(
        name="breakout_false",
        meaning="a range that breaks upwards, fails, and falls through",
        defining="closes at least 15 % of the span above the high of the first 55 %, then back inside, and ends below its low",
        path=(*_SWINGS, (600, 14), (665, 54), (740, 0), (800, -16), (1000, -55)),
        volatility_pct=_CALM,
        stray_pct=7,
        walls=_RANGE,
    ),
    Pattern(
        name="breakout_retest",
        meaning="a range that breaks upwards, comes back to its edge, and goes on",
        defining="after a high at least 30 % of the span above the range it is back within 20 % of its edge, and ends above",
        path=(*_SWINGS, (600, 14), (690, 72), (790, 26), (1000, 130)),
        volatility_pct=_CALM,
        stray_pct=4,
        walls=_RANGE,
    ),
)
