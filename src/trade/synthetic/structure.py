"""Structure: impulses, and the places they leave behind."""

from __future__ import annotations

from trade.synthetic.pattern import Pattern

PATTERNS = (
    Pattern(
        name="displacement_impulse",
        meaning="a quiet market that is displaced in one impulse",
        defining="a fiftieth of the time holds 70 % of the rise; before and after it the price never falls by 30 % of the span",
        path=((0, 0), (500, 0), (515, 80), (1000, 92)),
        volatility_pct=((0, 45), (495, 45), (500, 200), (515, 200), (530, 60), (1000, 45)),
        stray_pct=3,
    ),
    Pattern(
        name="ob_retest",
        meaning="a last dip before an impulse, to which the price returns before it goes on",
        defining="an impulse of 70 % of the span; the price returns into the dip before it, holds its low, and ends above the impulse",
        path=((0, 0), (180, 12), (300, 0), (380, -28), (430, 25), (500, 85), (580, 78), (740, -12), (780, 0), (1000, 130)),
        volatility_pct=((0, 55), (380, 60), (420, 150), (500, 120), (600, 70), (1000, 70)),
        stray_pct=4,
    ),
)
