"""Every example of a help can be typed, and every command that the pages name exists."""

from __future__ import annotations

import re
import shlex

import pytest
import typer
from command_line import ROOT

from trade.cli.app import app
from trade.cli.page import helps, render

HELPS = dict(helps())
EXAMPLES = sorted({line.strip().removeprefix("Example: ") for text in HELPS.values() for line in text.splitlines() if "Example: " in line})
IN_DOCS = sorted(
    {
        command
        for page in (ROOT / "docs" / "cli.md", ROOT / "docs" / "findings.md", ROOT / "docs" / "gates.md")
        if page.is_file()
        for command in re.findall(r"`(trade [^`]+)`", page.read_text(encoding="utf-8"))
    }
)


def parsed(line: str) -> None:
    """Walk the words of a line down the commands and let the last one parse its own; raises what the parser raises."""
    words = shlex.split(line.partition(" > ")[0])[1:]
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="trade")
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.commands[name]
        context = typer.Context(command, info_name=name, parent=context)
    command.make_context(context.info_name, words, resilient_parsing="--help" in words)


def test_the_page_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render()
    monkeypatch.setenv("COLUMNS", "47")
    monkeypatch.setenv("TERM", "dumb")
    assert render() == before


@pytest.mark.parametrize("path", HELPS)
def test_every_help_ends_with_an_example_of_its_own(path: str) -> None:
    assert f"{HELPS[path].splitlines()[-1].strip()} ".startswith(f"Example: {path} ")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_parses(example: str) -> None:
    parsed(example)


@pytest.mark.parametrize("command", IN_DOCS)
def test_every_command_that_the_pages_name_exists(command: str) -> None:
    words = shlex.split(command)
    context = HELPS
    depth = next((n for n in range(len(words), 0, -1) if " ".join(words[:n]) in context), 0)
    assert depth > 1 or words[1:] == ["--help"], command
    options = [word for word in words[depth:] if word.startswith("--")]
    assert [option for option in options if option not in context[" ".join(words[:depth])]] == []


def test_an_option_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(Exception, match="--no-such-option"):
        parsed("trade backtest run sample --no-such-option")


@pytest.mark.parametrize("path", [path for path in HELPS if path.count(" ") == 2 or path == "trade bench"])
def test_every_command_takes_json_and_quiet(path: str) -> None:
    assert "--json" in HELPS[path]
    assert "--quiet" in HELPS[path]
