"""Files to begin with: what `trade init` and `trade play new` write runs at once, and nothing that was there is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from command_line import Trade

from trade.play.lookup import SHIPPED, list_plays
from trade.run.accepted import accept_file
from trade.run.scaffold import templates

PLAYS = [path.stem for path in list_plays(SHIPPED)]


def test_ten_plays_come_with_the_program_and_none_has_anything_to_warn_of() -> None:
    assert len(PLAYS) == 10
    for path in list_plays(SHIPPED):
        accepted = accept_file(path)
        assert accepted.findings == (), path
        assert (accepted.play.name, bool(accepted.play.description)) == (path.stem, True)


def test_a_folder_is_begun_and_begun_again_without_a_change(trade: Trade, tmp_path: Path) -> None:
    home = tmp_path / "new"
    first = trade("init", home, "--json").json
    assert [Path(name).relative_to(home).as_posix() for name in first["written"]] == [
        *(f"configs/plays/{name}.yml" for name in PLAYS),
        ".gitignore",
        "play.schema.json",
        ".vscode/settings.json",
    ]
    assert first["left"] == []
    mine = home / "configs/plays/sample.yml"
    mine.write_text("mine")
    (home / ".gitignore").unlink()
    again = trade("init", home, "--json").json
    assert again["written"] == [str(home / ".gitignore")]
    assert len(again["left"]) == len(first["written"]) - 1
    assert mine.read_text() == "mine"
    assert json.loads((home / "play.schema.json").read_text()) == trade("play", "schema").json


@pytest.mark.parametrize("template", sorted(templates()))
def test_a_new_play_of_every_template_runs_and_trades(template: str, trade: Trade, market: Path, tmp_path: Path) -> None:
    said = trade("play", "new", "first_try", "--template", template, "--plays", tmp_path, "--json").json
    text = (tmp_path / "first_try.yml").read_text()
    assert (said["file"], said["template"]) == (str(tmp_path / "first_try.yml"), template)
    assert text.count("#") >= 5  # it teaches
    assert accept_file(tmp_path / "first_try.yml").findings == ()
    run = trade("backtest", "run", tmp_path / "first_try.yml", "--db", market, "--out", tmp_path / "out", "--json").json
    assert (run["play"], run["status"]) == ("first_try", "completed")
    assert run["metrics"]["total_trades"] >= 10


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("x", "--template", "cros"), "unknown-template", "did you mean `cross`?"),
        (("taken",), "play-exists", "choose another name"),
        (("../x",), "bad-text", "letters"),
        (("a/b",), "bad-text", "letters"),
        (("",), "bad-text", "letters"),
        (("x" * 300,), "bad-text", "letters"),
    ],
)
def test_a_name_or_template_that_cannot_be_is_refused(words: tuple[str, ...], code: str, hint: str, trade: Trade, tmp_path: Path) -> None:
    (tmp_path / "taken.yml").write_text("mine")
    said = trade("play", "new", *words, "--plays", tmp_path, "--json")
    assert (said.code, said.codes) == (2, [code])
    assert hint in said.json["findings"][0]["hint"]
    assert [path.name for path in tmp_path.iterdir()] == ["taken.yml"]
    assert (tmp_path / "taken.yml").read_text() == "mine"


def test_the_list_of_plays_says_what_each_is_and_which_is_wrong(trade: Trade, tmp_path: Path) -> None:
    trade("play", "new", "good", "--plays", tmp_path)
    (tmp_path / "bad.yml").write_text("name: bad\n")
    told = trade("play", "list", "--plays", tmp_path, "--json").json["plays"]
    assert told == [
        {"name": "bad", "valid": False, "symbol": "", "timeframe": "", "description": ""},
        {
            "name": "good",
            "valid": True,
            "symbol": "SAMPLEUSDT",
            "timeframe": "15m",
            "description": yaml.safe_load((tmp_path / "good.yml").read_text())["description"],
        },
    ]
    shown = trade("play", "list", "--plays", tmp_path).out.splitlines()
    assert shown[1].split(maxsplit=1) == ["bad", "wrong: see 'trade play validate'"]


@pytest.mark.parametrize("name", ["a: b", "12", "no", "naïve x", "'"])
def test_a_name_that_yaml_would_read_otherwise_is_quoted(name: str, trade: Trade, tmp_path: Path) -> None:
    assert trade("play", "new", name, "--plays", tmp_path).code == 0
    assert accept_file(tmp_path / f"{name}.yml").play.name == name
