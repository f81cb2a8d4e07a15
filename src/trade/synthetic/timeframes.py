"""Several timeframes: what the slow chart says, and whether the fast one agrees."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern, mirrored

_ALIGNED_BULL = Pattern(
    name="mtf_aligned_bull",
    meaning="rising on every timeframe, fastest at the end",
    defining="the last whole, half, quarter, eighth and sixteenth of the time all end higher than they begin",
    path=((0, 0), (400, 45), (700, 90), (1000, 170)),
    volatility_pct=((0, 60), (1000, 60)),
    stray_pct=5,
)

_PULLBACK_BULL = Pattern(
    name="mtf_pullback_bull",
    meaning="rising on the slow timeframe, falling on the fast one at times",
    defining="every third ends at least 20 % of the span higher; two falls of at least 20 % hold above the low before them",
    path=((0, 0), (270, 85), (370, 48), (600, 140), (710, 100), (1000, 180)),
    volatility_pct=((0, 70), (1000, 70)),
    stray_pct=5,
)

PATTERNS = (
    Pattern(
        name="multi_tf_aligned",
        meaning="every timeframe points up, and later every timeframe points down",
        defining="the first half rises and the second falls by at least 90 % of the span, in each of their quarters",
        path=((0, 0), (500, 130), (1000, 0)),
        volatility_pct=((0, 60), (1000, 60)),
        stray_pct=5,
    ),
    _ALIGNED_BULL,
    mirrored(
        _ALIGNED_BULL,
        name="mtf_aligned_bear",
        meaning="falling on every timeframe, fastest at the end",
        defining="the last whole, half, quarter, eighth and sixteenth of the time all end lower than they begin",
    ),
    _PULLBACK_BULL,
    mirrored(
        _PULLBACK_BULL,
        name="mtf_pullback_bear",
        meaning="falling on the slow timeframe, rising on the fast one at times",
        defining="every third ends at least 20 % of the span lower; two rises of at least 20 % hold under the high before them",
    ),
)
