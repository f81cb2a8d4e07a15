"""SQL over the runs that are kept: every view agrees with the receipts, and what is no run of this version is left out and named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, SAMPLE, Trade

from trade.analysis.registry import EXTRAS, METRICS
from trade.artifacts.tables import TABLES, TRADES
from trade.base.errors import EXIT_MALFORMED, EXIT_MISMATCH, EXIT_REFUSED
from trade.cli.data import _KEPT
from trade.market.names import Kind
from trade.run.kept_views import NAMES

STOPS = ("6", "8", "9")
EPOCH = datetime.fromisoformat("1970-01-01")


@pytest.fixture(scope="module")
def ran(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three runs; tests that change it copy it first."""
    out = tmp_path_factory.mktemp("kept") / "it's [kept]"
    for stop in STOPS:
        words = ["backtest", "run", SAMPLE, "--set", f"risk.stop_loss_pct={stop}", "--from", "2025-02-01", "--db", market, "--out", out]
        subprocess.run([sys.executable, ROOT / "trade_cli.py", *words, "--quiet"], check=True, capture_output=True)
    return out


@pytest.fixture
def ask(trade: Trade, market: Path) -> Any:
    def asked(query: str, out: Path) -> Any:
        return trade("data", "sql", query, "--db", market, "--out", out, "--json")

    return asked


def summaries(out: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(out.glob("*/*/*/result.json"))]


def test_the_views_over_runs_are_the_ones_that_the_command_offers() -> None:
    assert set(_KEPT) == set(NAMES) == {"runs", *(table.name for table in TABLES)}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_view_has_the_rows_that_the_receipts_count(table: Any, ran: Path, ask: Any) -> None:
    found = ask(f"SELECT run_id, play, symbol, count(*) FROM {table.name} GROUP BY ALL ORDER BY run_id", ran).json["rows"]  # noqa: S608  our own words
    assert found == [[each["run_id"], each["play"], each["symbol"], each["rows"][table.name]] for each in summaries(ran)]
    assert len(found) == len(STOPS)


def test_the_net_of_all_trades_is_that_of_all_runs(ran: Path, ask: Any) -> None:
    ((symbol, count, net),) = ask("SELECT symbol, count(*), sum(net_usdt) FROM trades GROUP BY 1", ran).json["rows"]
    assert (symbol, count) == ("sample:linear:SAMPLEUSDT", sum(each["metrics"]["total_trades"] for each in summaries(ran)))
    assert net == pytest.approx(sum(each["metrics"]["net_profit"] for each in summaries(ran)))


def test_a_run_is_a_row_with_every_metric(ran: Path, ask: Any) -> None:
    names = [each.name for each in (*METRICS, *EXTRAS)]
    found = ask(f"SELECT run_id, status, window_from_ms, window_to_ms, {', '.join(names)} FROM runs ORDER BY run_id", ran).json["rows"]  # noqa: S608  our own words
    for row, each in zip(found, summaries(ran), strict=True):
        assert row[:4] == [each["run_id"], each["status"], *each["window"]]
        assert dict(zip(names, row[4:], strict=True)) == {**each["metrics"], **each["extras"]}


def test_the_runs_and_their_trades_can_be_joined_by_folder_and_id(ran: Path, ask: Any) -> None:
    query = "SELECT count(*) FROM runs JOIN trades USING (run_id) WHERE folder LIKE '%' || run_id"
    assert ask(query, ran).json["rows"] == [[sum(each["rows"]["trades"] for each in summaries(ran))]]


@pytest.mark.parametrize(
    ("view", "instant"),
    [
        *(((str(kind)), "ts_ms" if kind in (Kind.FUNDING, Kind.OI) else "ts_open_ms") for kind in Kind),
        ("journal", "at_ms"),
        ("runs", "started_ms"),
        ("trades", "exit_ts_ms"),
        ("fills", "ts_ms"),
        ("equity", "ts_ms"),
    ],
)
def test_every_view_has_the_time_of_a_row_as_a_timestamp_in_utc(view: str, instant: str, ran: Path, ask: Any) -> None:
    said = ask(f"SELECT typeof(time), time, {instant} FROM {view} LIMIT 3", ran).json["rows"]  # noqa: S608  our own words
    for kind, time, at_ms in said:
        assert (kind, datetime.fromisoformat(time)) == ("TIMESTAMP", EPOCH + timedelta(milliseconds=at_ms))
    assert said or view in ("mark", "oi", "journal")
    assert ask(f"SELECT * FROM {view} WHERE time > TIMESTAMP '2200-01-01'", ran).json["rows"] == []  # noqa: S608  our own words


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_timestamps_are_in_utc_wherever_the_reader_is(zone: str, ran: Path, market: Path) -> None:
    query = "SELECT max(entry_ts_ms), max(entry_time), max(decision_time) FROM trades"
    words = ["data", "sql", query, "--db", market, "--out", ran, "--json"]
    done = subprocess.run(
        [sys.executable, ROOT / "trade_cli.py", *words], env={**os.environ, "TZ": zone}, check=True, capture_output=True, text=True
    )
    ((at_ms, entry, decision),) = json.loads(done.stdout)["rows"]
    assert datetime.fromisoformat(entry) == EPOCH + timedelta(milliseconds=at_ms) == datetime.fromisoformat(decision)


@pytest.mark.parametrize("view", NAMES)
@pytest.mark.parametrize("folder", ["absent", "empty"])
def test_where_no_run_is_kept_the_views_have_no_rows(view: str, folder: str, tmp_path: Path, ask: Any) -> None:
    (tmp_path / "empty").mkdir()
    said = ask(f"SELECT * FROM {view}", tmp_path / folder).json  # noqa: S608  our own words
    assert (said["rows"], said["findings"]) == ([], [])
    assert {"run_id", "play", "symbol", "time"} <= set(said["columns"])


def test_runs_of_another_format_and_broken_ones_are_left_out_and_named(ran: Path, tmp_path: Path, ask: Any) -> None:
    out = tmp_path / "out"
    shutil.copytree(ran, out)
    older, cut, _ = sorted(path.parent for path in out.glob("*/*/*/result.json"))
    (older / "result.json").write_text(json.dumps({**json.loads((older / "result.json").read_text()), "format": "3"}))
    (cut / "result.json").write_text("{")
    (out / "sample" / "SAMPLEUSDT" / "half").mkdir()
    (out / ".staging" / "SAMPLEUSDT" / "dead").mkdir(parents=True)
    (out / "notes.txt").write_text("mine")
    for view in NAMES:
        said = ask(f"SELECT count(DISTINCT run_id) FROM {view}", out)  # noqa: S608  our own words
        assert said.code == 0
        assert said.json["rows"] == [[1]]
        assert [(finding["code"], finding["severity"]) for finding in said.json["findings"]] == [("artifact-unreadable", "warning")] * 2
        assert all(any(str(each) in finding["fact"] for finding in said.json["findings"]) for each in (older, cut))


@pytest.mark.parametrize(
    "edit", [{"extras": {"cagr_pct": "much"}}, {"extras": {}}, {"play": "\ud800"}, {"play": 7}, {"window": "always"}, {"window": []}]
)
def test_a_run_whose_result_is_not_what_was_written_is_left_out_and_named(
    edit: dict[str, Any], ran: Path, tmp_path: Path, ask: Any
) -> None:
    out = tmp_path / "out"
    shutil.copytree(ran, out)
    edited = min(out.glob("*/*/*/result.json"))
    edited.write_text(json.dumps({**json.loads(edited.read_text()), **edit}))
    said = ask("SELECT count(*) FROM runs", out).json
    assert (said["rows"], [finding["code"] for finding in said["findings"]]) == ([[2]], ["artifact-unreadable"])


@pytest.mark.parametrize("damage", ["lost", "cut", "other"])
def test_a_table_that_is_not_what_a_run_wrote_is_named(damage: str, ran: Path, tmp_path: Path, ask: Any) -> None:
    out = tmp_path / "out"
    shutil.copytree(ran, out)
    file = max(out.glob(f"*/*/*/{TRADES.file}"))
    if damage == "lost":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:100])
    else:
        shutil.copy(file.with_name("equity.parquet"), file)
    said = ask("SELECT sum(net_usdt) FROM trades", out)
    assert (said.code, said.codes) == (EXIT_MISMATCH, ["artifact-unreadable"])
    assert f"{file.parent.name}/{TRADES.file}" in said.json["findings"][0]["fact"]
    assert ask("SELECT count(*) FROM equity", out).code == 0


def test_a_folder_whose_name_is_no_text_is_listed_and_its_tables_are_not_read(ran: Path, tmp_path: Path, ask: Any) -> None:
    out = tmp_path / os.fsdecode(b"out\xff")
    shutil.copytree(ran, out)
    assert ask("SELECT count(*), count(*) FILTER (folder LIKE '%out\\xff%') FROM runs", out).json["rows"] == [[3, 3]]
    said = ask("SELECT count(*) FROM trades", out)
    assert (said.code, said.codes) == (EXIT_REFUSED, ["path-not-utf8"])


def test_a_folder_of_runs_that_is_a_file_is_refused_only_where_it_is_asked_for(tmp_path: Path, ask: Any) -> None:
    (tmp_path / "out").write_text("")
    assert ask("SELECT count(*) FROM bars", tmp_path / "out").code == 0
    said = ask("SELECT count(*) FROM trades", tmp_path / "out")
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["bad-path"])


def test_a_query_of_the_store_alone_reads_no_run(ran: Path, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(out: Path) -> None:
        raise AssertionError("the shelf was read")

    monkeypatch.setattr("trade.run.kept_views.list_runs", never)
    assert ask("SELECT count(*) AS equity_of_nobody FROM bars", ran).code == 0
    assert ask('SELECT count(*) FROM "Runs"', ran).code == 70


def test_what_is_refused_names_the_columns_of_the_views_it_was_about(ran: Path, ask: Any) -> None:
    (finding,) = ask("SELECT nope FROM trades", ran).json["findings"]
    assert finding["code"] == "sql-refused"
    assert "trades (side, decision_ts_ms" in finding["hint"]
    assert finding["hint"].endswith("; runs; fills; equity")


def test_files_outside_of_store_and_runs_stay_closed(ran: Path, ask: Any) -> None:
    said = ask("SELECT * FROM trades, read_csv('/etc/passwd')", ran)
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["sql-refused"])


def test_a_table_in_the_place_of_another_is_named_though_a_count_reads_no_column_of_it(ran: Path, tmp_path: Path, ask: Any) -> None:
    out = tmp_path / "copied"
    shutil.copytree(ran, out)
    [first, *_] = sorted(path.parent for path in out.glob("*/*/*/trades.parquet"))
    shutil.copy(first / "equity.parquet", first / "trades.parquet")
    said = ask("SELECT count(*) FROM trades", out)
    assert (said.code, said.codes) == (EXIT_MISMATCH, ["artifact-unreadable"])
    assert ask("SELECT count(*) FROM fills", out).code == 0


def test_runs_under_a_folder_with_a_quote_are_asked_too(ran: Path, tmp_path: Path, ask: Any) -> None:
    out = tmp_path / 'o"q'
    shutil.copytree(ran, out)
    assert ask("SELECT count(DISTINCT run_id) FROM trades", out).json["rows"] == [[len(STOPS)]]
