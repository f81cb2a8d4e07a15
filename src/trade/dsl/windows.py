"""Read windows: `{occurred_within: {bars, expr, anchor_tf}}`, `{holds_for_duration: {duration, expr}}` and their siblings (RULE-4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trade.base.nearest import did_you_mean
from trade.base.places import Path, path_text
from trade.base.timeframe import MINUTE_MS, NAMES, Timeframe
from trade.dsl.context import Context, ReadCondition
from trade.dsl.sampling import warn_of_crossings
from trade.dsl.tree import LastInstants, Reach, Rule, WindowKind

_DURATION = "_duration"
_MAX_BARS, _MAX_MINUTES = 500, 1440
_MINUTES = {"m": 1, "h": 60, "d": 1440}
WINDOWS: Mapping[str, WindowKind] = {f"{kind}{suffix}": kind for kind in WindowKind for suffix in ("", _DURATION)}


def read_window(ctx: Context, head: str, value: object, inside: Path, path: Path, read: ReadCondition) -> Rule | None:
    """Read the map under a window's name; `read` reads its condition."""
    kind, timed = WINDOWS[head], head.endswith(_DURATION)
    if not isinstance(value, dict):
        ctx.notes.error(inside, "malformed-rule", f"'{head}' takes a map", _example(head))
        return None
    known = ["expr", *(["duration"] if timed else ["bars", "anchor_tf"]), *(["min_true"] if kind is WindowKind.COUNT_TRUE else [])]
    ctx.notes.unknown_keys(value, known, inside, f"'{head}'")
    missing = [key for key in known if key not in value and key != "anchor_tf"]
    if missing:
        ctx.notes.error(inside, "malformed-rule", f"'{head}' lacks '{missing[0]}'", _example(head))
        return None
    part = read(ctx, value["expr"], (*inside, "expr"))
    reach = _read_duration(ctx, value["duration"], (*inside, "duration")) if timed else _read_bars(ctx, value, inside)
    if reach is None:
        return None
    most = reach.bars or reach.duration_ms // MINUTE_MS
    min_true = _read_whole(ctx, value["min_true"], most, (*inside, "min_true")) if "min_true" in known else 1
    if part is not None:
        warn_of_crossings(ctx, head, part, reach, inside)
    return None if part is None or min_true is None else LastInstants(kind, reach, min_true, (part,), path_text(path))


def _example(head: str) -> str:
    reach = "duration: 30m" if head.endswith(_DURATION) else "bars: 10"
    least = ", min_true: 3" if WINDOWS[head] is WindowKind.COUNT_TRUE else ""
    return f"write {head}: {{{reach}{least}, expr: [[lhs, op, rhs]]}}"


def _read_bars(ctx: Context, value: dict[str, Any], inside: Path) -> Reach | None:
    bars = _read_whole(ctx, value["bars"], _MAX_BARS, (*inside, "bars"))
    anchor = value.get("anchor_tf")
    if anchor is not None and anchor not in NAMES:
        hint = did_you_mean(str(anchor), NAMES, f"known: {', '.join(NAMES)}")
        ctx.notes.error((*inside, "anchor_tf"), "unknown-timeframe", f"'{anchor}' is not a timeframe", hint)
        return None
    return None if bars is None else Reach(bars, None if anchor is None else Timeframe(anchor))


def _read_duration(ctx: Context, value: object, path: Path) -> Reach | None:
    found = re.fullmatch(r"([0-9]{1,6})([mhd])", value.lower()) if isinstance(value, str) else None
    if found is None:
        ctx.notes.error(path, "malformed-rule", f"duration '{value}' is not like 30m, 4h or 1d", "write minutes, hours or days")
        return None
    minutes = int(found[1]) * _MINUTES[found[2]]
    if not 1 <= minutes <= _MAX_MINUTES:
        fact = f"a duration of '{value}' is {minutes} minutes; 1 to {_MAX_MINUTES} are possible"
        ctx.notes.error(path, "out-of-range", fact, "use bars with an anchor_tf for a longer look back")
        return None
    return Reach(duration_ms=minutes * MINUTE_MS)


def _read_whole(ctx: Context, value: object, most: int, path: Path) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        ctx.notes.error(
            path, "out-of-range", f"'{path[-1]}' is '{value}'; whole numbers from 1 to {most} are possible", f"use at most {most}"
        )
        return None
    return value
