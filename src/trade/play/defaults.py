"""The defaults of the format, printed from the models as one table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

from pydantic import BaseModel

from trade.play.canonical import number
from trade.play.models import PlayFile
from trade.play.scalars import as_text


def render() -> str:
    """Return the table of every key that has a default."""
    lines = ["| key | default | meaning |", "|---|---|---|"]
    lines += [f"| `{key}` | {value} | {meaning} |" for key, value, meaning in _rows(PlayFile, "")]
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        inner = _section(field.annotation)
        if inner is not None:
            yield from _rows(inner, f"{prefix}{name}.")
        elif field.default is not None and not field.is_required() and not isinstance(field.default, dict):
            yield f"{prefix}{name}", _shown(field.default), field.description or ""


def _section(annotation: object) -> type[BaseModel] | None:
    options = (annotation, *get_args(annotation))
    return next((option for option in options if isinstance(option, type) and issubclass(option, BaseModel)), None)


def _shown(value: object) -> str:
    return as_text(number(value) if isinstance(value, Decimal) else value)
