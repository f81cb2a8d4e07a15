"""The JSON Schema of a Play, for editors: from the models, with the names and parameters of the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from trade.base.catalogue import Catalogue, Entry, Param, ParamType
from trade.base.synthetic import BOOTSTRAP
from trade.play.canonical import VERSION, number
from trade.play.fields import TEMPLATE_SCHEMA, Schema
from trade.play.intents import WORDS
from trade.play.models import PlayFile


class _Generate(GenerateJsonSchema):
    """Writes decimal defaults as numbers."""

    def encode_default(self, dft: object) -> Any:
        return number(dft) if isinstance(dft, Decimal) else super().encode_default(dft)


def json_schema(catalogue: Catalogue) -> Schema:
    """Return a JSON Schema (draft 2020-12) of the whole format."""
    schema = PlayFile.model_json_schema(schema_generator=_Generate)
    definitions = schema["$defs"]
    _offer(definitions["FeatureFile"], "indicator", catalogue.indicators.values())
    _offer(definitions["StructureFile"], "type", catalogue.structures.values())
    words = [{"enum": list(catalogue.patterns)}, {"type": "string", "pattern": f"^{BOOTSTRAP}"}, TEMPLATE_SCHEMA, {"type": "null"}]
    definitions["ValidationFile"]["properties"]["pattern"]["anyOf"] = words
    schema["properties"]["version"] = {"enum": [VERSION, "3.0", "3", 3], "default": VERSION}
    schema["properties"]["actions"]["anyOf"][0]["propertyNames"] = {"enum": list(WORDS)}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"Play {VERSION}"}


def _offer(definition: Schema, key: str, entries: Any) -> None:
    """Limit a definition to the entries of the catalogue, each with its own parameters."""
    known: list[Entry] = list(entries)
    definition["properties"][key] = {"enum": [entry.name for entry in known]}
    definition["allOf"] = [
        {
            "if": {"properties": {key: {"const": entry.name}}},
            "then": {
                "properties": {
                    "params": {
                        "description": entry.doc,
                        "properties": {param.name: _param(param) for param in entry.params},
                        "additionalProperties": False,
                    }
                }
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
    described: Schema = {"anyOf": [schema, TEMPLATE_SCHEMA]}
    if param.default is not None:
        described["default"] = param.default
    if param.doc:
        described["description"] = param.doc
    return described
