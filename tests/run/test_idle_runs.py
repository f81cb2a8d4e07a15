"""A run without trades says which condition never held, or why entries were rejected (RULE-6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Said, Trade
from runs import PLAYS

from trade.base.records import Rejection
from trade.run.idle import _REMEDY

TEXT = (PLAYS / "cross_both_sides.yml").read_text()
TO_MARCH = ("--from", "2025-02-01", "--to", "2025-03-01")


@pytest.fixture
def run(trade: Trade, market: Path, tmp_path: Path):
    def call(old: str, new: str, *words: str) -> Said:
        assert old in TEXT
        play = tmp_path / "idle.yml"
        play.write_text(TEXT.replace(old, new).replace("name: cross_both_sides", "name: idle"))
        return trade("backtest", "run", play, "--db", market, "--out", tmp_path / "out", *words)

    return call


def test_the_condition_that_never_held_is_named(run) -> None:
    said = run('[rsi_14, "<", 70]', '[rsi_14, "<", 1]', "--from", "2025-01-07T06:00", "--to", "2025-01-09")
    assert said.code == 0
    assert "no trades: 'rsi_14 < 1' never held (false 167 times, missing 0 times)" in said.out
    assert "rsi_14 < 1  <- never held" in said.out
    document = run('[rsi_14, "<", 70]', '[rsi_14, "<", 1]', "--from", "2025-01-07T06:00", "--to", "2025-01-09", "--json").json
    assert document["metrics"]["total_trades"] == 0
    notes = [finding for finding in document["findings"] if finding["code"] == "no-trades"]
    assert ("note", "actions.entry_long.all[2]") in [(note["severity"], note["path"]) for note in notes]
    [row] = [row for row in document["funnel"] if row["path"] == "actions.entry_long.all[2]"]
    assert (row["true"], row["false"], row["missing"]) == (0, 167, 0)


def test_a_kept_run_without_trades_shows_its_funnel_once(run, trade: Trade, tmp_path: Path) -> None:
    document = run("max_position_pct: 50", "max_position_pct: 0.001", *TO_MARCH, "--json").json
    assert document["metrics"]["total_trades"] == 0
    said = trade("runs", "show", document["run_id"], "--out", tmp_path / "out")
    assert said.out.count("actions.entry_long: all of") == 1


def test_a_run_that_trades_has_no_such_note(run) -> None:
    document = run('[rsi_14, "<", 70]', '[rsi_14, "<", 69]', "--json").json
    assert document["metrics"]["total_trades"] > 10
    assert [finding for finding in document["findings"] if finding["code"] == "no-trades"] == []


def test_parts_that_never_met_are_named_together(run) -> None:
    said = run('[rsi_14, "<", 70]', '[rsi_14, "<", 1]', "--from", "2025-01-07T06:00", "--to", "2025-01-09")
    assert "the parts of 'actions.entry_short' held at times, never together (false 167 times, missing 0 times)" in said.out


def test_rejected_entries_are_shown_by_their_code(run) -> None:
    said = run("max_position_pct: 50", "max_position_pct: 0.001", "--to", "2025-02-01")
    assert "rejected entries: " in said.out
    assert "below_minimum" in said.out
    assert "no trades: every entry was rejected" in said.out
    assert "below_minimum: raise the size or its caps" in said.err + said.out
    document = run("max_position_pct: 50", "max_position_pct: 0.001", "--to", "2025-02-01", "--json").json
    assert document["rejections"]["below_minimum"] > 0


def test_a_breakout_of_a_window_that_holds_the_present_bar_is_told_the_reason_and_the_offset(
    trade: Trade, market: Path, tmp_path: Path
) -> None:
    text = TEXT.replace("  ema_9:", "  channel: {indicator: donchian}\n  ema_9:", 1).replace(
        '[close, ">", ema_50_1h]', '[close, ">", channel.upper]'
    )
    play = tmp_path / "breakout.yml"
    play.write_text(text.replace('[close, "<", ema_50_1h]', '[close, "<", 0.5]'))
    words = ("backtest", "run", play, "--db", market, "--out", tmp_path / "out", "--from", "2025-01-07T06:00", "--to", "2025-01-09")
    said = trade(*words)
    assert (
        "no trades: 'close > channel.upper' never held and never can: 'channel.upper' looks at 20 bars, the present bar among them"
        in said.out
    )
    assert "let it look at the bars before: {feature_id: channel, field: upper, offset: 1}" in said.out
    document = trade(*words, "--json").json
    notes = {finding["path"]: finding for finding in document["findings"] if finding["code"] == "no-trades"}
    assert "offset: 1" in notes["actions.entry_long.all[0]"]["hint"]
    assert [finding["path"] for finding in document["findings"] if finding["code"] == "never-by-window"] == ["actions.entry_long.all[0]"]
    play.write_text(play.read_text().replace("channel.upper]", "{feature_id: channel, field: upper, offset: 1}]"))
    assert "never-by-window" not in trade(*words, "--json").out


def test_a_window_in_which_no_feature_has_begun_names_the_feature_and_the_days(run) -> None:
    said = run(
        "ema_50_1h: {indicator: ema, params: {length: 50}, tf: 1h}", "ema_50_1h: {indicator: sma, params: {length: 200}, tf: D}", *TO_MARCH
    )
    assert "no decision was taken in 2025-02-01 00:00 .. 2025-03-01 00:00: 'ema_50_1h' has its first value after 200 bars of D" in said.out
    assert "import 169 days of earlier history" in said.out
    assert "never held" not in said.out
    assert "rsi_14 < 70  <- never asked" in said.out


def test_a_window_of_one_bar_is_told_that_no_decision_is_taken_in_it(run) -> None:
    said = run("exec: low_tf", "exec: low_tf", "--from", "2025-02-01", "--to", "2025-02-01T00:15")
    assert "no decision was taken in 2025-02-01 00:00 .. 2025-02-01 00:15: it is one bar of 15m" in said.out
    assert "never held" not in said.out


def test_a_value_that_was_never_there_is_told_so(trade: Trade, market: Path, tmp_path: Path) -> None:
    play = tmp_path / "idle.yml"
    long_ago = "{feature_id: rsi_14, offset: 6000}"
    play.write_text(
        TEXT.replace('[rsi_14, "<", 70]', f'[rsi_14, "<", {long_ago}]').replace('[rsi_14, ">", 30]', f'[rsi_14, ">", {long_ago}]')
    )
    said = trade("backtest", "run", play, "--db", market, "--out", tmp_path / "out", *TO_MARCH)
    assert "no trades: 'rsi_14 < rsi_14 (6000 bars ago)' was missing at all 2,687 decisions" in said.out
    assert "look at its output, its offset" in said.out


def test_a_run_that_starved_says_that_its_equity_cannot_pay_the_smallest_order(run) -> None:
    said = run("starting_equity_usdt: 10000", "starting_equity_usdt: 2", *TO_MARCH)
    assert said.code == 0
    assert "no trades: an equity of 2.00 USDT cannot pay the smallest order of 'sample:linear:SAMPLEUSDT'" in said.out


def test_every_rejection_has_a_remedy_of_its_own() -> None:
    assert set(_REMEDY) == set(Rejection)
    assert len(set(_REMEDY.values())) == len(Rejection)
