"""A run without trades says which condition never held, or why entries were rejected (RULE-6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Said, Trade
from runs import PLAYS

TEXT = (PLAYS / "cross_both_sides.yml").read_text()


@pytest.fixture
def run(trade: Trade, market: Path, tmp_path: Path):
    def call(old: str, new: str, *words: str) -> Said:
        assert old in TEXT
        play = tmp_path / "idle.yml"
        play.write_text(TEXT.replace(old, new).replace("name: cross_both_sides", "name: idle"))
        return trade("backtest", "run", play, "--db", market, "--out", tmp_path / "out", *words)

    return call


def test_the_condition_that_never_held_is_named(run) -> None:
    said = run('[rsi_14, "<", 70]', '[rsi_14, "<", 1]', "--to", "2025-01-09")
    assert said.code == 0
    assert "no trades: 'rsi_14 < 1' never held (false 167 times, missing 0 times)" in said.out
    assert "rsi_14 < 1  <- never held" in said.out
    document = run('[rsi_14, "<", 70]', '[rsi_14, "<", 1]', "--to", "2025-01-09", "--json").json
    assert document["metrics"]["total_trades"] == 0
    notes = [finding for finding in document["findings"] if finding["code"] == "no-trades"]
    assert ("note", "actions.entry_long.all[2]") in [(note["severity"], note["path"]) for note in notes]
    [row] = [row for row in document["funnel"] if row["path"] == "actions.entry_long.all[2]"]
    assert (row["true"], row["false"], row["missing"]) == (0, 167, 0)


def test_a_run_that_trades_has_no_such_note(run) -> None:
    document = run('[rsi_14, "<", 70]', '[rsi_14, "<", 69]', "--json").json
    assert document["metrics"]["total_trades"] > 10
    assert [finding for finding in document["findings"] if finding["code"] == "no-trades"] == []


def test_parts_that_never_met_are_named_together(run) -> None:
    said = run('[rsi_14, "<", 70]', '[rsi_14, "<", 1]', "--to", "2025-01-09")
    assert "the parts of 'actions.entry_short' held at times, never together (false 167 times, missing 0 times)" in said.out


def test_rejected_entries_are_shown_by_their_code(run) -> None:
    said = run("max_position_pct: 50", "max_position_pct: 0.001", "--to", "2025-02-01")
    assert "rejected entries: " in said.out
    assert "below_minimum" in said.out
    assert "no trades: every entry was rejected" in said.out
    document = run("max_position_pct: 50", "max_position_pct: 0.001", "--to", "2025-02-01", "--json").json
    assert document["rejections"]["below_minimum"] > 0
