"""Every named pattern, by family."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.nearest import nearest
from trade.synthetic import breakouts, liquidity, ranges, reversals, structure, timeframes, trends, volatility
from trade.synthetic.pattern import Pattern

FAMILIES: Mapping[str, tuple[Pattern, ...]] = {
    "trends": trends.PATTERNS,
    "ranges": ranges.PATTERNS,
    "reversals": reversals.PATTERNS,
    "breakouts": breakouts.PATTERNS,
    "volatility": volatility.PATTERNS,
    "liquidity": liquidity.PATTERNS,
    "structure": structure.PATTERNS,
    "several timeframes": timeframes.PATTERNS,
}
PATTERNS: Mapping[str, Pattern] = {pattern.name: pattern for family in FAMILIES.values() for pattern in family}


def find_pattern(name: str) -> Pattern:
    """Return a pattern by its name. Raises Malformed with the nearest ones."""
    if name in PATTERNS:
        return PATTERNS[name]
    near = nearest(name, PATTERNS, most=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    fact = f"unknown pattern '{name}'"
    raise Malformed(Finding("unknown-pattern", fact, f"{hint}'trade data patterns' lists them", data={"nearest": near}))
