"""The options of a run on a made market: `--synthetic [PATTERN] [--seed N] [--bars N]`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.cli import completing

if TYPE_CHECKING:
    from trade.run.request import Request
    from trade.synthetic.recipe import Recipe

_OPTION = "--synthetic"
_ADD_OR_NOT = f"add a pattern, as '{_OPTION} range_wide', or leave it out"
_SEED = 42
_BARS = 43_200

Synthetic = Annotated[
    str | None,
    typer.Option(
        _OPTION,
        metavar="[PATTERN]",
        help="Run on a made market, by default the Play's validation pattern; bootstrap:SYMBOL mixes history.",
        autocompletion=completing.patterns,
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help=f"What the made market is drawn with [default: the Play's, else {_SEED}].")
]
Bars = Annotated[
    int | None, typer.Option("--bars", metavar="N", help=f"Minutes of the made market, warm-up apart [default: the Play's, else {_BARS}].")
]


class PatternOptional(TyperCommand):
    """A command whose `--synthetic` may stand without its value, which typer has no word for: it is then given an empty one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse with the empty value in place; a pattern is a word that follows and is no option."""
        return super().parse_args(ctx, list(_with_value(args)))


def on_recipe(request: Request, pattern: str | None, seed: int | None, bars: int | None) -> Request:
    """Return the request, on the made market if one is asked for. Raises Malformed."""
    if pattern is None:
        unused = [name for name, value in (("--seed", seed), ("--bars", bars)) if value is not None]
        if unused:
            raise Malformed([Finding("only-synthetic", f"'{name}' only matters to a made market", _ADD_OR_NOT) for name in unused])
        return request
    from trade.run.accepted import accept_file
    from trade.synthetic.recipe import Recipe

    own = accept_file(request.play, request.symbol, request.overrides).play.validation
    chosen = pattern or own.pattern
    if chosen is None:
        hint = f"name one, like '{_OPTION} range_wide', or write 'validation: {{pattern: range_wide}}' into the Play"
        raise Malformed(Finding("no-pattern", f"'{request.play}' names no pattern of its own", hint))
    recipe = Recipe(chosen, _first(seed, own.seed, _SEED), _first(bars, own.bars, _BARS))
    _check_window(request, recipe)
    return replace(request, origin=recipe, from_ms=recipe.start_ms if request.from_ms is None else request.from_ms)


def _check_window(request: Request, recipe: Recipe) -> None:
    """Refuse a window that reaches beyond the pattern: before it lies a quiet past, which is none, and behind it nothing."""
    from trade.gates.text import span
    from trade.market.instants import iso

    outside = [
        Finding(
            "outside-made-market",
            f"{name} {iso(ts_ms)} is outside the made market, {span(recipe.start_ms, recipe.end_ms)}",
            "leave it out, or choose an instant inside" + ("; more '--bars' move the end" if ts_ms > recipe.end_ms else ""),
        )
        for name, ts_ms in (("--from", request.from_ms), ("--to", request.to_ms))
        if ts_ms is not None and not recipe.start_ms <= ts_ms <= recipe.end_ms
    ]
    if outside:
        raise Malformed(outside)


def _first(option: int | None, own: int | None, otherwise: int) -> int:
    """Return what the command line says, else what the Play says, else the default."""
    given = own if option is None else option
    return otherwise if given is None else given


def _with_value(args: list[str]) -> Iterator[str]:
    for word, after in zip_longest(args, args[1:], fillvalue="-"):
        yield f"{word}=" if word == _OPTION and after.startswith("-") else word
