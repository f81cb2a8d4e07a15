"""What a Play may say but the engine cannot run yet: one table, read by the checks and printed as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from trade.base.places import Path
from trade.play.fields import shown
from trade.play.notes import Notes
from trade.play.scalars import as_text


@dataclass(frozen=True)
class Unsupported:
    """One refusal. `keys` are the keys of the file it is about, `allowed` the values of theirs that run."""

    code: str
    what: str
    sentence: str
    keys: tuple[str, ...] = ()
    allowed: tuple[Any, ...] = (None,)


def _risk(key: str) -> tuple[str, str]:
    return f"risk.{key}", f"risk_model.{key}"


TABLE = (
    Unsupported(
        "stop-limit", "a stop-loss as a limit order", "stops are stop-market orders; leave it out", _risk("sl_order_type"), ("Market",)
    ),
    Unsupported(
        "flip", "turning a position round in one step", "exit first, enter at a later bar", ("position_policy.allow_flip",), (False,)
    ),
    Unsupported("scale-in", "adding to a position", "one entry per position", ("position_policy.allow_scale_in",), (False,)),
    Unsupported("scale-out", "taking parts off a position", "one exit per position", ("position_policy.allow_scale_out",), (False,)),
    Unsupported(
        "several-positions", "several positions at once", "one position at a time", ("position_policy.max_positions_per_symbol",), (1,)
    ),
    Unsupported("margin-mode", "cross margin", "use isolated_usdt", ("account.margin_mode",), ("isolated_usdt", "isolated")),
    Unsupported("impact-model", "an impact model", "raise account.slippage_bps instead", ("execution.impact",)),
    Unsupported(
        "participation", "partial fills by a share of the volume", "orders fill whole; leave it out", ("execution.max_participation",)
    ),
    Unsupported("deploy", "live deployment", "this runs backtests; leave it out", ("deploy",)),
    Unsupported("risk-limits", "limits per day or per run", "use account.max_drawdown_pct and equity_floor_usdt", ("risk_limits",)),
    Unsupported("several-symbols", "several symbols in one Play", "write one symbol; run the Play once per symbol"),
    Unsupported("partial-exit", "an exit of part of a position", "exits close the whole position; leave percent out"),
    Unsupported("intent-metadata", "values captured at the entry", "leave metadata out; fills and trades name their instants"),
    Unsupported("adjust-intent", "adjust_stop, adjust_target, adjust_size", "set stop and target under risk, exit by a rule"),
    Unsupported(
        "faster-than-exec", "a feature or structure faster than exec", "use the exec timeframe or a slower one, or make exec faster"
    ),
)
_BY_CODE = {row.code: row for row in TABLE}


def refusal(code: str, fact: str) -> tuple[str, str, str]:
    """Return code, fact and hint of the finding that refuses one thing of the table."""
    row = _BY_CODE[code]
    return f"not-yet-{code}", f"{fact}: {row.what} cannot be run yet", row.sentence


def refuse(notes: Notes, code: str, path: Path, fact: str) -> None:
    """Refuse one thing of the table, at its place."""
    said, fact, hint = refusal(code, fact)
    notes.error(said, path, fact, hint)


def check_sections(notes: Notes, sections: Mapping[str, Any]) -> None:
    """Refuse every value of the sections that the table does not allow; of a section with mistakes, the part that is right."""
    known = {key: notes.parts.get((key,)) if section is None else section for key, section in sections.items()}
    for row in TABLE:
        for key in row.keys:
            steps = tuple(key.split("."))
            value = _look(known, steps)
            if value is not None and value not in row.allowed:
                said = f"'{as_text(value)}'" if not isinstance(value, dict | list) else shown(value)
                refuse(notes, row.code, steps, said)


def _look(sections: Mapping[str, Any], steps: tuple[str, ...]) -> Any:
    value: object = sections.get(steps[0])
    for step in steps[1:]:
        value = getattr(value, step) if isinstance(value, BaseModel) and hasattr(value, step) else None
    return value


_INTRO = """This page answers what the format knows and the engine cannot run yet; `make docs` writes it from its table.

A Play that asks for one of these is refused with the code below; it never loads and does nothing."""


def render() -> str:
    """Return the page of everything that is refused because it is not built yet."""
    lines = ["# Not yet", "", _INTRO, ""]
    lines += ["| code | what | keys | instead |", "|---|---|---|---|"]
    for row in TABLE:
        keys = ", ".join(f"`{key}`" for key in row.keys)
        lines.append(f"| `not-yet-{row.code}` | {row.what} | {keys} | {row.sentence} |")
    return "\n".join(lines) + "\n"
