"""The structures as the table of `docs/play.md`, rendered from the registry."""

from __future__ import annotations

from trade.base.catalogue import Entry, Param
from trade.structures.registry import STRUCTURES


def table() -> str:
    """Return one row per structure: what it uses, its parameters with their words and defaults, its outputs."""
    return "| type | uses | params | outputs |\n|---|---|---|---|\n" + "".join(map(_row, STRUCTURES.values()))


def _row(entry: Entry) -> str:
    uses = " ".join(f"`{name}`" for name in entry.uses) or "-"
    params = ", ".join(map(_param, entry.params)) or "-"
    return f"| `{entry.name}` | {uses} | {params} | {' '.join(f'`{output.name}`' for output in entry.outputs)} |\n"


def _param(param: Param) -> str:
    words = f" ({', '.join(param.choices)})" if param.choices else ""
    default = "" if param.default is None else f" = {str(param.default).lower()}"
    return f"`{param.name}`{words}{default}"
