"""The codes of findings as the source gives them, read from its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from trade.market.rows import FACTS
from trade.play.unsupported import TABLE

SOURCE = Path(__file__).parents[2] / "src" / "trade"
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_FIRST = {"Check", "Finding", "Unreadable", "_say", "wrong"}  # the code is the first argument
_FIRST_OR_SECOND = {"error", "warn", "warning", "note", "say"}  # collectors; some take the place first


@cache
def literal_codes() -> set[str]:
    """Return every code that stands as text where a finding is made, and those of the tables codes are taken from."""
    found = {code for tree in _trees() for code in _codes(tree)}
    return found | set(FACTS) | {f"not-yet-{row.code}" for row in TABLE}


@cache
def code_families() -> set[str]:
    """Return the fixed beginnings of codes that are put together, such as `unknown-` for `unknown-indicator`."""
    calls = [node for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    joined = [argument for call in calls for argument in _code_arguments(call) if isinstance(argument, ast.JoinedStr)]
    starts = [part.values[0] for part in joined]
    texts = {start.value for start in starts if isinstance(start, ast.Constant) and isinstance(start.value, str)}
    return {text for text in texts if re.fullmatch(r"[a-z]+(-[a-z]+)*-", text)}


@cache
def _trees() -> tuple[ast.AST, ...]:
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py")))


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from filter(None, map(_code, _code_arguments(node)))
        elif isinstance(node, ast.Tuple) and any(map(_is_sentence, node.elts[1:])):
            code = _code(node.elts[0])  # (code, fact, hint), kept until there is a place for it
            if code is not None and "-" in code:
                yield code


def _code_arguments(call: ast.Call) -> list[ast.expr]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    by_name = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    if name in _FIRST:
        return [*call.args[:1], *by_name]
    return [*call.args[:2], *by_name] if name in _FIRST_OR_SECOND and len(call.args) > 2 else []


def _code(value: ast.expr) -> str | None:
    text = value.value if isinstance(value, ast.Constant) else None
    return text if isinstance(text, str) and _CODE.fullmatch(text) else None


def _is_sentence(value: ast.expr) -> bool:
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value)
