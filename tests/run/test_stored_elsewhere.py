"""Funding and open interest under another name: a run says where they are and what brings them, and that changes no byte of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Said, Trade
from runs import PLAYS

from trade.market.names import Series
from trade.synthetic.sample import SERIES

Move = Callable[[str, Series], None]
PLAY = PLAYS / "cross_both_sides.yml"
BARS, ELSEWHERE = Series("kraken", "linear", "MYUSDT"), Series("generic", "linear", "MYUSDT")


@pytest.fixture
def move(trade: Trade, market: Path, tmp_path: Path) -> Move:
    """Return a function that stores a kind of the sample market as that of another series."""

    def run(kind: str, series: Series) -> None:
        file = tmp_path / f"{kind}.parquet"
        assert trade("data", "export", SERIES.symbol, "--kind", kind, "--to-file", file, "--db", market).code == 0
        words = ("--symbol", series.symbol, "--kind", kind, "--venue", series.venue, "--tick", "0.1", "--db", tmp_path / "store")
        assert trade("data", "import", file, *words).code == 0

    return run


@pytest.fixture
def db(move: Move, tmp_path: Path) -> Path:
    """A store of the bars of the sample market under another name, without funding."""
    move("bars", BARS)
    return tmp_path / "store"


@pytest.fixture
def backtest(trade: Trade, db: Path, tmp_path: Path) -> Trade:
    def call(word: str, *more: object) -> Said:
        kept = ("--out", tmp_path / "out") if word == "run" else ()
        return trade("backtest", word, PLAY, "--symbol", "MYUSDT", "--db", db, "--json", *kept, *more)

    return call


def about_funding(said: Said) -> dict[str, str]:
    [found] = [finding for finding in said.json["findings"] if finding["code"] == "no-funding"]
    assert isinstance(found, dict)
    return found


def test_the_commands_that_a_run_without_funding_names_mend_it(
    trade: Trade, backtest: Trade, move: Move, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    move("funding", ELSEWHERE)
    found = about_funding(backtest("run"))
    assert f"'{ELSEWHERE}'" in found["fact"]
    assert about_funding(backtest("preflight")) == found
    for command in re.findall("'trade ([^']*)'", found["hint"]):
        assert trade(*shlex.split(command), "--db", db).code == 0
    assert "no-funding" not in backtest("run").codes


def test_what_is_stored_elsewhere_changes_no_byte_of_a_run(trade: Trade, backtest: Trade, move: Move, db: Path, tmp_path: Path) -> None:
    before = backtest("run")
    assert str(ELSEWHERE) not in about_funding(before)["fact"]
    move("funding", ELSEWHERE)
    after = backtest("run")
    assert (after.code, after.json["existed"], after.json["run_id"]) == (0, True, before.json["run_id"])
    assert str(ELSEWHERE) in about_funding(after)["fact"]
    assert trade("runs", "verify", before.json["run_id"], "--db", db, "--out", tmp_path / "out").code == 0


def test_funding_elsewhere_that_ends_before_the_window_is_not_named(trade: Trade, backtest: Trade, move: Move, db: Path) -> None:
    move("funding", ELSEWHERE)
    assert str(ELSEWHERE) in about_funding(backtest("preflight", "--from", "2025-03-02"))["fact"]
    assert trade("data", "delete", ELSEWHERE, "--kind", "funding", "--from", "2025-03-01", "--yes", "--db", db).code == 0
    assert str(ELSEWHERE) not in about_funding(backtest("preflight", "--from", "2025-03-02"))["fact"]


def test_a_check_of_the_store_names_funding_under_another_name(trade: Trade, move: Move, db: Path) -> None:
    words = ("data", "check", "--symbol", BARS.key, "--db", db, "--json")
    assert "--kind funding --venue kraken'" in about_funding(trade(*words))["hint"]
    move("funding", ELSEWHERE)
    assert f"'{ELSEWHERE}'" in about_funding(trade(*words))["hint"]
