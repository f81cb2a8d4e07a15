"""With --json a command says one document and nothing else, with --quiet its result only; so for success and refusal alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, Said, Trade
from runs import PLAYS

WARNED = (PLAYS / "cross_both_sides.yml").read_text().replace("mode: long_short", "mode: long_only")
COMMANDS = {
    "play validate": (0, "valid", "play validate {play}"),
    "play validate, refused": (2, "refused", "play validate {play} nowhere"),
    "play show": (0, "ok", "play show {play}"),
    "play show, refused": (2, "refused", "play show nowhere"),
    "play list": (0, "ok", "play list --plays {plays}"),
    "backtest run": (0, "completed", "backtest run {play} --db {db} --out {out} --from 2025-02-01 --to 2025-02-14"),
    "backtest run, no data": (3, "refused", "backtest run {play} --db {db} --out {out} --to 2026-01-01"),
    "backtest run, no symbol": (3, "refused", "backtest run {play} --db {db} --out {out} --symbol NOUSDT"),
    "backtest preflight": (0, "passed", "backtest preflight {play} --db {db}"),
    "backtest preflight, refused": (3, "refused", "backtest preflight {play} --db {db} --to 2026-01-01"),
    "runs list": (0, "ok", "runs list --out {out}"),
    "runs prune": (0, "ok", "runs prune --keep 0 --out {out}"),
    "runs rm, refused": (2, "refused", "runs rm last --out {out}"),
    "data patterns": (0, "ok", "data patterns"),
    "runs show, refused": (2, "refused", "runs show nothing --out {out}"),
    "runs verify, refused": (2, "refused", "runs verify nothing --out {out}"),
    "data info": (0, "ok", "data info --db {db}"),
    "data info, refused": (3, "refused", "data info NOUSDT --db {db}"),
    "data gaps": (0, "ok", "data gaps SAMPLEUSDT --db {db}"),
    "data gaps, refused": (2, "refused", "data gaps SAMPLEUSDT --from x --db {db}"),
    "data delete, refused": (2, "refused", "data delete sample:linear:SAMPLEUSDT --db {db}"),
    "data sql, refused": (2, "refused", "data sql nonsense --db {db}"),
    "data import, refused": (2, "refused", "data import nowhere.csv --symbol X --db {db}"),
    "bench, refused": (2, "refused", "bench W9"),
}


@pytest.fixture
def said(trade: Trade, market: Path, tmp_path: Path) -> Any:
    play = tmp_path / "warned.yml"
    play.write_text(WARNED)

    def call(words: str, *more: str) -> Said:
        return trade(*words.format(play=play, plays=tmp_path, db=market, out=tmp_path / "out").split(), *more)

    return call


@pytest.mark.parametrize("command", COMMANDS)
def test_one_document_and_nothing_else(command: str, said: Any) -> None:
    code, status, words = COMMANDS[command]
    answer = said(words, "--json")
    assert (answer.code, answer.json["exit_code"], answer.json["status"]) == (code, code, status)
    assert isinstance(answer.json["findings"], list)
    severities = {finding["severity"] for finding in answer.json["findings"]}
    assert ("error" in severities) == (code != 0)
    assert all(finding["code"] and finding["fact"] for finding in answer.json["findings"])


@pytest.mark.parametrize("command", COMMANDS)
def test_quiet_prints_the_result_or_the_refusal_only(command: str, said: Any) -> None:
    code, _, words = COMMANDS[command]
    answer = said(words, "--quiet")
    assert answer.code == code
    assert "warning" not in answer.err
    assert (answer.err == "") == (code == 0)
    assert answer.err.count("error [") == (1 if code else 0)


def test_rows_of_sql_are_a_document_too(trade: Trade, market: Path) -> None:
    answer = trade("data", "sql", "SELECT count(*) AS n, 0.5 AS half, NULL AS nothing FROM bars", "--db", market, "--json").json
    assert (answer["status"], answer["exit_code"], answer["findings"]) == ("ok", 0, [])
    assert [(rows, float(half), nothing) for rows, half, nothing in answer["rows"]] == [(120 * 1440, 0.5, None)]


def test_the_document_of_a_run_has_every_hash_and_figure_at_the_top(said: Any) -> None:
    words = COMMANDS["backtest run"][2]
    run = said(words, "--json").json
    names = {"trades_hash", "fills_hash", "equity_hash", "metrics_hash", "run_hash", "play_hash", "input_hash"}
    assert names == {name for name in run if name.endswith("_hash")}
    assert all(len(run[name]) == 64 for name in names)
    assert len(run["data_digest"]) == 64
    assert len(run["metrics"]) >= 64
    assert (run["stop_reason"], run["status"], run["existed"]) == ("completed", "completed", False)
    assert run["input_hash"].startswith(run["run_id"])
    assert {"folder", "window", "symbol", "rejections", "gross_to_net", "funnel", "tables", "extras"} <= set(run)
    warning, note = run["findings"]
    assert (note["code"], note["severity"]) == ("short-window", "note")
    assert (warning["code"], warning["severity"], warning["path"]) == ("mode-forbids", "warning", "actions.entry_short")
    assert warning["line"] > 1
    again = said(words, "--json").json
    assert again == {**run, "existed": True}


def test_a_kept_run_is_shown_as_it_was_said(said: Any) -> None:
    run = said(COMMANDS["backtest run"][2], "--json").json
    shown = said(f"runs show {run['run_id'][:8]} --out {{out}}", "--json").json
    assert set(run) - set(shown) == {"existed"}
    differing = {name for name in shown if run[name] != shown[name]}
    assert differing == {"findings"}  # the places are those of the file that was run
    assert [finding["path"] for finding in shown["findings"]] == ["actions.entry_short", ""]
    text = said(f"runs show {run['run_id'][:8]} --out {{out}}")
    assert "month of exit" in text.out
    assert "actions.entry_long: all of" in text.out


def test_a_warning_is_told_once_on_stderr(said: Any) -> None:
    text = said(COMMANDS["backtest run"][2])
    assert text.err.count("[mode-forbids]") == 1
    assert "[mode-forbids]" not in text.out


def test_the_result_for_people_has_every_figure(said: Any) -> None:
    text = said("backtest run {play} --db {db} --out {out}").out
    for label in (
        "return",
        "buy and hold",
        "max drawdown",
        "Sharpe",
        "trades",
        "win rate",
        "time in market",
        "gross before costs",
        "slippage",
    ):
        assert label in text
    for label in ("fees", "funding", "net", "final equity", "ambiguous trades", "stop reason", "completed", "run_hash"):
        assert label in text
    for label in ("CAGR", "Sortino", "expectancy", "best trade", "worst trade", "longest drawdown", "long ", "total"):
        assert label in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("run ")) <= 80  # a path is as long as it is
    assert len(text.splitlines()) <= 40


def test_the_schema_is_json_in_any_case(trade: Trade) -> None:
    assert trade("play", "schema").json == trade("play", "schema", "--json").json
    assert "properties" in trade("play", "schema").json


def test_a_flag_of_one_command_is_not_kept_for_the_next(trade: Trade) -> None:
    assert trade("play", "list", "--json").json["plays"]
    assert "sample" in trade("play", "list").out
    assert SAMPLE.stem in trade("play", "list", "--quiet").out
