"""`trade data` talks in tables, or in one JSON document."""

from __future__ import annotations

import json

import numpy as np
import pytest
from market_tables import JAN_2023_MS, MINUTE_MS, bar_lines, make_bars
from typer.testing import CliRunner

from trade.base.errors import DataMissing, Malformed, Mismatch
from trade.cli import console
from trade.cli.data import app

COMMANDS = ["import", "export", "info", "gaps", "calendar", "delete", "sql", "check", "heal", "accept-gap", "journal"]


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


@pytest.fixture
def trade(db):
    def run(*words):
        result = CliRunner().invoke(app, [*map(str, words)] + ([] if "--help" in words else ["--db", str(db)]))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def filled(trade, parquet):
    trade("import", parquet({name: np.delete(column, [3, 4, 7]) for name, column in make_bars(10).items()}), "--symbol", "BTCUSDT")
    return trade


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_ends_with_an_example(command, trade):
    assert f"trade data {command}" in trade(command, "--help").strip().split("Example:")[1]


def test_import_reports_in_json_and_nothing_else(trade, text):
    lines = bar_lines(8)
    lines[4] = lines[4].replace("30000", "1", 1)
    document = json.loads(trade("import", text(lines), "--symbol", "BTCUSDT", "--max-bad", "12.5", "--json"))
    assert (document["status"], document["rows_new"], document["rows_bad"]) == ("ok", 7, 1)
    assert document["files"][0]["bad_pct"] == 12.5
    [file] = document["files"]
    assert [f["line"] for f in document["findings"]] == [5]
    assert (file["series"], file["tick_size"]) == ("generic:linear:BTCUSDT", "0.1")


def test_import_shows_a_table_for_people(trade, text):
    shown = trade("import", text(bar_lines(8)), "--symbol", "BTCUSDT", "--market", "spot", "--tick", "0.1")
    assert "generic:spot:BTCUSDT" in shown
    assert "2023-01-01 00:07" in shown


def test_import_of_several_files_lists_each(trade, text, monkeypatch):
    one, two = text(bar_lines(8), "one.csv"), text(bar_lines(12), "two.csv")
    monkeypatch.chdir(one.parent)  # where a test lies is no part of what is shown
    one, two = one.name, two.name
    document = json.loads(trade("import", one, two, "--symbol", "BTCUSDT", "--json"))
    assert [(file["rows_new"], file["duplicates_agreeing"]) for file in document["files"]] == [(8, 0), (4, 8)]
    assert (document["rows_read"], document["rows_new"], document["rows_bad"]) == (20, 12, 0)
    shown = trade("import", one, two, "--symbol", "ETHUSDT", "--tick", "0.1")
    assert "two.csv" in shown
    assert "bars of generic:linear:ETHUSDT" in shown


def test_import_takes_what_the_user_says_of_a_file(trade, text):
    path = text(["a;b;c;d;e;f", *(line.replace(",", ";") for line in bar_lines(5)[1:])])
    words = ("--columns", "ts=a,open=b,high=c,low=d,close=e,volume=f", "--time-unit", "ms", "--layout", "bars", "--strict")
    assert json.loads(trade("import", path, "--symbol", "BTCUSDT", *words, "--json"))["rows_new"] == 5


def test_strict_is_refused_with_the_lines(trade, text):
    lines = bar_lines(8)
    lines[4] = lines[4].replace("30000", "1", 1)
    with pytest.raises(Malformed, match="and '0 %' may be") as caught:
        trade("import", text(lines), "--symbol", "BTCUSDT", "--strict")
    assert [(f.code, f.place.line) for f in caught.value.findings] == [("bad-rows", 0), ("low-above-body", 5)]
    assert json.loads(trade("info", "--json"))["series"] == []


def test_strict_and_another_limit_are_not_said_together(trade, text):
    with pytest.raises(Malformed, match="--strict and --max-bad"):
        trade("import", text(bar_lines(8)), "--symbol", "BTCUSDT", "--strict", "--max-bad", "3")
    with pytest.raises(Malformed, match="not a percentage"):
        trade("import", text(bar_lines(8)), "--symbol", "BTCUSDT", "--max-bad", "101")


def test_a_partial_candle_is_replaced_or_deleted_and_the_journal_says_so(trade, text):
    lines = bar_lines(20)
    partial = [*lines[:-1], lines[-1].rpartition(",")[0] + ",0.001"]
    trade("import", text(partial), "--symbol", "BTCUSDT")
    shown = trade("import", text(lines), "--symbol", "BTCUSDT", "--replace")
    assert shown.split("replaced")[1].split()[0] == "1"
    words = ("generic:linear:BTCUSDT", "--kind", "bars", "--from", "2023-01-01T00:18", "--to", "2023-01-01T00:19")
    with pytest.raises(Malformed, match="would be deleted"):
        trade("delete", *words)
    assert json.loads(trade("delete", *words, "--yes", "--json"))["rows_deleted"] == 1
    entries = json.loads(trade("journal", "--json"))["entries"]
    assert [(entry["what"], entry["rows"]) for entry in entries] == [("import-replace", 1), ("delete", 1)]
    [series] = json.loads(trade("info", "--json"))["series"]
    assert (series["rows"], series["missing_bars"]) == (19, 1)


def test_export_says_what_it_wrote(filled, tmp_path):
    target = tmp_path / "out.parquet"
    document = json.loads(filled("export", "BTCUSDT", "--to-file", target, "--json"))
    assert (document["rows"], document["series"], document["kind"]) == (7, "generic:linear:BTCUSDT", "bars")
    shown = filled("export", "BTCUSDT", "--to-file", target, "--overwrite", "--from", "2023-01-01T00:05")
    assert "4 rows of bars" in shown
    assert "from 2023-01-01 00:05 to 2023-01-01 00:09" in shown


def test_info_lists_what_is_stored(filled):
    [series] = json.loads(filled("info", "--json"))["series"]
    assert (series["rows"], series["missing_bars"], series["first_ms"]) == (7, 3, JAN_2023_MS)
    assert "generic:linear:BTCUSDT" in filled("info", "BTCUSDT")
    with pytest.raises(DataMissing):
        filled("info", "ETHUSDT")


def test_info_of_an_empty_store_says_how_to_fill_it(trade):
    assert "trade data import" in trade("info")


def test_gaps_are_all_in_the_json(filled):
    document = json.loads(filled("gaps", "BTCUSDT", "--json"))
    assert [(gap["start_ms"] - JAN_2023_MS) // MINUTE_MS for gap in document["gaps"]] == [3, 7]
    assert document["missing_bars"] == 3
    wider = json.loads(filled("gaps", "BTCUSDT", "--from", "2022-12-31T23:50", "--to", "2023-01-01T00:20", "--json"))
    assert wider["missing_bars"] == 23
    assert "2 gaps, 3 bars missing" in filled("gaps", "BTCUSDT")


SUNDAY = JAN_2023_MS  # 2023-01-01 00:00; currencies open at 22:00


def test_a_calendar_is_named_at_import_and_says_what_is_missing(trade, parquet):
    bars = make_bars(180, SUNDAY + 21 * 60 * MINUTE_MS)
    document = json.loads(trade("import", parquet(bars), "--symbol", "EURUSD", "--calendar", "fx", "--json"))
    assert document["files"][0]["calendar"] == "fx"
    later = {name: np.delete(column, [3, 4]) for name, column in make_bars(10, SUNDAY + 1440 * MINUTE_MS).items()}
    trade("import", parquet(later), "--symbol", "EURUSD")
    [series] = json.loads(trade("info", "--json"))["series"]
    assert (series["calendar"], series["missing_bars"]) == ("fx", 2)
    assert "fx" in trade("info")
    wider = ("--from", "2022-12-31", "--to", "2023-01-01T22:00", "--json")
    assert json.loads(trade("gaps", "EURUSD", *wider))["missing_bars"] == 0  # a Saturday, and a Sunday before it opens


def test_a_calendar_is_shown_and_set(filled):
    assert "generic:linear:BTCUSDT: 24/7" in filled("calendar", "BTCUSDT")
    document = json.loads(filled("calendar", "BTCUSDT", "NYSE", "--json"))
    assert (document["calendar"], document["calendar_before"]) == ("XNYS", "24/7")  # an alias is stored as what it stands for
    assert "XNYS" in filled("calendar", "BTCUSDT")
    [series] = json.loads(filled("info", "--json"))["series"]
    assert series["missing_bars"] == 0  # New York sleeps
    assert "24/7, it was XNYS" in filled("calendar", "generic:linear:BTCUSDT", "24/7")


def test_the_same_calendar_again_is_no_commit(filled):
    generation = json.loads(filled("info", "--json"))["generation"]
    filled("calendar", "BTCUSDT", "24/7")
    assert json.loads(filled("info", "--json"))["generation"] == generation


@pytest.mark.parametrize(("name", "near"), [("xnys", "XNYS"), ("FX", "fx"), ("24x7", "24/7"), ("LSX", "LSE")])
def test_an_unknown_calendar_is_refused_with_names_like_it_before_anything_is_stored(name, near, trade, parquet):
    with pytest.raises(Malformed, match=f"there is no calendar '{name}'") as refused:
        trade("import", parquet(make_bars(5)), "--symbol", "BTCUSDT", "--calendar", name)
    assert near in refused.value.findings[0].hint
    assert json.loads(trade("info", "--json"))["series"] == []


def test_a_later_import_cannot_name_another_calendar(filled, parquet):
    path = parquet(make_bars(12), "more.parquet")
    with pytest.raises(Malformed, match="is stored with the calendar '24/7', not 'fx'") as refused:
        filled("import", path, "--symbol", "BTCUSDT", "--calendar", "fx")
    assert "trade data calendar generic:linear:BTCUSDT fx" in refused.value.findings[0].hint
    assert json.loads(filled("info", "--json"))["series"][0]["rows"] == 7
    assert json.loads(filled("import", path, "--symbol", "BTCUSDT", "--calendar", "24/7", "--json"))["rows_new"] == 5


def test_funding_alone_has_no_calendar(trade, parquet):
    funding = {"ts_ms": SUNDAY + 8 * 3_600_000 * np.arange(3), "rate": np.full(3, 0.0001)}
    with pytest.raises(Malformed, match="could have the calendar 'fx'"):
        trade("import", parquet(funding), "--symbol", "BTCUSDT", "--kind", "funding", "--calendar", "fx")


def test_a_calendar_that_does_not_know_the_stored_years_is_not_set(filled, parquet):
    filled("import", parquet(make_bars(5, JAN_2023_MS + 20 * 365 * 86_400_000)), "--symbol", "BTCUSDT")
    with pytest.raises(DataMissing, match="cannot make 'XSHG' for '2022 to 2042'"):
        filled("calendar", "BTCUSDT", "XSHG")
    assert "24/7" in filled("calendar", "BTCUSDT")


def test_info_leaves_open_what_a_calendar_does_not_know(filled, parquet):
    filled("calendar", "BTCUSDT", "XSHG")
    filled("import", parquet(make_bars(5, JAN_2023_MS + 20 * 365 * 86_400_000)), "--symbol", "BTCUSDT")
    [series] = json.loads(filled("info", "--json"))["series"]
    assert (series["rows"], series["missing_bars"]) == (12, None)
    assert "XSHG" in filled("info")


def test_delete_needs_a_yes(filled):
    with pytest.raises(Malformed, match="would be deleted"):
        filled("delete", "generic:linear:BTCUSDT")
    assert json.loads(filled("delete", "generic:linear:BTCUSDT", "--yes", "--json"))["rows_deleted"] == 7
    assert json.loads(filled("info", "--json"))["series"] == []


def test_sql_answers_in_rows(filled):
    document = json.loads(filled("sql", "SELECT symbol, max(close) AS top, 'nan'::DOUBLE AS bad FROM bars GROUP BY symbol", "--json"))
    assert (document["columns"], document["rows"]) == (["symbol", "top", "bad"], [["BTCUSDT", 30001.0, None]])
    assert "30001.0" in filled("sql", "SELECT max(close) FROM bars")


def test_a_broken_option_is_malformed(trade, text):
    with pytest.raises(Malformed, match="unknown kind 'candles'"):
        trade("import", text(bar_lines(2)), "--symbol", "BTCUSDT", "--kind", "candles")


def test_check_names_a_journal_that_is_damaged(trade, text, db):
    trade("import", text(bar_lines(20)), "--symbol", "BTCUSDT", "--tick", "0.1")
    trade("delete", "generic:linear:BTCUSDT", "--from", "2023-01-01T00:15", "--yes")
    trade("check")
    raw = bytearray((db / "journal.jsonl").read_bytes())
    raw[40] ^= 1
    (db / "journal.jsonl").write_bytes(raw)
    with pytest.raises(Mismatch, match="is not what was written") as caught:
        trade("check")
    assert "journal-damaged" in [finding.code for finding in caught.value.findings]
