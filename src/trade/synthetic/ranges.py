"""Ranges: the price comes back, six ways."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern, Walls, between, mirrored, zigzag

_ASCENDING = Pattern(
    name="range_ascending",
    meaning="swings inside a channel that rises",
    defining="each third has a higher high and a higher low than the one before; at least four swings of 20 % of the span",
    path=((0, 0), (90, 24), (180, -6), (290, 40), (400, 10), (510, 57), (620, 28), (730, 75), (840, 45), (940, 92), (1000, 80)),
    volatility_pct=((0, 70), (1000, 70)),
    stray_pct=7,
    walls=Walls(((0, -25), (1000, 60)), ((0, 30), (1000, 115))),
)

PATTERNS = (
    Pattern(
        name="ranging",
        meaning="swings between two levels",
        defining="stays within 50 % of the span of the middle and crosses it at least five times",
        path=zigzag(7, -38, 38),
        walls=between(-45, 45),
    ),
    Pattern(
        name="range_tight",
        meaning="a market that hardly moves",
        defining="highest high and lowest low are at most 30 % of the span apart, on under 60 % of an ordinary minute's movement",
        path=zigzag(5, -8, 8),
        volatility_pct=((0, 35), (1000, 35)),
        stray_pct=7,
        walls=between(-12, 12),
    ),
    Pattern(
        name="range_wide",
        meaning="long swings between two far levels",
        defining="highest high and lowest low are 120 to 170 % of the span apart; both halves reach both outer quarters of the range",
        path=zigzag(5, -76, 76),
        walls=between(-82, 82),
    ),
    _ASCENDING,
    mirrored(
        _ASCENDING,
        name="range_descending",
        meaning="swings inside a channel that falls",
        defining="each third has a lower high and a lower low than the one before; at least four swings of 20 % of the span",
    ),
    Pattern(
        name="choppy_whipsaw",
        meaning="fast swings both ways that lead nowhere",
        defining="turns by 30 % of the span at least twenty times and ends within 30 % of where it began",
        path=zigzag(30, -28, 28),
        volatility_pct=((0, 130), (1000, 130)),
        stray_pct=6,
        walls=between(-45, 45),
    ),
)
