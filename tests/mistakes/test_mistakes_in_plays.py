"""Over a hundred mistakes in Plays, one message each: place, fact, and a hint that works when followed to the letter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from json_schema import Judge
from mistaken import SOUND, Mistake, said_of, table

from trade.base.findings import errors
from trade.dsl.schema import rules_schema
from trade.play.document import read_document
from trade.play.scalars import as_plain
from trade.play.schema import json_schema
from trade.run.names import CATALOGUE

MISTAKES = table()
_QUOTED = re.compile(r"`([^`]+)`")
_ROOT = Path(__file__).parents[2]
_PLAYS = [*_ROOT.glob("configs/plays/*.yml"), *_ROOT.glob("src/trade/**/*.yml"), *_ROOT.glob("tests/run/plays/*.yml")]


@pytest.fixture(scope="module")
def editor() -> Judge:
    return Judge(json_schema(CATALOGUE, rules_schema()))


def values(text: str) -> Any:
    """Return what an editor sees of a file, or None where it is no YAML."""
    document, _ = read_document(text, "play.yml")
    return None if document.data is None else as_plain(document.data)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.written)
def test_a_mistake_is_one_message_with_its_place_and_what_to_do(mistake: Mistake, tmp_path: Path) -> None:
    [finding] = said_of(mistake.text, tmp_path)
    place = f"{finding.place.line}:{finding.place.column} {finding.place.path}".strip()
    assert (finding.code, place, finding.fact, finding.hint) == (mistake.code, mistake.at, mistake.fact, mistake.hint)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.written)
def test_who_follows_the_hint_to_the_letter_has_a_sound_play(mistake: Mistake, tmp_path: Path) -> None:
    said = said_of(mistake.mended_text, tmp_path)
    assert (errors(said), [finding for finding in said if finding.code == mistake.code]) == ((), [])
    proposed = _QUOTED.findall(mistake.hint)
    assert not proposed or any(words in mistake.mended for words in proposed)


def test_the_table_is_of_different_mistakes_in_a_sound_play(tmp_path: Path) -> None:
    assert said_of(SOUND, tmp_path) == []
    assert len({mistake.written for mistake in MISTAKES}) == len(MISTAKES) >= 60


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.written)
def test_the_schema_shows_an_editor_what_needs_no_knowledge_of_the_whole_play(mistake: Mistake, editor: Judge) -> None:
    seen = values(mistake.text)
    assert (seen is None or editor.refuses(seen)) is mistake.schema
    assert not editor.refuses(values(mistake.mended_text))


def test_of_these_mistakes_an_editor_sees_four_in_five() -> None:
    assert sum(mistake.schema for mistake in MISTAKES) >= max(50, len(MISTAKES) * 4 // 5)


@pytest.mark.parametrize("path", _PLAYS, ids=lambda path: path.stem)
def test_no_editor_marks_a_play_that_runs(path: Path, editor: Judge) -> None:
    assert not editor.refuses(values(path.read_text(encoding="utf-8")))


def with_lines(**lines: str) -> str:
    text = SOUND
    for key, line in lines.items():
        text = "\n".join(line if old.strip().startswith(f"{key}:") else old for old in text.splitlines()) + "\n"
    return text


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (
            {
                "position_policy": "position_policy: {mode: long, exit_mode: sl_tp_only}",
                "entry_long": '  entry_long: [[rsi_14, crosses_abov, 30]]',
            },
            ["unknown-operator", "unknown-word"],
        ),
        ({"entry_long": "  entry_long: [[close, crosses_abov, bb_20.uppr]]"}, ["unknown-operator", "unknown-output"]),
        ({"entry_long": '  entry_long: [[rsi_14, "<", "{{ dipp }}"], {setup: cheap}]'}, ["unknown-variable"]),
    ],
)  # fmt: skip
def test_no_mistake_hides_another(lines: dict[str, str], codes: list[str], tmp_path: Path) -> None:
    text = with_lines(**lines) + ("variables: {dip: 30}\n" if "dipp" in str(lines) else "")
    assert sorted(finding.code for finding in said_of(text, tmp_path)) == codes


def test_a_hint_names_what_its_rule_takes_to_be_declared(tmp_path: Path) -> None:
    [finding] = said_of(with_lines(entry_long='  entry_long: ["williams > 50 and rsi_14 < 30"]'), tmp_path)
    assert finding.hint == 'write `{all: [[williams, ">", 50], [rsi_14, "<", 30]]}`, and declare williams under features'
