"""What text, or a list in the wrong form, most likely means as a rule: written as YAML, so that a hint can be copied."""

from __future__ import annotations

import re
from collections.abc import Container

from trade.dsl.operators import SPELLINGS, said_operator

_SHOWN = 100  # letters: what is longer is no hint any more
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_EARLIER = (
    re.compile(r"(?P<of>[A-Za-z_][\w.]*?)\.shift\(\s*(?P<bars>\d+)\s*\)"),
    re.compile(r"(?P<of>[A-Za-z_][\w.]*)\[\s*(?P<bars>\d+)\s*\]"),
    re.compile(r"(?:prev|previous|prior)_(?P<of>[A-Za-z_][\w.]*)"),
    re.compile(r"(?P<of>[A-Za-z_][\w.]*?)_(?:prev|previous|prior)"),
)
_LATER = re.compile(r"[A-Za-z_][\w.]*?(\.shift\(\s*-\s*\d+\s*\)|\[\s*-\s*\d+\s*\])")
_ARITHMETIC = re.compile(r"(?P<left>[^\s+*/%-]+)\s*(?P<sign>[-+*/%])\s*(?P<right>[^\s+*/%-]+)")
_BETWEEN = re.compile(r"(?P<value>\S+)\s+between\s+(?P<low>\S+)\s+and\s+(?P<high>\S+)", re.IGNORECASE)
_RANGE = re.compile(r"\bbetween\s+\S+\s+and\s+\S+", re.IGNORECASE)
_SIGNS = re.compile(r"(?P<left>.+?)\s*(?P<op>>=|<=|==|!=|<>|=>|=<|=|>|<)\s*(?P<right>.+)")
_WORDS = re.compile(r"(?P<left>\S+)\s+(?P<op>[A-Za-z_]+(?:\s+(?:above|below|over|under|than|to|not))?)\s+(?P<right>\S+)")
_JOINED = {"all": re.compile(r"\s+and\s+|\s*&&\s*", re.IGNORECASE), "any": re.compile(r"\s+or\s+|\s*\|\|\s*", re.IGNORECASE)}


def flow(value: object) -> str:
    """Return a value as YAML on one line, cut where it is long."""
    if isinstance(value, list):
        return _cut(f"[{', '.join(map(flow, value))}]")
    if isinstance(value, dict):
        return _cut(f"{{{', '.join(f'{key}: {flow(item)}' for key, item in value.items())}}}")
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return "null" if value is None else str(value)
    return value if _PLAIN.fullmatch(value) else f'"{value}"'


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 2]}…{text[-1]}"


def condition_in_text(text: str, setups: Container[object]) -> str:
    """Return the condition that a text says, as a list or a map; empty where it says none."""
    text = text.strip()
    if len(text) > _SHOWN:
        return ""
    if text in setups:
        return f"{{setup: {text}}}"
    if found := _BETWEEN.fullmatch(text):
        return f"[{found['value']}, between, [{found['low']}, {found['high']}]]"
    joined = {logic: sign for logic, sign in _JOINED.items() if sign.search(text)}
    if len(joined) > 1:  # which of them holds first is for its author to say
        return ""
    for logic, sign in joined.items():
        parts = [condition_in_text(part, setups) for part in sign.split(text)]
        return f"{{{logic}: [{', '.join(parts)}]}}" if all(parts) else ""
    return _comparison_in_text(text)


def _comparison_in_text(text: str) -> str:
    found = _SIGNS.fullmatch(text) or _WORDS.fullmatch(text)
    op = said_operator("_".join(found["op"].split())) if found else None
    if found is None or op is None:
        return ""
    left, right = operand_in_text(found["left"]), operand_in_text(found["right"])
    return f"[{left}, {flow(op)}, {right}]" if left and right else ""


def operand_in_text(text: str) -> str:
    """Return the operand that a text says: a name, a number, an earlier value, or arithmetic; empty where it says none."""
    text = text.strip()
    if _NUMBER.fullmatch(text) or _PLAIN.fullmatch(text):
        return earlier_in_text(text) or text
    if earlier := earlier_in_text(text):
        return earlier
    found = _ARITHMETIC.fullmatch(text)
    sides = [operand_in_text(found["left"]), operand_in_text(found["right"])] if found else [""]
    return f'[{sides[0]}, "{found["sign"]}", {sides[1]}]' if found and all(sides) else ""


def earlier_in_text(text: str) -> str:
    """Return the reference to an earlier value that `close.shift(1)`, `close[1]` or `prev_close` stands for; empty for other text."""
    for form in _EARLIER:
        if found := form.fullmatch(text):
            return f"{{feature_id: {found['of']}, offset: {int(found.groupdict().get('bars') or 1)}}}"
    return ""


def is_mixed(text: str) -> bool:
    """Tell whether a text joins conditions by `and` and by `or`, of which it does not say which holds first."""
    rest = _RANGE.sub("", text)  # the `and` of `between` joins no conditions
    return all(sign.search(rest) for sign in _JOINED.values())


def says_later(text: str) -> bool:
    """Tell whether a text asks for a value that is not there yet, as `close.shift(-1)` does."""
    return _LATER.fullmatch(text.strip()) is not None


def holds_text(items: list[object], setups: Container[object]) -> bool:
    """Tell a list of conditions of which some are texts from a comparison: each is a list, a map, or text that says a condition."""
    texts = [item for item in items if not isinstance(item, list | dict)]
    if len(items) > 1 and isinstance(items[1], str) and items[1] in SPELLINGS:
        return False
    return all(isinstance(item, str) and (condition_in_text(item, setups) or len(item.split()) > 2) for item in texts)
