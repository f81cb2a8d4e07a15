"""Sixty mistakes on the command line: exit code, place, fact, and a next command that works in the same folder."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from folder import furnish

from trade.base.errors import EXIT_DATA_MISSING, EXIT_MALFORMED, EXIT_OK
from trade.cli import console
from trade.cli.app import run

# What a hint proposes word for word; what holds a placeholder in capitals is no command yet.
_PROPOSED = re.compile(r"'(trade [^']+)'(?! lists)|did you mean ['`]([^'`]+)['`]|like '(--[^']+)'|as '(--[^']+)'")
_PLACEHOLDER = re.compile(r"\b(FILE|FOLDER|SYMBOL)\b")


@dataclass(frozen=True)
class Typed:
    """A command as typed, what is said of it, and the command that the hint leads to."""

    typed: str
    exit: int
    code: str
    fact: str
    hint: str
    next: str
    at: str = ""
    given: tuple[str, ...] = ()  # what in the next command is the user's own to say: a file, a name, an instant


TABLE = [Typed(**row) for row in yaml.safe_load((Path(__file__).parent / "commands.yml").read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    return folder


@pytest.fixture
def folder(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stand in a copy of the folder."""
    copied = tmp_path / "work"
    shutil.copytree(furnished, copied)
    monkeypatch.chdir(copied)
    yield copied
    console.configure()


@pytest.mark.parametrize("mistake", TABLE, ids=lambda mistake: mistake.typed)
def test_a_mistake_ends_with_its_code_and_the_next_command_works(mistake: Typed, folder: Path, capsys: Any) -> None:
    capsys.readouterr()
    code = run([*shlex.split(mistake.typed), "--json"])
    document = json.loads(capsys.readouterr().out)
    [finding] = [finding for finding in document["findings"] if finding["severity"] == "error"]
    line = f":{finding['line']}:{finding['column']}" if finding["line"] else ""
    place = f"{finding['file']}{line} {finding['path']}".strip()
    assert (code, document["exit_code"], finding["code"], place) == (mistake.exit, mistake.exit, mistake.code, mistake.at)
    assert (finding["fact"], finding["hint"]) == (mistake.fact, mistake.hint)
    console.configure()
    assert run(shlex.split(mistake.next)) == EXIT_OK, capsys.readouterr().err


@pytest.mark.parametrize("mistake", TABLE, ids=lambda mistake: mistake.typed)
def test_the_next_command_is_what_the_hint_proposes(mistake: Typed) -> None:
    proposed = [next(filter(None, words)) for words in _PROPOSED.findall(mistake.hint)]
    whole = [words for words in proposed if not _PLACEHOLDER.search(words)]
    assert not whole or any(words in f"trade {mistake.next}" for words in whole)


@pytest.mark.parametrize("mistake", TABLE, ids=lambda mistake: mistake.typed)
def test_the_next_command_has_nothing_that_was_neither_typed_nor_proposed_nor_is_for_the_user_to_say(mistake: Typed) -> None:
    """A run is stood in for by its preflight, which asks the same and takes less time."""
    words = shlex.split(mistake.next.replace("backtest preflight", "backtest run"))
    typed, proposed = shlex.split(mistake.typed), re.findall(r"[^\s'`\",;()]+", mistake.hint)
    own = [word for word in words if word not in (*typed, *proposed) and word.rstrip(".") not in proposed]
    assert sorted(own) == sorted(mistake.given)
    assert not [word for word in mistake.given if word.startswith("-")]


def test_a_page_of_help_is_the_next_step_only_where_the_hint_names_it() -> None:
    """What asks an exchange cannot be run here, and a benchmark takes too long."""
    helped = [mistake for mistake in TABLE if "--help" in mistake.next and "--help" not in mistake.hint]
    assert [mistake.typed for mistake in helped if not mistake.typed.startswith(("data sync", "bench"))] == []
    assert all(mistake.next != mistake.typed for mistake in TABLE)


def test_the_table_is_of_different_mistakes() -> None:
    assert len({mistake.typed for mistake in TABLE}) == len(TABLE) >= 45
    assert {mistake.exit for mistake in TABLE} == {EXIT_MALFORMED, EXIT_DATA_MISSING}
