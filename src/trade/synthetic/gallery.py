"""The pattern gallery: one page, and a chart of each pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trade.synthetic.minutes import paint
from trade.synthetic.pattern import Pattern
from trade.synthetic.registry import FAMILIES, PATTERNS
from trade.synthetic.svg import candles

SEED = 42
BARS = 43_200

_INTRO = f"""# Patterns

This page answers what each synthetic market looks like; `make docs` writes it and its charts.

`trade data patterns` prints the list, `trade backtest run PLAY --synthetic PATTERN --seed N --bars N` runs a Play on one. Without a
name `--synthetic` takes the pattern that the Play names under `validation`, and its `bars` and `seed` where the options do not say. All
three are part of the run's inputs, so that `trade runs verify` makes the same market again.

- A pattern is one series of minutes, drawn in integers from a seed: the same bytes everywhere. Slower bars are aggregated from it.
- The **span** is what an ordinary market moves in the time drawn, one standard deviation: 2 % times √days, never more than 25 %. It is
  the unit of every shape, so a pattern looks alike over a day and over a year.
- What moves the minutes is common to all: volatility that clusters and follows the hour of the day, fat tails, wicks that are never
  longer than one standard deviation of their own minute, volume that follows volatility and range, funding every 8 hours. Except in
  `trending_with_gaps` a minute opens where the one before closed.
- The shape begins on 2024-01-01 and fills the minutes asked for; `--from` and `--to` choose a part of them. Before it lies a quiet past,
  as long as the Play's warm-up asks for.
- The charts show {BARS:,} minutes (30 days) of seed {SEED} as sixty candles.
- `bootstrap:SYMBOL` is no shape: it puts stored bars of a symbol together anew, in blocks of four hours drawn at the same time of
  day, each moved to where the one before ended. Bars inside a block keep their form, the tails and the daily rhythm stay real.
"""


def render() -> Mapping[str, str]:
    """Return the files of the gallery by their path inside `docs/`."""
    families = "\n".join(line for family, patterns in FAMILIES.items() for line in _family(family, patterns))
    return {"patterns.md": f"{_INTRO}\n{families}", **{f"patterns/{name}.svg": _chart(pattern) for name, pattern in PATTERNS.items()}}


def _family(family: str, patterns: tuple[Pattern, ...]) -> Iterator[str]:
    yield f"## {family.capitalize()}\n"
    for pattern in patterns:
        yield f"### {pattern.name}\n"
        yield f"![{pattern.name}](patterns/{pattern.name}.svg)\n"
        yield f"{pattern.meaning[0].upper()}{pattern.meaning[1:]}. Defining: {pattern.defining}.\n"


def _chart(pattern: Pattern) -> str:
    return candles(paint(pattern, SEED, BARS, 0), pattern.name)
