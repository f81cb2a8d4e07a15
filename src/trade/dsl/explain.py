"""Say a program in words: one line per rule and sub-rule, indented, with the place it was written at (RULE-6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trade.dsl.text import rule_text
from trade.dsl.tree import Action, Block, Program, Rule, SetupUse


@dataclass(frozen=True)
class Line:
    """One rule or sub-rule: its path, its text, its depth (0 for a whole rule)."""

    path: str
    text: str
    depth: int
    rule: Rule


def outline(program: Program) -> Iterator[Line]:
    """Yield every setup, then every case, each followed by its sub-rules; a setup is not repeated where it is used."""
    for setup in program.setups:
        yield from _lines(setup.rule, 0)
    for block in program.blocks:
        for case in block.cases:
            yield from _lines(case.rule, 0)


def explain(program: Program) -> tuple[str, ...]:
    """Return the program as lines of text, two blanks per level."""
    lines: list[str] = []
    for setup in program.setups:
        lines += [f"setup {setup.id}:", *_indented(setup.rule)]
    for block in program.blocks:
        lines += _block_lines(block)
    return tuple(lines)


def _lines(rule: Rule, depth: int) -> Iterator[Line]:
    yield Line(rule.path, rule_text(rule), depth, rule)
    if not isinstance(rule, SetupUse):
        for part in rule.parts:
            yield from _lines(part, depth + 1)


def _block_lines(block: Block) -> Iterator[str]:
    for index, case in enumerate(block.cases):
        yield f"{'else ' if index else ''}{_words(case.emits)} when:"
        yield from _indented(case.rule)
    if block.otherwise:
        yield f"else {_words(block.otherwise)}"


def _indented(rule: Rule) -> Iterator[str]:
    yield from ("  " * (line.depth + 1) + line.text for line in _lines(rule, 0))


def _words(actions: tuple[Action, ...]) -> str:
    return ", ".join(actions)
