"""Several runs: every choice of Plays, values, symbols and windows, one after the other; a refused one refuses no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from trade.artifacts.receipt import Receipt
from trade.base.errors import Malformed, TradeError
from trade.base.findings import Finding
from trade.market.instants import one_word
from trade.play.overrides import Override
from trade.run.backtest import run_backtest
from trade.run.execute import Looked
from trade.run.request import Doors, Request

MOST = 1000
Choices = Sequence[tuple[Override, ...]]  # per path, the values it takes


@dataclass(frozen=True)
class Variant:
    """One choice: what it chose, by name, and the request it comes to."""

    chosen: Mapping[str, str]
    request: Request


@dataclass(frozen=True)
class Ended:
    """How the run of a variant ended: its receipt, or why there is none."""

    variant: Variant
    receipt: Receipt | None
    refusal: TradeError | None


def variants(
    request: Request,
    choices: Choices,
    symbols: Sequence[str] = (),
    windows: Sequence[tuple[int, int]] = (),
    plays: Mapping[str, Path] | None = None,
) -> tuple[Variant, ...]:
    """Return every combination in the order in which it was typed, the last choice varying fastest. Raises Malformed for too many.

    `plays` are those that run in the place of the request's, by name. What has one value only is chosen in all of them, and not named.
    """
    paths = [each[0].path for each in choices]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise Malformed(Finding("bad-set", f"'{twice[0]}' is set twice", f"give its values together: --set {twice[0]}=A,B"))
    choices = [tuple({(type(one.value), one.value): one for one in each}.values()) for each in choices]
    windows = tuple(dict.fromkeys(windows))
    plays = plays or {"": request.play}
    count = len(plays) * len(symbols or (None,)) * len(windows or (None,))
    for each in choices:
        count *= len(each)
    if count > MOST:
        raise Malformed(Finding("too-many-runs", f"these choices are '{count:,}' runs, more than '{MOST:,}'", "choose fewer values"))
    named = _named(choices, symbols, windows) | ({"play"} if len(plays) > 1 else set())
    return tuple(
        _variant(replace(request, play=plays[play]), play, overrides, symbol, window, named)
        for play in plays
        for symbol in symbols or (request.symbol,)
        for window in windows or (None,)
        for overrides in product(*choices)
    )


def _days(from_ms: int, to_ms: int) -> str:
    """Return a window as `2025-03-01..2025-04-01`, with the time of day where it is not midnight."""
    return "..".join(map(one_word, (from_ms, to_ms)))


def _named(choices: Choices, symbols: Sequence[str], windows: Sequence[tuple[int, int]]) -> frozenset[str]:
    """Return the names of what varies."""
    varied = {each[0].path for each in choices if len(each) > 1}
    return frozenset(varied | ({"symbol"} if len(symbols) > 1 else set()) | ({"window"} if len(windows) > 1 else set()))


def _variant(
    request: Request,
    play: str,
    overrides: Sequence[Override],
    symbol: str | None,
    window: tuple[int, int] | None,
    named: frozenset[str],
) -> Variant:
    values = {each.path: str(each.value) for each in overrides}
    chosen = {"play": play, "symbol": str(symbol), "window": "" if window is None else _days(*window), **values}
    from_ms, to_ms = (request.from_ms, request.to_ms) if window is None else window
    changed = replace(request, overrides=tuple(overrides), symbol=symbol, from_ms=from_ms, to_ms=to_ms)
    return Variant({name: value for name, value in chosen.items() if name in named}, changed)


def run_variants(found: Sequence[Variant], doors: Doors, before: Callable[[Request], Looked | None]) -> Iterator[Ended]:
    """Run each and yield how it ended; `before` is asked first, and may return what it looked at for this run."""
    for variant in found:
        try:
            yield Ended(variant, run_backtest(variant.request, doors, before(variant.request)), None)
        except TradeError as refusal:
            yield Ended(variant, None, refusal)
