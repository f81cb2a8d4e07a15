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


_STOP, _TARGET = _risk("stop_loss.type"), _risk("take_profit.type")
_ATR = (
    *_risk("stop_loss.atr_feature_id"),
    *_risk("stop_loss.atr_key"),
    *_risk("take_profit.atr_feature_id"),
    *_risk("take_profit.atr_key"),
)

TABLE = (
    Unsupported("limit-entry", "entries with a limit order", "entries go at market; leave entry out", ("entry.order_type",), ("MARKET",)),
    Unsupported("limit-offset", "an offset of a limit entry", "entries go at market; leave it out", ("entry.limit_offset_pct",), (0,)),
    Unsupported("time-in-force", "a time in force of an entry", "entries go at market; leave it out", ("entry.time_in_force",), ("GTC",)),
    Unsupported("entry-expiry", "an expiry of an entry order", "entries go at market; leave it out", ("entry.expire_after_bars",), (0,)),
    Unsupported("trailing-stop", "a stop that trails the price", "use a percent or fixed_points stop, or an exit rule", _risk("trailing")),
    Unsupported(
        "break-even", "a stop that moves to break-even", "use a percent or fixed_points stop, or an exit rule", _risk("break_even")
    ),
    Unsupported(
        "stop-type", "a stop-loss by ATR, structure or trailing", "use percent or fixed_points", _STOP, ("percent", "fixed_points")
    ),
    Unsupported(
        "target-type", "a take-profit by ATR", "use percent, fixed_points or rr_ratio", _TARGET, ("percent", "fixed_points", "rr_ratio")
    ),
    Unsupported("atr-distance", "an ATR feature of a stop or target", "use percent, fixed_points or rr_ratio without it", _ATR),
    Unsupported("stop-buffer", "a buffer beyond a stop", "put the buffer into the stop's value", _risk("stop_loss.buffer_pct"), (0,)),
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
    Unsupported(
        "risk-per-trade", "a risk per trade in the account", "use risk_model.sizing: {model: risk_based}", ("account.risk_per_trade_pct",)
    ),
    Unsupported("max-margin", "a cap on margin", "cap the notional with account.max_notional_usdt", ("account.max_margin_usdt",)),
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
