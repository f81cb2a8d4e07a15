"""Read what a case emits: action words, or maps with `action`, `percent`, `metadata`."""

from __future__ import annotations

from trade.base.nearest import did_you_mean
from trade.base.places import Path
from trade.dsl.context import Context
from trade.dsl.tree import Action
from trade.play.unsupported import refusal

_ADJUST = ("adjust_stop", "adjust_target", "adjust_size")
_KEYS = ("action", "percent", "metadata")
_EXITS = (Action.EXIT_LONG, Action.EXIT_SHORT, Action.EXIT_ALL)


def read_emits(ctx: Context, value: object, path: Path) -> tuple[Action, ...] | None:
    """Read the list under `emit`."""
    if not isinstance(value, list) or not value:
        ctx.notes.error(path, "malformed-rule", "'emit' takes a list of at least one action", "write emit: [entry_long]")
        return None
    actions = [_read_emit(ctx, item, (*path, index)) for index, item in enumerate(value)]
    known = tuple(action for action in actions if action is not None)
    return known if len(known) == len(actions) else None


def read_action(ctx: Context, word: object, path: Path) -> Action | None:
    """Read one action word."""
    if word in _ADJUST:
        ctx.notes.error(path, *refusal("adjust-intent", f"'{word}'"))
        return None
    if not isinstance(word, str) or word not in Action.__members__.values():
        ctx.notes.error(
            path, "unknown-action", f"'{word}' is not an action", did_you_mean(str(word), Action, f"known: {', '.join(Action)}")
        )
        return None
    return Action(word)


def _read_emit(ctx: Context, item: object, path: Path) -> Action | None:
    if not isinstance(item, dict):
        return read_action(ctx, item, path)
    ctx.notes.unknown_keys(item, _KEYS, path, "an emitted action")
    if "action" not in item:
        ctx.notes.error(path, "malformed-rule", "'action' is missing", "write {action: exit_long}")
        return None
    action = read_action(ctx, item["action"], (*path, "action"))
    if action is not None and "percent" in item:
        _check_percent(ctx, action, item["percent"], (*path, "percent"))
    if "metadata" in item:
        ctx.notes.error((*path, "metadata"), *refusal("intent-metadata", f"'{item['action']}' has metadata"))
    return action


def _check_percent(ctx: Context, action: Action, percent: object, path: Path) -> None:
    if isinstance(percent, bool) or not isinstance(percent, (int, float)) or not 0 < percent <= 100:
        ctx.notes.error(path, "bad-percent", f"percent '{percent}' is not above 0 and up to 100", "write 100, or leave it out")
    elif percent < 100 and action in _EXITS:
        ctx.notes.error(path, *refusal("partial-exit", f"'{percent:g}' percent"))
    elif percent < 100:
        ctx.notes.error(path, "bad-percent", f"'{action}' takes no percent; only exits do", "leave it out")
