"""What made markets are asked for by: words that a Play may use and the market keeps."""

from __future__ import annotations

VENUE = "synthetic"  # of every made market
BOOTSTRAP = "bootstrap:"  # before a symbol: its stored history, mixed, instead of a named pattern
FEWEST_BARS = 1_000  # minutes; a pattern takes that many to show
MOST_BARS = 3_000_000
