"""Reversals: the price goes and comes back, once or twice."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern, mirrored

_V_BOTTOM = Pattern(
    name="reversal_v_bottom",
    meaning="a sharp fall that turns into a rise as sharp",
    defining="the low lies in the middle third, and both ends are at least 100 % of the span above it",
    path=((0, 0), (500, -140), (1000, 10)),
    volatility_pct=((0, 80), (500, 150), (1000, 80)),
    stray_pct=7,
)

_DOUBLE_BOTTOM = Pattern(
    name="reversal_double_bottom",
    meaning="a fall that fails twice at the same low, then a rise",
    defining="two lows within 30 % of the span of each other, a peak at least 30 % above both between them, and an end above that peak",
    path=((0, 0), (300, -110), (500, -50), (700, -110), (1000, 15)),
    volatility_pct=((0, 80), (1000, 80)),
    stray_pct=5,
)

PATTERNS = (
    _V_BOTTOM,
    mirrored(
        _V_BOTTOM,
        name="reversal_v_top",
        meaning="a sharp rise that turns into a fall as sharp",
        defining="the high lies in the middle third, and both ends are at least 100 % of the span below it",
    ),
    _DOUBLE_BOTTOM,
    mirrored(
        _DOUBLE_BOTTOM,
        name="reversal_double_top",
        meaning="a rise that fails twice at the same high, then a fall",
        defining="two highs within 30 % of the span of each other, a dip at least 30 % below both between them, and an end below that dip",
    ),
)
