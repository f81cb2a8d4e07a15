"""Read references to columns: `id`, `id.output`, `{feature_id, field, offset}`."""

from __future__ import annotations

import re
from typing import Any

from trade.base.catalogue import Output
from trade.base.nearest import did_you_mean, did_you_mean_output, meant
from trade.base.places import Path
from trade.base.timeframe import WEEKDAYS
from trade.dsl.builtins import BASE_PRICES, BUILTINS, PARTS, VALUE
from trade.dsl.columns import Clock, ColumnRef
from trade.dsl.context import Context
from trade.dsl.operators import SPELLINGS
from trade.dsl.scope import Scope, Term, term_of
from trade.dsl.tree import Column, InstantPart
from trade.dsl.written import earlier_in_text, operand_in_text, says_later

_KEYS = ("feature_id", "field", "offset")
FARTHEST_BARS = 10_000  # as the longest window of an indicator
_LATER = "a later value cannot be read: rules see what has closed; {feature_id, offset: 1} is the bar before"
_SLOT = re.compile(r"^(\w+)\[(\d+)\]\.(\w+)$")
_LEVEL = re.compile(r"^(\w+)\[(-?[\d.]+)\]$")


def names_a_column(scope: Scope, text: str) -> bool:
    """Tell whether the part before the first dot is declared, wrongly or not."""
    name = text.partition(".")[0]
    return name in scope.broken or scope.outputs(name) is not None


def read_name(ctx: Context, text: str, path: Path) -> Term | None:
    """Read `id` or `id.output`."""
    name, _, output = text.partition(".")
    return _resolve(ctx, name, output or None, 0, path)


def read_reference(ctx: Context, value: dict[Any, Any], path: Path) -> Term | None:
    """Read `{feature_id, field, offset}`."""
    ctx.notes.unknown_keys(value, _KEYS, path, "a reference")
    name, output, offset = value["feature_id"], value.get("field"), value.get("offset", 0)
    if not isinstance(name, str) or not (output is None or isinstance(output, str)):
        ctx.notes.error(path, "malformed-rule", "'feature_id' and 'field' are names", "write {feature_id: ema_50, field: value, offset: 1}")
        return None
    if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
        ctx.notes.error((*path, "offset"), "bad-offset", f"offset '{offset}' is not a whole number of closed bars back", "use 0, 1, 2, ...")
        return None
    if offset > FARTHEST_BARS:
        fact = f"offset '{offset}' is more than '{FARTHEST_BARS}' closed bars back"
        ctx.notes.error((*path, "offset"), "bad-offset", fact, "use a slower timeframe for an older value")
        return None
    if output is None:
        name, _, output = name.partition(".")
    return _resolve(ctx, name, output or None, offset, path)


def _resolve(ctx: Context, name: str, wanted: str | None, offset: int, path: Path) -> Term | None:
    is_broken, outputs = name in ctx.scope.broken, ctx.scope.outputs(name)
    if outputs is None:
        if not is_broken:
            _unknown_name(ctx, name if wanted is None else f"{name}.{wanted}", path)
        return None
    output = _choose(outputs, wanted)
    if output is None:
        written = f"{name}.{wanted}"
        earlier = earlier_in_text(written)
        hint = f"write `{earlier}`" if earlier else did_you_mean_output(str(wanted), outputs)
        hint = _LATER if says_later(written) else hint
        ctx.notes.error(path, "unknown-output", f"'{name}' has no output '{wanted}'", hint)
        return None
    return None if is_broken else _term(ctx, name, output, offset, path)


def _choose(outputs: tuple[Output, ...], wanted: str | None) -> Output | None:
    if wanted is None or (wanted == VALUE and len(outputs) == 1):
        return outputs[0]
    # Old Plays write `zone[0].state` and `level[0.618]` for the columns `zone0_state` and `level_0.618`.
    plain = _LEVEL.sub(r"\1_\2", _SLOT.sub(r"\1\2_\3", wanted))
    return next((output for output in outputs if output.name == plain), None)


def _term(ctx: Context, name: str, output: Output, offset: int, path: Path) -> Term | None:
    builtin = BUILTINS.get(name) is output
    if builtin and name in PARTS:
        if offset:
            fact = f"'{name}' is a part of the instant, it has no earlier bars"
            ctx.notes.error(path, "bad-offset", fact, "leave the offset out")
            return None
        return term_of(InstantPart(name), output)
    clock = Clock.BASE if builtin and name in BASE_PRICES else Clock.EXEC
    ref = ColumnRef(name, output.name, ctx.scope.timeframe(name))
    primary = (ctx.scope.outputs(name) or ())[0] is output
    text = name if primary else f"{name}.{output.name}"
    return term_of(Column(ref, offset, clock, output.minus_one_is_missing, text), output)


def _unknown_name(ctx: Context, text: str, path: Path) -> None:
    if text in ctx.setups:
        hint = f"it is a setup: write {{setup: {text}}}"
    elif text == "timestamp":
        hint = f"use its parts: {', '.join(PARTS)}"
    elif _is_number(text):
        hint = f"write the number without quotes: `{text}`"
    elif says_later(text):
        hint = _LATER
    elif said := _said(ctx, text):
        hint = f"write `{said}`"
    else:
        hint = did_you_mean(text, ctx.scope.names(), "declare it under features or structures")
    ctx.notes.error(path, "unknown-reference", f"'{text}' is not declared", hint)


def _said(ctx: Context, text: str) -> str:
    """Return the operand that a text says in another form than a name, where all that it names is declared."""
    said = operand_in_text(text)
    return said if said not in ("", text) and not _undeclared(ctx, said) else ""


def declared(ctx: Context, said: str) -> str:
    """Return a rule that a hint writes, in backticks, with the names that are meant, and what it takes to declare the others."""
    lacking = []
    for name in _undeclared(ctx, said):
        near = meant(name, ctx.scope.names())
        if near is None:
            lacking.append(name)
        else:
            said = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", near, said)
    return f"`{said}`" + (f", and declare {', '.join(lacking)} under features" if lacking else "")


def _undeclared(ctx: Context, said: str) -> list[str]:
    """Return the names in a rule that are no column and no setup."""
    words = re.findall(r"(?<![\w.\"])[A-Za-z_]\w*(?!\w*:)", re.sub(r"\w+:", "", said))
    known = (*SPELLINGS, *WEEKDAYS, "true", "false", *ctx.setups)
    return [word for word in dict.fromkeys(words) if word not in known and not names_a_column(ctx.scope, word)]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", text) is not None
