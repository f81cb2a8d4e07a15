"""The docs page of all indicators, rendered from the registry."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.catalogue import Entry, Output, Param, ParamType, ValueType
from trade.base.timeframe import HOUR_MS
from trade.indicators.registry import FAMILIES, INDICATORS, NOT_YET, UNDEFINED_WORDS, defaults

_INTRO = """# Indicators

This page answers what each indicator reads and gives, whose values they are, and from which bar on; `make docs` writes it from
`src/trade/indicators/registry`.

- The first output is the primary one: a bare feature id in a rule means it.
- `source` is the price or feature that `source:` names, the close by default. An indicator without it reads only what is listed.
- `cci`, `mfi`, `vwap` and `kvo` are of the typical price: `source: close`, the default, means hlc3 there. Every other price or feature that
  `source` names is the price itself: `source: hlc3` says the same as the default, `source: high` is the cci of highs.
- "Values of" says whose they are: TradingView's (as Pine's manual publishes them, bar by bar), those of pandas-ta (the distribution
  `pandas-ta-classic`, without TA-Lib), or the author's that is named. "computed by" says who does the work, to the same 1e-9: TA-Lib, our
  sums of windows in numpy, a kernel of ours in numba; pandas-ta itself is only run by the tests. Where TA-Lib means something else, the
  text says so.
- Of whole prices (RULE-7) what a window is made of is summed exactly and rounded once, so it meets a price, a line or another output
  exactly where it does in fractions. A recursion rounds at each bar: of equal prices it is that price, and it tells values apart that
  differ by 1e-12 of their size.
- "First" is the bar, counted from 0, of the first value with the default parameters; "settle" is how many earlier bars are loaded, when
  stored, so that the first value in a window differs from one with ten times the history by less than 1e-8 of its own scale: about 14
  lengths for an EMA, 26 for a Wilder average, a little more for chains of them, the window for a window. `kama`, `supertrend` and `psar`
  keep a state that a market can hold for any time: their counts are measured on random and real markets, with much to spare, but a price
  that only oscillates, a band that nothing touches, a trend that never turns is remembered longer. A market that does not move at all makes
  the ratios (`rsi`, `adx`, `tsi`) forget nothing.
- A total output has a value on every later bar, except where the named condition holds; a partial one is missing by design for part of
  the time. A ratio over 0 is missing, not 0 and not 100, whatever the library says.
- Where the source is missing the indicator is missing, and it starts anew behind the hole.
- "Source within the bar": open, high, low, close, hl2, hlc3 or ohlc4; another one is refused, since the ranges would not hold.

| condition | holds where |
|---|---|
"""

_WHOSE = """## Whose values

| indicator | values of | against TradingView |
|---|---|---|
"""


def render() -> str:
    """Return the page as Markdown."""
    words = "".join(f"| `{word}` | {sentence} |\n" for word, sentence in UNDEFINED_WORDS.items())
    table = "".join(f"| `{entry.name}` | {entry.values_of} | {entry.tradingview} |\n" for entry in INDICATORS.values())
    families = "\n".join(line for family, entries in FAMILIES.items() for line in _family(family, entries))
    missing = "\n".join(f"- `{name}`: {sentence}" for name, sentence in NOT_YET.items())
    return f"{_INTRO}{words}\n{_WHOSE}{table}\n{families}\n## Not yet\n\n{missing}\n"


def _family(family: str, entries: tuple[Entry, ...]) -> Iterator[str]:
    yield f"## {family.capitalize()}\n"
    for entry in entries:
        yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### {entry.name}\n"
    yield f"{entry.doc[0].upper()}{entry.doc[1:]}.\n"
    yield f"TradingView: {entry.tradingview}.\n"
    origin = f"Values of {entry.values_of}, computed by {entry.computed_by}."
    yield f"Reads {', '.join(entry.inputs)}. {origin} Settle {_settle(entry)}.{_requires(entry)}\n"
    if entry.params:
        yield "| parameter | default | allowed | |\n|---|---|---|---|"
        yield from (_param(param) for param in entry.params)
        yield ""
    yield "| output | first | values | missing |\n|---|---|---|---|"
    first = entry.first_valid_bars(defaults(entry))
    yield from (_output(output, first[output.name]) for output in entry.outputs)
    yield ""


def _settle(entry: Entry) -> str:
    params = defaults(entry)
    return str(entry.settle_bars(params)) if entry.settle_ms is None else f"{entry.settle_ms(params) // HOUR_MS} hours"


def _requires(entry: Entry) -> str:
    rising = f" Refused unless {' < '.join(entry.rising)}." if entry.rising else ""
    typical = f" The source is {entry.close_means} unless another is named." if entry.close_means != "close" else ""
    return rising + typical + (" Source within the bar." if entry.source_in_bar else "")


def _param(param: Param) -> str:
    allowed = ", ".join(param.choices) if param.type is ParamType.CHOICE else f"{param.type} {param.low:g} to {param.high:g}"
    return f"| `{param.name}` | {param.default} | {allowed} | {param.doc} |"


def _output(output: Output, first: int) -> str:
    kind = "" if output.type is ValueType.FLOAT else f"{output.type} "
    missing = (f"`{output.undefined_when}`" if output.undefined_when else "never") if output.total else "by design"
    if output.side is not None:
        missing = f"unless {output.side.when}"
    return f"| `{output.name}` | {first} | {kind}{_range(output)} | {missing} |"


def _range(output: Output) -> str:
    if output.low is None:
        return "any"
    return f"from {output.low:g}" if output.high is None else f"{output.low:g} to {output.high:g}"
