"""Liquidity: resting orders beyond equal levels, and who takes them."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern, Points, Walls, between, mirrored

_FREE: Points = ((770, 400), (1000, 400))

_HUNT_LOWS = Pattern(
    name="liquidity_hunt_lows",
    meaning="a range whose lows are swept by one wick before it rises",
    defining="one bar dips at least 15 % of the span under every low before it and closes back inside; it ends above the range",
    path=((0, 0), (90, 20), (200, -20), (320, 20), (440, -20), (560, 20), (660, -12), (720, -12), (760, 5), (1000, 85)),
    volatility_pct=((0, 60), (640, 60), (690, 110), (1000, 80)),
    stray_pct=5,
    walls=Walls(((0, -25), (750, -25), (850, -400), (1000, -400)), ((0, 25), (720, 25), *_FREE)),
    sweeps=((690, -48),),
)

_ACCUMULATION = Pattern(
    name="accumulation",
    meaning="a fall, a long quiet range that is swept once, then a rise",
    defining="the middle half keeps to a band of 65 % of the span, at least 50 % under the start; it ends above the band",
    path=((0, 0), (200, -95), (290, -68), (400, -92), (510, -66), (620, -92), (690, -94), (740, -70), (800, -64), (1000, 10)),
    volatility_pct=((0, 90), (200, 90), (280, 45), (760, 45), (840, 90), (1000, 90)),
    stray_pct=7,
    walls=Walls(
        ((0, -101), (760, -101), (1000, -101)),
        ((0, 400), (180, 400), (240, -58), (760, -58), (810, 400), (1000, 400)),
    ),
    sweeps=((690, -20),),
)

PATTERNS = (
    _HUNT_LOWS,
    mirrored(
        _HUNT_LOWS,
        name="liquidity_hunt_highs",
        meaning="a range whose highs are swept by one wick before it falls",
        defining="one bar jumps at least 15 % of the span over every high before it and closes back inside; it ends under the range",
    ),
    Pattern(
        name="equal_highs_lows",
        meaning="swings that turn at the same high and the same low each time",
        defining="the highs of the four quarters lie within 3 % of the span of each other, and so do the lows",
        path=tuple((125 * turn + 62, -41 if turn % 2 else 41) for turn in range(8)),
        volatility_pct=((0, 70), (1000, 70)),
        stray_pct=4,
        walls=between(-30, 30),
    ),
    _ACCUMULATION,
    mirrored(
        _ACCUMULATION,
        name="distribution",
        meaning="a rise, a long quiet range that is swept once, then a fall",
        defining="the middle half keeps to a band of 65 % of the span, at least 50 % over the start; it ends under the band",
    ),
)
