"""Which intents the actions of a Play name, and where; the conditions around them are read by `trade.dsl`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trade.base.places import Path
from trade.play.notes import Notes
from trade.play.spec import Policy, Risk

ENTRIES = ("entry_long", "entry_short")
EXITS = ("exit_long", "exit_short", "exit_all")
WORDS = (*ENTRIES, *EXITS, "no_action", "adjust_stop", "adjust_target", "adjust_size")
_FORBIDS = {"long_only": ("entry_short", "exit_short"), "short_only": ("entry_long", "exit_long"), "long_short": ()}


@dataclass(frozen=True)
class WrittenIntent:
    """One intent as written: its word, and its place in the file."""

    word: str
    path: Path


def find_intents(actions: object) -> tuple[WrittenIntent, ...]:
    """Return the intents of both forms: a map of intents, or a list of blocks with cases and else."""
    if isinstance(actions, dict):
        return tuple(WrittenIntent(word, ("actions", word)) for word in actions)
    return tuple(_of_blocks(actions)) if isinstance(actions, list) else ()


def _of_blocks(blocks: list[Any]) -> Iterator[WrittenIntent]:
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        path: Path = ("actions", index)
        cases = block.get("cases")
        branches = [((*path, "cases", at), case) for at, case in enumerate(cases)] if isinstance(cases, list) else []
        for where, branch in [*branches, ((*path, "else"), block.get("else"))]:
            emitted = branch.get("emit") if isinstance(branch, dict) else None
            for at, item in enumerate(emitted if isinstance(emitted, list) else []):
                word = item.get("action") if isinstance(item, dict) else item
                if isinstance(word, str):
                    yield WrittenIntent(word, (*where, "emit", at))


def check_intents(intents: tuple[WrittenIntent, ...], policy: Policy | None, risk: Risk | None, section: str, notes: Notes) -> None:
    """Refuse a policy that the intents contradict; what is wrong with an intent itself is said by the rules' reader.

    `section` is the key under which the risk stands, or would stand: risk or risk_model.
    """
    words = {intent.word for intent in intents}
    if words and not words & set(ENTRIES) and words <= set(WORDS):
        notes.error("no-entry", ("actions",), "no action enters a position", "add entry_long or entry_short", at_key=True)
    if policy is not None:
        _check_mode(intents, policy, notes)
        _check_exit_mode(intents, policy, risk, section, notes)


def _check_mode(intents: tuple[WrittenIntent, ...], policy: Policy, notes: Notes) -> None:
    forbidden = _FORBIDS[policy.mode]
    entries = [intent for intent in intents if intent.word in ENTRIES]
    none_acts = bool(entries) and all(intent.word in forbidden for intent in entries)
    for intent in intents:
        if intent.word in forbidden and not (none_acts and intent in entries):
            fact = f"'{intent.word}' never acts while position_policy.mode is '{policy.mode}'"
            notes.warn("mode-forbids", intent.path, fact, "write `mode: long_short`, or remove it")
    if none_acts:
        fact = f"no action enters a position that the mode '{policy.mode}' permits"
        notes.error("no-entry", ("actions",), fact, f"write `mode: {_mode_of(entries)}` under position_policy", at_key=True)


def _mode_of(entries: list[WrittenIntent]) -> str:
    """Return the mode that permits these entries."""
    words = {intent.word for intent in entries}
    return "long_short" if len(words) == len(ENTRIES) else {"entry_long": "long_only", "entry_short": "short_only"}[words.pop()]


def _check_exit_mode(intents: tuple[WrittenIntent, ...], policy: Policy, risk: Risk | None, section: str, notes: Notes) -> None:
    exits = [intent for intent in intents if intent.word in EXITS]
    lacking = _lacking(risk, section)
    exit_word = {"long_only": "exit_long", "short_only": "exit_short"}.get(policy.mode, "exit_all")
    if policy.exit_mode == "sl_tp_only":
        for intent in exits:
            fact = f"'{intent.word}' cannot act while exit_mode is 'sl_tp_only'"
            notes.error("exit-mode-forbids", intent.path, fact, "write `exit_mode: first_hit` under position_policy, or remove it")
        if lacking:
            words = " and ".join(lacking)
            first_hit = "write `exit_mode: first_hit`" + ("" if exits else f" and `{exit_word}:` under actions")
            hint = f"add {' and '.join(f'`{key}`' for key in lacking.values())} under {section}, or {first_hit}"
            notes.error("exit-mode-needs-levels", ("position_policy", "exit_mode"), f"exit_mode 'sl_tp_only' has no {words}", hint)
    elif risk is not None and not exits and risk.stop_loss is None and risk.take_profit is None:
        fact = f"exit_mode '{policy.exit_mode}' has no exit action, no stop-loss and no take-profit"
        notes.warn("never-exits", ("actions",), fact, f"add `{exit_word}:` under actions")
    elif policy.exit_mode == "signal" and not exits:
        by_levels = "write `exit_mode: first_hit`" if lacking else "write `exit_mode: sl_tp_only`"
        fact = "exit_mode 'signal' has no exit action"
        notes.warn("never-exits-by-signal", ("actions",), fact, f"add `{exit_word}:` under actions, or {by_levels}")


def _lacking(risk: Risk | None, section: str) -> dict[str, str]:
    """Return the levels that a risk has not, each with how it is written in its section."""
    if risk is None:
        return {}
    short = section == "risk"
    levels = {
        "stop-loss": (risk.stop_loss, "stop_loss_pct: 2" if short else "stop_loss: {type: percent, value: 2}"),
        "take-profit": (risk.take_profit, "take_profit_pct: 4" if short else "take_profit: {type: percent, value: 4}"),
    }
    return {name: written for name, (level, written) in levels.items() if level is None}
