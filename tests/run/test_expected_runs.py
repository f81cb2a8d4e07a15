"""A result outside of what its Play expects is kept, marked refused, shown in full, and ends with 1; it can be verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, Trade

BOUNDS = "\nexpected: {min_trades: 1000, max_drawdown_pct: 99}\n"


@pytest.fixture
def words(market: Path, tmp_path: Path) -> tuple[Any, ...]:
    play = tmp_path / "sample.yml"
    play.write_text(SAMPLE.read_text() + BOUNDS)
    return ("backtest", "run", play, "--from", "2025-02-01", "--to", "2025-03-10", "--db", market, "--out", tmp_path / "out")


def test_it_is_kept_with_all_its_figures(words: tuple[Any, ...], trade: Trade, tmp_path: Path) -> None:
    said = trade(*words, "--json")
    document = said.json
    assert (said.code, document["exit_code"], document["status"]) == (1, 1, "refused")
    assert [f["code"] for f in document["findings"] if f["severity"] == "error"] == ["outside-expected"]
    assert Path(document["folder"], "trades.parquet").is_file()
    assert document["metrics"]["total_trades"] > 0
    again = trade(*words, "--json").json
    assert (again["existed"], again["status"]) == (True, "refused")
    shown = trade("runs", "show", "last", "--out", tmp_path / "out", "--json")
    assert (shown.code, shown.json["status"], shown.json["metrics"]) == (0, "refused", document["metrics"])


def test_its_figures_are_shown_with_the_bound_that_is_broken(words: tuple[Any, ...], trade: Trade, market: Path, tmp_path: Path) -> None:
    said = trade(*words)
    assert said.code == 1
    assert "[outside-expected] 'total_trades' is" in said.err
    assert "refused: it lies outside of what the Play expects" in said.out
    assert "run_hash" in said.out
    assert " refused\n" in trade("runs", "list", "--out", tmp_path / "out").out
    verified = trade("runs", "verify", "last", "--db", market, "--out", tmp_path / "out")
    assert (verified.code, "identical" in verified.out) == (0, True)


def test_among_several_runs_it_is_marked_and_decides_the_exit_code(words: tuple[Any, ...], trade: Trade) -> None:
    said = trade(*words, "--set", "expected.min_trades=1,1000", "--json")
    assert (said.code, said.json["status"]) == (1, "refused")
    assert [run["status"] for run in said.json["runs"]] == ["completed", "refused"]
    assert said.codes == ["outside-expected"]
    rows = trade(*words, "--set", "expected.min_trades=1,1000").out.splitlines()
    assert [row.split()[-1] for row in rows[1:]] == ["completed", "refused"]
