"""The findings of one file as they are collected: each with the place of the value it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from trade.base.findings import Finding, Severity, room_for
from trade.base.nearest import did_you_mean, meant
from trade.base.places import Path
from trade.play.document import Document
from trade.play.fields import shown
from trade.play.homes import belongs
from trade.play.written import after_a_comma, instead_of_value

Model = TypeVar("Model", bound=BaseModel)


class Notes:
    """Collects findings. `settled` are values that were refused for good: nothing more is said about them or what they hold."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.settled: set[Path] = set(document.troubled)
        self.findings: list[Finding] = []
        self.parts: dict[Path, BaseModel | None] = {}
        self._misspelt: set[Path] = set()  # keys that are there in another word, which is refused: none of them is missed

    def error(self, code: str, path: Path, fact: str, hint: str, *, at_key: bool = False) -> None:
        """Add a refusal about the value at a path, or about its key."""
        self._add(Severity.ERROR, code, path, fact, hint, at_key)

    def warn(self, code: str, path: Path, fact: str, hint: str) -> None:
        self._add(Severity.WARNING, code, path, fact, hint, at_key=False)

    def note(self, code: str, path: Path, fact: str, hint: str) -> None:
        self._add(Severity.NOTE, code, path, fact, hint, at_key=False)

    def _add(self, severity: Severity, code: str, path: Path, fact: str, hint: str, at_key: bool) -> None:
        if code == "missing-key" and path in self._misspelt:
            return
        if any(path[:length] in self.settled for length in range(len(path) + 1)) or not room_for(severity, self.findings):
            return
        place = self.document.key_place(path) if at_key else self.document.place(path)
        self.findings.append(Finding(code, fact, hint, severity, place))

    @property
    def failed(self) -> bool:
        return any(f.severity is Severity.ERROR for f in self.findings)

    def unknown_key(self, path: Path, known: list[str], elsewhere: Mapping[str, str] | None = None) -> None:
        """Add a refusal of a key nobody knows; `elsewhere` says where keys belong that the models do not know of."""
        word = str(path[-1])
        hint = (elsewhere or {}).get(word) or belongs(path)
        if number := self.after_a_comma(path):
            hint = number
        if not hint:
            self._misspelt.add((*path[:-1], meant(word, known) or word))
            hint = did_you_mean(word, known, "remove the key")
        self.error("unknown-key", path, f"the key '{word}' is not known here", hint, at_key=True)

    def after_a_comma(self, path: Path) -> str:
        """Return what to write where a comma in a number ended the value before a key; empty where none did."""
        section: Any = self.document.data
        for step in path[:-1]:
            section = section.get(step) if isinstance(section, dict) else None
        number = after_a_comma(section, path[-1])
        return f"a comma ends a value here: write `{number}`" if number else ""

    def read(self, model: type[Model], value: object, path: Path, elsewhere: Mapping[str, str] | None = None) -> Model | None:
        """Return the value as a model, or None with everything that is wrong with it said; `parts` then keeps what is right of it."""
        if not isinstance(value, dict):
            hint = instead_of_value(path, value) or "write keys with values"
            self.error("wrong-type", path, f"{shown(value)}, not a map", f"{hint}, or leave it out")
            return None
        try:
            return model.model_validate(value)
        except ValidationError as refused:
            mistakes = refused.errors(include_url=False)
            for error in sorted(mistakes, key=lambda error: error["type"] != "extra_forbidden"):
                self._translate(model, error, path, elsewhere)
            self.parts[path] = _right_part(model, value, [error["loc"] for error in mistakes])
            return None

    def _translate(self, model: type[BaseModel], error: Any, path: Path, elsewhere: Mapping[str, str] | None) -> None:
        inner: Path = (*path, *error["loc"])
        kind, value, context = error["type"], error["input"], error.get("ctx", {})
        if kind == "extra_forbidden":
            self.unknown_key(inner, _keys(model, error["loc"][:-1]), elsewhere)
        elif kind == "missing":
            self.error("missing-key", inner, f"the key '{inner[-1]}' is missing", f"add `{inner[-1]}:`")
        elif "fact" in context:
            self.error(kind, inner, context["fact"], context["hint"])
        else:
            wanted = {"dict_type": "a map", "list_type": "a list", "model_type": "a map"}.get(kind)
            fact = f"{shown(value)}, not {wanted}" if wanted else f"{shown(value)}: {error['msg'].lower()}"
            otherwise = "write keys with values" if wanted == "a map" else "write a list, one item per line"
            self.error("wrong-type", inner, fact, instead_of_value(inner, value) or otherwise)


def _right_part(model: type[BaseModel], value: dict[str, Any], mistakes: list[tuple[int | str, ...]]) -> BaseModel | None:
    """Return the model without the keys that hold mistakes, or None when it cannot be without them."""
    try:
        return model.model_validate({key: item for key, item in value.items() if key not in {loc[0] for loc in mistakes}})
    except ValidationError:
        return None


def _keys(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Return the keys a model, or the model inside it at `loc`, knows."""
    for step in loc:
        annotation = model.model_fields[step].annotation
        options = (annotation, *getattr(annotation, "__args__", ()))
        model = next(option for option in options if isinstance(option, type) and issubclass(option, BaseModel))
    return [field.alias or name for name, field in model.model_fields.items()]
