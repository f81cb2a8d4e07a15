"""Read windows: `{occurred_within: {bars, expr, anchor_tf}}`, `{holds_for_duration: {duration, expr}}` and their siblings (RULE-4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trade.base.nearest import did_you_mean, meant
from trade.base.places import Path, path_text
from trade.base.timeframe import MINUTE_MS, NAMES, Timeframe
from trade.dsl.context import Context, ReadCondition
from trade.dsl.sampling import warn_of_crossings
from trade.dsl.tree import LastInstants, Reach, Rule, WindowKind
from trade.dsl.written import flow
from trade.play.fields import number_hint

DURATION = "_duration"
MOST_BARS, MOST_MINUTES = 500, 1440
_REACHES = ("bars", "anchor_tf", "duration")
_MINUTES = {"m": 1, "h": 60, "d": 1440}
WINDOWS: Mapping[str, WindowKind] = {f"{kind}{suffix}": kind for kind in WindowKind for suffix in ("", DURATION)}


def read_window(ctx: Context, head: str, value: object, inside: Path, path: Path, read: ReadCondition) -> Rule | None:
    """Read the map under a window's name; `read` reads its condition."""
    kind, timed = WINDOWS[head], head.endswith(DURATION)
    if not isinstance(value, dict):
        ctx.notes.error(inside, "malformed-rule", f"'{head}' takes a map", _example(head))
        return None
    known = ["expr", *(["duration"] if timed else ["bars", "anchor_tf"]), *(["min_true"] if kind is WindowKind.COUNT_TRUE else [])]
    unknown = ctx.notes.unknown_keys(value, known, inside, f"'{head}'", _of_siblings(kind, timed))
    missing = [key for key in known if key not in value and key != "anchor_tf"]
    misspelt = [meant(str(key), known) or ("duration" if timed else "bars") * (key in _REACHES) for key in unknown]
    if missing and set(missing) <= set(misspelt):
        return None
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


def _of_siblings(kind: WindowKind, timed: bool) -> Mapping[str, str]:
    """Return what to do with the reach of the sibling, which counts bars where this one takes a duration, or the other way round."""
    if timed:
        return dict.fromkeys(("bars", "anchor_tf"), f"`{kind}` takes bars; this one takes `duration: 30m`")
    return {"duration": f"`{kind}{DURATION}` takes a duration; this one takes `bars: 10`"}


def _example(head: str) -> str:
    reach = "duration: 30m" if head.endswith(DURATION) else "bars: 10"
    least = ", min_true: 3" if WINDOWS[head] is WindowKind.COUNT_TRUE else ""
    return f"write {head}: {{{reach}{least}, expr: [[lhs, op, rhs]]}}"


def _read_bars(ctx: Context, value: dict[str, Any], inside: Path) -> Reach | None:
    bars = _read_whole(ctx, value["bars"], MOST_BARS, (*inside, "bars"))
    anchor = value.get("anchor_tf")
    if anchor is not None and anchor not in NAMES:
        hint = did_you_mean(str(anchor), NAMES, f"known: {', '.join(NAMES)}")
        ctx.notes.error((*inside, "anchor_tf"), "unknown-timeframe", f"'{anchor}' is not a timeframe", hint)
        return None
    return None if bars is None else Reach(bars, None if anchor is None else Timeframe(anchor))


def _read_duration(ctx: Context, value: object, path: Path) -> Reach | None:
    found = re.fullmatch(r"([0-9]{1,6})([mhd])", value.lower()) if isinstance(value, str) else None
    if found is None:
        bare = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_MINUTES
        hint = f"write `{value}m`" if bare else "write minutes, hours or days up to `1d`"
        ctx.notes.error(path, "malformed-rule", f"duration '{value}' is not like 30m, 4h or 1d", hint)
        return None
    minutes = int(found[1]) * _MINUTES[found[2]]
    if not 1 <= minutes <= MOST_MINUTES:
        fact = f"a duration of '{value}' is {minutes} minutes; 1 to {MOST_MINUTES} are possible"
        ctx.notes.error(path, "out-of-range", fact, "use bars with an anchor_tf for a longer look back")
        return None
    return Reach(duration_ms=minutes * MINUTE_MS)


def _nearest_whole(value: object, most: int) -> str:
    """Say which number to write: the bound that was passed, or any."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"a whole number from 1 to {most}"
    return (
        f"at least `1`, the instant itself, and at most {most}" if value < 1 else f"at most `{most}`" if value > most else "a whole number"
    )


def _read_whole(ctx: Context, value: object, most: int, path: Path) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        what = "text, " if isinstance(value, str) else ""
        said = flow(value) if isinstance(value, (list, dict)) else f"'{value}'"
        fact = f"'{path[-1]}' is {what}{said}; whole numbers from 1 to {most} are possible"
        ctx.notes.error(path, "out-of-range", fact, number_hint(value) or f"write {_nearest_whole(value, most)}")
        return None
    return value
