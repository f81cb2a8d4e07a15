"""Trends: the price goes somewhere, in eight ways."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern, mirrored

_UP_CLEAN = Pattern(
    name="trend_up_clean",
    meaning="a steady rise that hardly looks back",
    defining="ends at least 130 % of the span higher, and never falls 35 % of it from a high",
    path=((0, 0), (1000, 160)),
    volatility_pct=((0, 60), (1000, 60)),
    stray_pct=5,
)

PATTERNS = (
    Pattern(
        name="trending",
        meaning="a rise with ordinary pullbacks",
        defining="ends at least 120 % of the span higher; falls by at least 15 % of it three times, each time to a higher low",
        path=((0, 0), (220, 60), (300, 30), (500, 100), (590, 70), (790, 145), (870, 113), (1000, 160)),
        stray_pct=7,
    ),
    _UP_CLEAN,
    mirrored(
        _UP_CLEAN,
        name="trend_down_clean",
        meaning="a steady fall that hardly looks back",
        defining="ends at least 130 % of the span lower, and never rises 35 % of it from a low",
    ),
    Pattern(
        name="trend_grinding",
        meaning="a slow rise in small steps on little volatility",
        defining="ends 45 to 95 % of the span higher, on under 60 % of an ordinary minute's movement",
        path=((0, 0), (1000, 70)),
        volatility_pct=((0, 40), (1000, 40)),
        stray_pct=7,
    ),
    Pattern(
        name="trend_parabolic",
        meaning="a rise that steepens until the end",
        defining="each quarter gains more than the one before, the last more than all others together",
        path=((0, 0), (250, 8), (400, 22), (500, 36), (600, 52), (700, 76), (800, 110), (900, 158), (1000, 230)),
        volatility_pct=((0, 50), (600, 70), (1000, 140)),
        stray_pct=4,
    ),
    Pattern(
        name="trend_exhaustion",
        meaning="a rise that loses its pace and rolls over",
        defining="each of the first three quarters gains less than the one before; the high lies in the last third, and it ends below it",
        path=((0, 0), (125, 45), (250, 85), (500, 140), (750, 160), (850, 164), (1000, 125)),
        volatility_pct=((0, 70), (600, 70), (850, 110), (1000, 110)),
        stray_pct=5,
    ),
    Pattern(
        name="trend_stairs",
        meaning="short rises with flat landings between them",
        defining="five landings, each at least 20 % of the span above the one before and level to within 20 %",
        path=(*(point for step in range(5) for point in ((200 * step, 32 * step), (200 * step + 60, 32 * step + 32))), (1000, 160)),
        volatility_pct=((0, 60), (1000, 60)),
        stray_pct=4,
    ),
    Pattern(
        name="trending_with_gaps",
        meaning="a rise of which much happens between one minute and the next",
        defining="ten minutes open at least 4 % of the span above the close before, without a missing bar; ends at least 110 % higher",
        path=((0, 0), (1000, 80)),
        volatility_pct=((0, 70), (1000, 70)),
        stray_pct=7,
        gaps=tuple((50 + 100 * number, 6) for number in range(10)),
    ),
)
