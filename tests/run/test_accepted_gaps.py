"""An accepted outage is closed market: the run starts, says so, is hashed with it, and is verified with the gaps it had."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import Said, Trade
from runs import PLAYS

from trade.base.timeframe import HOUR_MS, MINUTE_MS
from trade.market.columns import take
from trade.market.names import Kind
from trade.market.writer import writing
from trade.synthetic.sample import SERIES, START_MS, sample_bars

PLAY = PLAYS / "cross_both_sides.yml"
FIRST_MS, END_MS = START_MS + 40 * 24 * HOUR_MS, START_MS + 40 * 24 * HOUR_MS + 5 * HOUR_MS
SPAN = ("--from", "2025-02-10T00:00", "--to", "2025-02-10T05:00")


@pytest.fixture
def db(market: Path, tmp_path: Path) -> Path:
    """The sample market with an outage of five hours."""
    path = tmp_path / "store"
    shutil.copytree(market, path)
    with writing(path) as writer:
        months = {month.month: month for month in writer.manifest.of(SERIES, Kind.BARS)}
        rows = writer.rows(Kind.BARS, [months["2025-02"]])
        there = (rows["ts_open_ms"] < FIRST_MS) | (rows["ts_open_ms"] >= END_MS)
        months["2025-02"] = writer.stage(SERIES, Kind.BARS, "2025-02", take(rows, there))
        writer.commit(writer.manifest.with_series(SERIES, Kind.BARS, months))
    return path


@pytest.fixture
def backtest(trade: Trade, db: Path, tmp_path: Path) -> Trade:
    return lambda *words: trade("backtest", "run", PLAY, "--db", db, "--out", tmp_path / "out", "--json", *words)


@pytest.fixture
def accept(trade: Trade, db: Path) -> Trade:
    return lambda *words: trade("data", "accept-gap", "SAMPLEUSDT", *words, "--db", db, "--json")


def options(said: Said) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((Path(said.json["folder"]) / "run_manifest.json").read_text())["options"]
    return loaded


def test_a_run_over_an_outage_is_refused_until_it_is_accepted(backtest: Trade, accept: Trade) -> None:
    refused = backtest()
    assert (refused.code, "history-gaps" in refused.codes) == (3, True)
    assert accept(*SPAN, "--reason", "maintenance").json["accepted_gaps"] == [
        {"start_ms": FIRST_MS, "end_ms": END_MS, "reason": "maintenance", "missing_bars": 300}
    ]
    done = backtest()
    assert done.code == 0
    assert ("accepted-gaps" in done.codes, "history-gaps" in done.codes) == (True, False)
    assert options(done)["accepted_gaps"] == [[FIRST_MS, END_MS]]


def test_acceptance_changes_the_input_hash_and_no_result(backtest: Trade, accept: Trade) -> None:
    allowed = ("--max-gap", "6h", "--max-missing", "1")
    before = backtest(*allowed)
    accept(*SPAN)
    after = backtest(*allowed)
    assert before.json["hashes"] == after.json["hashes"]
    assert before.json["data_digest"] == after.json["data_digest"]
    assert before.json["input_hash"] != after.json["input_hash"]


def test_a_gap_outside_the_history_of_a_run_is_no_input_of_it(backtest: Trade, accept: Trade) -> None:
    window = ("--from", "2025-04-01", "--to", "2025-04-20")
    before = backtest(*window)
    accept(*SPAN)
    after = backtest(*window)
    assert "accepted_gaps" not in options(before)
    assert (after.json["run_id"], after.json["existed"]) == (before.json["run_id"], True)


def test_a_run_is_verified_with_the_gaps_it_had(backtest: Trade, accept: Trade, trade: Trade, db: Path) -> None:
    allowed = ("--max-gap", "6h", "--max-missing", "1")
    without = backtest(*allowed).json["folder"]
    accept(*SPAN)
    within = backtest().json["folder"]
    assert trade("runs", "verify", without, "--db", db).code == 0
    assert accept(*SPAN, "--remove").json["accepted_gaps"] == []
    assert trade("runs", "verify", within, "--db", db).code == 0


def test_bars_that_come_later_are_another_input(backtest: Trade, accept: Trade, trade: Trade, db: Path) -> None:
    accept(*SPAN)
    folder = backtest().json["folder"]
    with writing(db) as writer:
        months = {month.month: month for month in writer.manifest.of(SERIES, Kind.BARS)}
        rows = sample_bars()
        inside = rows["ts_open_ms"].astype("datetime64[ms]").astype("datetime64[M]") == np.datetime64("2025-02")
        months["2025-02"] = writer.stage(SERIES, Kind.BARS, "2025-02", take(rows, inside))
        writer.commit(writer.manifest.with_series(SERIES, Kind.BARS, months))
    whole = backtest()
    assert "accepted_gaps" not in options(whole)
    assert not {"accepted-gaps", "history-gaps"} & set(whole.codes)
    assert trade("runs", "verify", folder, "--db", db).code == 4
    assert accept("--list").json["accepted_gaps"][0]["missing_bars"] == 0


def test_the_list_of_gaps_marks_what_is_accepted(accept: Trade, trade: Trade, db: Path) -> None:
    accept(SPAN[0], SPAN[1], "--to", "2025-02-10T01:00")
    [gap] = trade("data", "gaps", "SAMPLEUSDT", "--db", db, "--json").json["gaps"]
    assert (gap["missing_bars"], gap["accepted_bars"]) == (300, HOUR_MS // MINUTE_MS)
    assert "60 of them accepted" in trade("data", "gaps", "SAMPLEUSDT", "--db", db).out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "bad-options"),
        (("--from", "2025-02-10"), "bad-options"),
        (("--list", "--remove"), "bad-options"),
        (("--from", "2025-02-09", "--to", "2025-02-11"), "not-a-gap"),
        ((*SPAN, "--remove"), "gap-not-accepted"),
    ],
)
def test_what_cannot_be_accepted_is_refused(accept: Trade, words: tuple[str, ...], code: str) -> None:
    said = accept(*words)
    assert (said.code, said.codes) == (2, [code])


def test_people_read_what_is_accepted_and_who_did_it(trade: Trade, db: Path) -> None:
    words = ("data", "accept-gap", "SAMPLEUSDT", "--db", db)
    assert "0 accepted gaps" in trade(*words, "--list").out
    assert "maintenance" in trade(*words, *SPAN, "--reason", "maintenance").out
    shown = trade("data", "journal", "--db", db).out
    assert "accept-gap" in shown
    assert "2025-02-10 05:00" in shown
    assert trade("data", "journal", "--symbol", "NOSUCH", "--db", db).out == "nothing was done yet\n"
