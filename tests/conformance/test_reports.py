"""Small cases from public bug reports come out as promised, through the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from command_line import Trade, caller
from published import FOLDER_VARIABLE, folder
from reports import (
    ANNUALISED,
    CHECKS,
    LEFT_AT_THE_OPEN,
    WORDS,
    Report,
    annualised,
    at,
    is_young,
    near,
    put_through,
    reports,
    told_trades,
)

from trade.cli import console

pytestmark = pytest.mark.skipif(folder() is None, reason="no shared/conformance above, and TRADE_CONFORMANCE names none")

REPORTS = {report.name: report for report in reports()}
WITH_CURVE = [report for report in REPORTS.values() if "sharpe" in report.expected.get("metrics", {})]
WITH_RATIO = [report for report in WITH_CURVE if report.expected["metrics"]["sharpe"] is not None]


@pytest.fixture
def trade(capsys: Any) -> Any:
    yield caller(capsys)
    console.configure()


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_a_reported_case_comes_out_as_promised(report: Report, trade: Trade, tmp_path: Path) -> None:
    expected, outcome = report.expected, put_through(report, trade, tmp_path)
    assert (outcome.imported.code, outcome.ran.code) == (expected["import"], expected["exit"])
    assert (outcome.folder is not None) == (expected["exit"] == 0)
    if "trades" in expected:
        assert told_trades(outcome, expected["trades"]) == expected["trades"]
    told = {name: value for name, value in expected.get("metrics", {}).items() if name not in ANNUALISED}
    if report.name in LEFT_AT_THE_OPEN:
        told["time_in_market_pct"] = LEFT_AT_THE_OPEN[report.name]
    assert {name: at(outcome.result, f"metrics.{name}") for name in told} == near(told)
    for path, value in WORDS.get(report.name, {}).items():
        assert at(outcome.result, path) == value
    if report.name in CHECKS:
        CHECKS[report.name](outcome)


@pytest.mark.parametrize("report", WITH_CURVE, ids=lambda report: report.name)
def test_the_curve_of_a_reported_case_annualises_to_the_promised_figures(report: Report, trade: Trade, tmp_path: Path) -> None:
    told = {name: report.expected["metrics"][name] for name in ANNUALISED}
    outcome = put_through(report, trade, tmp_path)
    assert annualised(outcome) == near(told)
    if not is_young(outcome):
        assert {name: at(outcome.result, f"metrics.{name}") for name in ANNUALISED} == near(told)


@pytest.mark.parametrize("report", WITH_RATIO, ids=lambda report: report.name)
def test_a_young_window_says_nothing_of_a_year(report: Report, trade: Trade, tmp_path: Path) -> None:
    outcome = put_through(report, trade, tmp_path)
    assert is_young(outcome)
    assert [at(outcome.result, f"metrics.{name}") for name in ANNUALISED] == [None, None]


@pytest.mark.skipif(FOLDER_VARIABLE in os.environ, reason="the words are those of shared/conformance")
def test_every_word_and_check_belongs_to_a_case() -> None:
    assert (WORDS.keys() | CHECKS.keys()) - REPORTS.keys() == set()
