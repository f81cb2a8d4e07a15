"""The JSON Schema of a Play, for editors: from the models, with the names and parameters of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from trade.base.catalogue import Catalogue, Entry, Param, ParamType
from trade.base.synthetic import BOOTSTRAP
from trade.base.timeframe import NAMES
from trade.play.canonical import VERSION, number
from trade.play.expected import METRICS_BOUNDED, ONE_SIDED
from trade.play.fields import TEMPLATE_SCHEMA, Schema, or_template
from trade.play.intents import EXITS
from trade.play.models import PlayFile
from trade.play.timeframes import ROLE_WORDS, ROLES


class _Generate(GenerateJsonSchema):
    """Writes decimal defaults as numbers."""

    def encode_default(self, dft: object) -> Any:
        return number(dft) if isinstance(dft, Decimal) else super().encode_default(dft)


def json_schema(catalogue: Catalogue, rules: Mapping[str, Schema]) -> Schema:
    """Return a JSON Schema (draft 2020-12) of the whole format; `rules` are the definitions of `Setups`, `Actions` and their parts."""
    schema = PlayFile.model_json_schema(schema_generator=_Generate)
    definitions = schema["$defs"]
    _offer(definitions["FeatureFile"], "indicator", catalogue.indicators.values())
    _offer(definitions["StructureFile"], "type", catalogue.structures.values())
    words = [{"enum": list(catalogue.patterns)}, {"type": "string", "pattern": f"^{BOOTSTRAP}"}, TEMPLATE_SCHEMA, {"type": "null"}]
    definitions["ValidationFile"]["properties"]["pattern"]["anyOf"] = words
    definitions["FeatureFile"]["properties"]["tf"]["anyOf"] = [{"enum": [*NAMES, *ROLE_WORDS]}, TEMPLATE_SCHEMA, {"type": "null"}]
    _name_exec(definitions["TimeframesFile"])
    properties = schema["properties"]
    properties["version"] = {"enum": [VERSION, "3.0", "3", 3], "default": VERSION}
    properties["structures"]["propertyNames"] = {"enum": [*NAMES, *ROLE_WORDS]}
    properties["setups"], properties["actions"] = {"$ref": "#/$defs/Setups"}, {"$ref": "#/$defs/Actions"}
    bounds = {**dict.fromkeys(ONE_SIDED, _NUMBER), **dict.fromkeys(METRICS_BOUNDED, _BOUNDS)}
    bounds["max_drawdown_pct"] = {"anyOf": [_NUMBER, _BOUNDS]}
    properties["expected"] = {"type": "object", "properties": bounds, "additionalProperties": False}
    definitions.update(rules)
    schema["allOf"] = [*_ALTERNATIVES, _by_levels_alone()]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"Play {VERSION}"}


def _either(*keys: str) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


_ALTERNATIVES = [
    _either("name", "id"),
    _either("symbol", "symbol_universe"),
    _either("timeframes", "tf", "execution_tf"),
    {"not": {"required": ["risk", "risk_model"]}},
]
_NUMBER: Schema = {"anyOf": [{"type": "number"}, TEMPLATE_SCHEMA, {"type": "null"}]}
_BOUNDS: Schema = {
    "anyOf": [
        {"type": "object", "properties": {"min": _NUMBER, "max": _NUMBER}, "additionalProperties": False, "minProperties": 1},
        {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
    ]
}


def _name_exec(timeframes: Schema) -> None:
    """Limit `exec` to the roles that have a timeframe."""
    timeframes["properties"]["exec"] = {"anyOf": [{"enum": list(ROLES)}, TEMPLATE_SCHEMA]}
    timeframes["allOf"] = [{"if": {"properties": {"exec": {"const": role}}}, "then": {"required": [role]}} for role in ROLES]


def _by_levels_alone() -> Schema:
    """Return what `exit_mode: sl_tp_only`, the default, asks of the whole Play: a stop and a target, and no exit action."""
    other = {"properties": {"exit_mode": {"not": {"const": "sl_tp_only"}}}, "required": ["exit_mode"]}
    stop, target = _either("stop_loss_pct", "stop_loss"), _either("take_profit_pct", "take_profit")
    sections = [{"properties": {key: {"allOf": [stop, target]}}, "required": [key]} for key in ("risk", "risk_model")]
    no_exit = {"properties": {"actions": {"not": _either(*EXITS)}}}
    return {
        "if": {"not": {"properties": {"position_policy": other}, "required": ["position_policy"]}},
        "then": {"allOf": [{"anyOf": sections}, no_exit]},
    }


def _offer(definition: Schema, key: str, entries: Any) -> None:
    """Limit a definition to the entries of the catalogue, each with its own parameters."""
    known: list[Entry] = list(entries)
    definition["properties"][key] = or_template({"enum": [entry.name for entry in known]})
    definition["allOf"] = [
        {
            "if": {"properties": {key: {"const": entry.name}}},
            "then": {
                "properties": {
                    "params": {
                        "description": entry.doc,
                        "properties": {param.name: _param(param) for param in entry.params},
                        "required": [param.name for param in entry.params if param.default is None and not param.optional],
                        "additionalProperties": False,
                    }
                },
                "required": ["params"] if any(param.default is None and not param.optional for param in entry.params) else [],
            },
        }
        for entry in known
    ]


def _param(param: Param) -> Schema:
    types = {ParamType.INT: "integer", ParamType.FLOAT: "number", ParamType.BOOL: "boolean"}
    schema: Schema = {"type": types.get(param.type, "string")}
    if param.choices:
        schema["enum"] = list(param.choices)
    for key, bound in (("minimum", param.low), ("maximum", param.high)):
        if bound is not None:
            schema[key] = bound
    described = or_template(schema)
    if param.optional:
        described["anyOf"].append({"type": "null"})
    if param.default is not None:
        described["default"] = param.default
    if param.doc:
        described["description"] = param.doc
    return described
