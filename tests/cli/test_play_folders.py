"""`trade play validate` takes files, folders and names together, and says everything about all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import SAMPLE, Trade

GOOD = SAMPLE.read_text(encoding="utf-8")
BAD = GOOD.replace("ema_21", "ema_12", 1)


@pytest.fixture
def plays(tmp_path: Path) -> Path:
    for name, text in (
        ("good.yml", GOOD),
        ("deep/down/bad.yaml", BAD),
        ("worse.yml", "version: 1\n"),
        ("_draft.yml", BAD),
        ("notes.txt", BAD),
    ):
        path = tmp_path / "plays" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "plays"


def test_a_folder_is_checked_to_its_bottom_and_every_mistake_is_told(trade: Trade, plays: Path) -> None:
    said = trade("play", "validate", plays)
    assert said.code == 2
    assert said.out.splitlines() == [f"{plays / 'good.yml'}: valid, play_hash {said.out.split()[3]}", "3 Plays: 1 valid, 2 wrong"]
    assert f"{plays / 'deep' / 'down' / 'bad.yaml'}:24:30 actions.entry_long.all[1]" in said.err
    assert f"{plays / 'worse.yml'}:1:10 version" in said.err
    assert "_draft" not in said.err


def test_folders_files_and_names_mix_and_each_is_a_line_of_the_json(trade: Trade, plays: Path) -> None:
    said = trade("play", "validate", plays / "deep", SAMPLE, "sample", plays / "deep" / "down" / "bad.yaml", "--json")
    assert said.code == 2
    document = said.json
    assert document["counts"] == {"checked": 3, "valid": 2, "wrong": 1}
    assert [(each["play"], each["valid"]) for each in document["plays"]] == [
        (str(plays / "deep" / "down" / "bad.yaml"), False),
        (str(SAMPLE), True),
        ("sample", True),
    ]
    assert [finding["code"] for finding in document["findings"]] == ["unknown-reference"] * 2


def test_a_folder_of_good_plays_is_valid(trade: Trade) -> None:
    said = trade("play", "validate", SAMPLE.parent)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "3 Plays: 3 valid, 0 wrong"


def test_a_folder_without_plays_is_no_success(trade: Trade, tmp_path: Path) -> None:
    said = trade("play", "validate", SAMPLE, tmp_path, "--json")
    assert (said.code, said.codes) == (2, ["unknown-play"])
    assert "is a folder without a Play" in said.json["findings"][0]["fact"]


def test_one_play_has_no_summary(trade: Trade) -> None:
    assert len(trade("play", "validate", SAMPLE).out.splitlines()) == 1


def test_two_plays_that_differ_in_their_suffix_only_are_two_runs(trade: Trade, tmp_path: Path) -> None:
    folder = tmp_path / "twins"
    folder.mkdir()
    (folder / "rsi.yml").write_text(GOOD)
    (folder / "rsi.yaml").write_text(GOOD.replace("stop_loss_pct: 8", "stop_loss_pct: 5"))
    words = ("--from", "2025-04-28", "--db", tmp_path / "store", "--out", tmp_path / "out")
    document = trade("backtest", "run", "--plays", folder, *words, "--json").json
    assert [run["chosen"]["play"] for run in document["runs"]] == ["rsi.yaml", "rsi.yml"]


def test_a_play_is_not_written_into_a_file(trade: Trade, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    said = trade("play", "new", "z", "--plays", tmp_path / "taken", "--json")
    assert (said.code, said.codes) == (2, ["bad-path"])
