"""Volatility: how much the minutes move, whatever the direction."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern, between, zigzag

PATTERNS = (
    Pattern(
        name="volatile",
        meaning="large moves in every minute, without direction",
        defining="minutes move at least one and a half times as much as ordinary ones, and the range is at least 80 % of the span",
        path=zigzag(4, -30, 30),
        volatility_pct=((0, 250), (1000, 250)),
        stray_pct=12,
        walls=between(-95, 95),
    ),
    Pattern(
        name="vol_squeeze_expand",
        meaning="movement dries up, then breaks loose",
        defining="minutes of the middle fifth move at most half as much as those of the first, those of the last five times the middle",
        path=((0, 0), (600, 0), (700, 20), (1000, 90)),
        volatility_pct=((0, 110), (400, 20), (600, 20), (700, 200), (1000, 260)),
        stray_pct=7,
    ),
    Pattern(
        name="vol_spike_recover",
        meaning="a crash in a calm market that is taken back",
        defining="falls at least 60 % of the span in the middle tenth, on three times the movement before; ends within 30 % of the start",
        path=((0, 0), (470, 0), (520, -95), (560, -60), (750, -12), (1000, -5)),
        volatility_pct=((0, 60), (460, 60), (480, 450), (540, 450), (600, 120), (1000, 60)),
        stray_pct=4,
    ),
    Pattern(
        name="vol_spike_continue",
        meaning="a crash in a calm market that goes on falling",
        defining="falls at least 40 % of the span in the middle tenth, on three times the movement of before, and again after it",
        path=((0, 0), (470, 0), (520, -65), (560, -60), (1000, -165)),
        volatility_pct=((0, 60), (460, 60), (480, 450), (540, 450), (600, 150), (1000, 100)),
        stray_pct=4,
    ),
    Pattern(
        name="vol_decay",
        meaning="a wild market that calms down",
        defining="a minute of each quarter moves less than one of the quarter before, of the last at most a third of the first",
        path=((0, 0), (60, 14), (150, -12), (280, 9), (430, -7), (620, 4), (1000, 0)),
        volatility_pct=((0, 400), (250, 210), (500, 100), (750, 48), (1000, 22)),
        stray_pct=5,
    ),
)
