"""A Play on a made market, from the command line: the recipe lands in the inputs, and verify makes it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import SAMPLE

BARS = ("--bars", "20000")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def run(trade, out):
    def call(*words, play=SAMPLE):
        return trade("backtest", "run", play, *words, "--out", out, "--db", out / "db", "--json")

    return call


@pytest.fixture
def named(tmp_path):
    play = tmp_path / "named.yml"
    play.write_text(SAMPLE.read_text() + "\nvalidation: {pattern: trend_stairs}\n")
    return play


def inputs(said):
    return json.loads((Path(said.json["folder"]) / "run_manifest.json").read_text())


def test_the_window_is_the_pattern_and_the_recipe_is_in_the_inputs(run):
    said = run("--synthetic", "range_wide", "--seed", "3", *BARS)
    assert said.code == 0
    manifest = inputs(said)
    assert manifest["options"]["synthetic"] == {"pattern": "range_wide", "seed": 3, "bars": 20_000}
    assert manifest["symbol"].startswith("synthetic:linear:")
    assert manifest["window_to_ms"] - manifest["window_from_ms"] == 20_000 // 15 * 15 * 60_000
    assert [finding for finding in said.json["findings"] if finding["severity"] != "note"] == []


def test_the_same_recipe_is_the_same_run_and_another_is_not(run):
    first, again = run("--synthetic", "range_wide", *BARS), run("--synthetic=range_wide", "--seed", "42", *BARS)
    other = run("--synthetic", "range_wide", "--seed", "43", *BARS)
    assert (again.json["run_id"], again.json["existed"]) == (first.json["run_id"], True)
    assert other.json["run_id"] != first.json["run_id"]
    assert other.json["run_hash"] != first.json["run_hash"]


@pytest.mark.parametrize("edge", [("--from", "2023-12-31"), ("--to", "2024-01-15"), ("--from", "2025-01-01")])
def test_a_window_beyond_the_pattern_is_refused_with_the_span_there_is(edge, run):
    said = run("--synthetic", "range_wide", *BARS, *edge)
    [finding] = said.json["findings"]
    assert (said.code, finding["code"]) == (2, "outside-made-market")
    assert edge[0] in finding["fact"]
    assert "2024-01-01 00:00 .. 2024-01-14 21:20" in finding["fact"]


def test_a_window_inside_the_pattern_is_run(run):
    said = run("--synthetic", "range_wide", *BARS, "--from", "2024-01-01", "--to", "2024-01-14T21:15")
    assert (said.code, inputs(said)["window_to_ms"]) == (0, 1_705_266_900_000)


def test_verify_makes_the_market_again(run, trade, out):
    said = run("--synthetic", "trending_with_gaps", *BARS)
    checked = trade("runs", "verify", said.json["folder"], "--out", out, "--db", out / "nowhere", "--json")
    assert (checked.code, checked.json["status"]) == (0, "identical")
    assert not (out / "nowhere").exists()


def test_without_a_name_the_pattern_of_the_play_is_taken(run, named):
    for words in (("--synthetic", *BARS), (*BARS, "--synthetic")):
        assert inputs(run(*words, play=named))["options"]["synthetic"]["pattern"] == "trend_stairs"
    assert inputs(run("--synthetic", "ranging", *BARS, play=named))["options"]["synthetic"]["pattern"] == "ranging"


def test_what_the_play_says_of_its_market_is_taken_and_options_say_more(run, named):
    named.write_text(SAMPLE.read_text() + "\nvalidation: {pattern: trend_stairs, bars: 21000, seed: 7}\n")
    said = run("--synthetic", play=named)
    assert inputs(said)["options"]["synthetic"] == {"pattern": "trend_stairs", "seed": 7, "bars": 21_000}
    assert [finding for finding in said.json["findings"] if finding["code"] == "note-only"] == []
    same = run("--synthetic", "trend_stairs", "--seed", "7", "--bars", "21000")
    assert (inputs(same)["input_hash"], same.json["run_hash"]) == (inputs(said)["input_hash"], said.json["run_hash"])
    assert inputs(run("--synthetic", "ranging", play=named))["options"]["synthetic"] == {"pattern": "ranging", "seed": 7, "bars": 21_000}
    assert inputs(run("--synthetic", "--seed", "0", play=named))["options"]["synthetic"]["seed"] == 0
    assert inputs(run("--synthetic", *BARS, play=named))["options"]["synthetic"] == {"pattern": "trend_stairs", "seed": 7, "bars": 20_000}


def test_a_play_written_with_its_run_makes_the_same_market_again(run, named):
    named.write_text(SAMPLE.read_text() + "\nvalidation: {pattern: trend_stairs, bars: 21000, seed: 7}\n")
    first = run("--synthetic", play=named)
    again = run("--synthetic", play=Path(first.json["folder"]) / "play.yml")
    assert (again.json["run_id"], again.json["existed"]) == (first.json["run_id"], True)


def test_what_the_play_says_of_its_made_market_changes_no_other_run(run, named):
    named.write_text(SAMPLE.read_text() + "\nvalidation: {pattern: trend_stairs, bars: 21000, seed: 7}\n")
    assert inputs(run("--to", "2025-01-20", play=named))["input_hash"] == inputs(run("--to", "2025-01-20"))["input_hash"]


def test_a_bootstrap_of_the_sample_market_runs_and_verifies(run, trade, out):
    said = run("--synthetic", "bootstrap:SAMPLEUSDT", *BARS)
    assert said.code == 0
    assert trade("runs", "verify", said.json["folder"], "--out", out, "--db", out / "db", "--json").json["status"] == "identical"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--synthetic"], "no-pattern"),
        (["--synthetic", "range_wid"], "unknown-pattern"),
        (["--synthetic", "ranging", "--bars", "5"], "bad-synthetic-bars"),
        (["--synthetic", "ranging", "--seed", "-5"], "bad-seed"),
        (["--seed", "5"], "only-synthetic"),
        (["--bars", "5000"], "only-synthetic"),
    ],
)
def test_what_makes_no_sense_is_refused(words, code, run):
    said = run(*words)
    assert (said.code, said.codes) == (2, [code])


def test_the_patterns_are_listed_with_their_meaning(trade):
    told = trade("data", "patterns", "--json").json["patterns"]
    assert len(told) == 38
    assert all(each["meaning"] and each["defining"] for each in told)
    assert "trend_stairs" in trade("data", "patterns").out
