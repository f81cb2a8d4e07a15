"""The JSON Schema of rules, for editors: conditions, windows, operands and actions as `conditions`, `windows` and the others read them.

What only a whole Play shows, such as an id that is not declared or bounds in the wrong order, is not in it.
"""

from __future__ import annotations

from typing import Any

from trade.base.timeframe import NAMES, WEEKDAYS
from trade.dsl.operands import SIGNS
from trade.dsl.operators import NEAR, SPELLINGS
from trade.dsl.references import FARTHEST_BARS
from trade.dsl.tree import Logic, Op, WindowKind
from trade.dsl.windows import DURATION, MOST_BARS, MOST_MINUTES, WINDOWS
from trade.play.fields import TEMPLATE_SCHEMA, Schema, or_template
from trade.play.intents import ENTRIES, WORDS

_MOST_HOURS, _MOST_DAYS = MOST_MINUTES // 60, MOST_MINUTES // 1440
_NAME: Schema = {"type": "string", "pattern": r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_][A-Za-z0-9_.\[\]-]*)?$"}
_WEEKDAY: Schema = {"type": "string", "pattern": f"^({'|'.join(f'[{day[0].upper()}{day[0]}]{day[1:]}' for day in WEEKDAYS)})$"}
_CONDITION, _LIST, _OPERAND, _EMITS = ({"$ref": f"#/$defs/{name}"} for name in ("Condition", "Conditions", "Operand", "Emits"))
_VERBOSE = ("lhs", "op", "rhs", "tolerance")
_SHORT = [op for op, means in SPELLINGS.items() if means not in (*NEAR, Op.BETWEEN, Op.IN)]


def rules_schema() -> dict[str, Schema]:
    """Return the definitions that rules are made of; `Setups` and `Actions` are the sections."""
    return {
        "Condition": {"anyOf": [{"$ref": "#/$defs/Comparison"}, _LIST, {"$ref": "#/$defs/ConditionMap"}]},
        "Conditions": {"type": "array", "minItems": 1, "items": _CONDITION, "description": "every part of a bare list is to be true"},
        "ConditionMap": _condition_map(),
        "Comparison": {"anyOf": [_comparison(operators, sides) for operators, sides in _sides()], "description": "[lhs, op, rhs]"},
        "Operand": _operand(),
        "Setups": {"type": "object", "additionalProperties": _CONDITION},
        "Actions": {"anyOf": [_action_map(), {"type": "array", "minItems": 1, "items": _block()}]},
        "Emits": {"type": "array", "minItems": 1, "items": _emit()},
    }


def _whole(low: int, high: int) -> Schema:
    return or_template({"type": "integer", "minimum": low, "maximum": high})


def _closed(properties: dict[str, Schema], required: list[str], description: str = "") -> Schema:
    said = {"description": description} if description else {}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False, **said}


def _tuple(*items: Schema) -> Schema:
    return {"type": "array", "prefixItems": list(items), "minItems": len(items), "maxItems": len(items)}


def _sides() -> list[tuple[list[str], list[Schema]]]:
    """Return what stands behind each group of operators."""
    bound = {"anyOf": [{"type": "number"}, _WEEKDAY, TEMPLATE_SCHEMA]}
    bounds: Schema = {"anyOf": [_tuple(bound, bound), _closed({"low": bound, "high": bound}, ["low", "high"])]}
    choices: Schema = {"type": "array", "minItems": 1, "items": {"type": ["number", "string", "boolean"]}}
    tolerance = or_template({"type": "number", "minimum": 0})
    return [
        (_SHORT, [_OPERAND]),
        ([op.value for op in NEAR], [_OPERAND, tolerance]),
        ([Op.BETWEEN.value], [bounds]),
        ([Op.IN.value], [choices]),
    ]


def _comparison(operators: list[str], sides: list[Schema]) -> Schema:
    return _tuple(_OPERAND, _operator(operators), *sides)


def _operator(operators: list[str]) -> Schema:
    """Return one of some operators, where all of them take the same sides also a variable."""
    words: Schema = {"enum": operators}
    return or_template(words) if operators == _SHORT else words


def _condition_map() -> Schema:
    """Return the map with one head, or the comparison in words: lhs, op, rhs and no head."""
    heads: dict[str, Schema] = {logic.value: _LIST for logic in (Logic.ALL, Logic.ANY)}
    heads |= {Logic.NOT.value: _CONDITION, "setup": {"type": "string"}}
    heads |= {head: _window(head) for head in WINDOWS}
    heads |= {op: _tuple(_OPERAND, *sides) for operators, sides in _sides() for op in operators}
    words: dict[str, Schema] = {"lhs": _OPERAND, "op": or_template({"enum": list(SPELLINGS)}), "rhs": {}, "tolerance": {}}
    verbose: Schema = {
        "required": ["lhs", "op", "rhs"],
        "propertyNames": {"enum": list(_VERBOSE)},
        "anyOf": [_verbose(operators, sides) for operators, sides in _sides()],
    }
    return {
        "type": "object",
        "properties": {**heads, **words},
        "additionalProperties": False,
        "if": {"anyOf": [{"required": [key]} for key in _VERBOSE]},
        "then": verbose,
        "else": {"minProperties": 1, "maxProperties": 1},
    }


def _verbose(operators: list[str], sides: list[Schema]) -> Schema:
    near: Schema = (
        {"properties": {"tolerance": sides[1]}, "required": ["tolerance"]} if len(sides) > 1 else {"not": {"required": ["tolerance"]}}
    )
    return {"allOf": [{"properties": {"op": _operator(operators), "rhs": sides[0]}}, near]}


def _window(head: str) -> Schema:
    properties: dict[str, Schema] = {"expr": _CONDITION}
    if head.endswith(DURATION):
        properties["duration"] = or_template({"type": "string", "pattern": _duration_pattern()})
    else:
        properties["bars"] = _whole(1, MOST_BARS)
    least = WINDOWS[head] is WindowKind.COUNT_TRUE
    if least:
        properties["min_true"] = _whole(1, MOST_MINUTES if head.endswith(DURATION) else MOST_BARS)
    anchor = {} if head.endswith(DURATION) else {"anchor_tf": or_template({"enum": list(NAMES)})}
    return _closed({**properties, **anchor}, list(properties))


def _duration_pattern() -> str:
    """Return the pattern of `30m`, `4h`, `1d`: from a minute to the longest reach."""
    minutes = r"[1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440"
    return rf"^0*(({minutes})[mM]|([1-9]|1\d|2[0-{_MOST_HOURS - 20}])[hH]|{_MOST_DAYS}[dD])$"


def _operand() -> Schema:
    offset = _whole(0, FARTHEST_BARS)
    reference = _closed({"feature_id": {"type": "string"}, "field": {"type": "string"}, "offset": offset}, ["feature_id"])
    in_words: Schema = {
        "type": "object",
        "properties": {sign: _tuple(_OPERAND, _OPERAND) for sign in SIGNS},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    signed = _tuple(_OPERAND, or_template({"enum": list(SIGNS)}), _OPERAND)
    return {"anyOf": [{"type": ["number", "boolean"]}, _NAME, TEMPLATE_SCHEMA, reference, signed, in_words]}


def _action_map() -> Schema:
    return {
        "type": "object",
        "properties": dict.fromkeys(WORDS, _CONDITION),
        "additionalProperties": False,
        "anyOf": [{"required": [word]} for word in ENTRIES],
    }


def _block() -> Schema:
    case = _closed({"when": _CONDITION, "emit": _EMITS}, ["when", "emit"])
    cases: Schema = {"type": "array", "minItems": 1, "items": case}
    return _closed({"id": {"type": "string"}, "cases": cases, "else": _closed({"emit": _EMITS}, ["emit"])}, ["id", "cases"])


def _emit() -> Schema:
    word: dict[str, Any] = or_template({"enum": list(WORDS)})
    percent = or_template({"type": "number", "exclusiveMinimum": 0, "maximum": 100})
    return {"anyOf": [*word["anyOf"], _closed({"action": word, "percent": percent, "metadata": {}}, ["action"])]}
