"""Read setups: each once, whoever refers to it; a chain that comes back to itself is refused."""

from __future__ import annotations

from trade.base.nearest import did_you_mean
from trade.base.places import Path, path_text
from trade.dsl.context import Context, ReadCondition
from trade.dsl.tree import Rule, SetupUse


def read_setup(ctx: Context, name: str, read: ReadCondition) -> Rule | None:
    """Return the rule of a declared setup."""
    if name not in ctx.done_setups:
        ctx.open_setups.append(name)
        rule = read(ctx, ctx.setups[name], ("setups", name))
        ctx.open_setups.pop()
        ctx.done_setups[name] = rule
    return ctx.done_setups[name]


def read_setup_use(ctx: Context, name: object, inside: Path, path: Path, read: ReadCondition) -> Rule | None:
    """Read `{setup: id}`."""
    if not isinstance(name, str) or name not in ctx.setups:
        hint = did_you_mean(str(name), (str(known) for known in ctx.setups), "declare it under setups")
        ctx.notes.error(inside, "unknown-setup", f"setup '{name}' is not declared", hint)
        return None
    ctx.used_setups.add((ctx.open_setups[-1] if ctx.open_setups else None, name))
    if name in ctx.open_setups:
        ring = " -> ".join([*ctx.open_setups[ctx.open_setups.index(name) :], name])
        ctx.notes.error(inside, "setup-cycle", f"setups refer to each other in a ring: {ring}", "break the ring")
        return None
    rule = read_setup(ctx, name, read)
    if rule is None or not ctx.has_room_for(rule.height, path):
        return None
    return SetupUse(name, (rule,), path_text(path))


def reachable(ctx: Context) -> set[str]:
    """Return the setups that some action uses, directly or through other setups."""
    uses: dict[str | None, list[str]] = {}
    for user, name in ctx.used_setups:
        uses.setdefault(user, []).append(name)
    found: set[str] = set()
    frontier = list(uses.get(None, ()))
    while frontier:
        name = frontier.pop()
        if name not in found:
            found.add(name)
            frontier.extend(uses.get(name, ()))
    return found
