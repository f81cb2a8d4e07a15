"""Tables of runs on a narrow terminal: nothing overflows, a refusal stays visible, and what does not compare is told."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, Said, Trade

from trade.cli import console

LONG = "a" * 62
MONTHS = ("--from", "2025-02-01", "--to", "2025-04-20")
SPAN = ("--from", "2025-02-01", "--to", "2025-02-20")
NARROW = 80


@pytest.fixture
def narrow(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call the command on a terminal of eighty columns."""

    def call(*words: object) -> Said:
        with monkeypatch.context() as patch:
            patch.setattr(console, "_width", lambda _stream: {"force_terminal": True, "width": NARROW, "color_system": None})
            return trade(*words)

    return call


def widest(said: Said) -> int:
    return max(map(len, said.out.splitlines()))


@pytest.fixture
def plays(tmp_path: Path) -> Path:
    """Give a folder of two Plays that share little, one of them with a name of 62 letters."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / f"{LONG}.yml").write_text(SAMPLE.read_text().replace("name: sample", f"name: {LONG}"))
    other = SAMPLE.read_text().replace("name: sample", "name: other").replace("length: ", "length: 1")
    (folder / "other.yml").write_text(other.replace("description: ", "description: another, "))
    return folder


def test_no_table_of_two_plays_is_wider_than_the_terminal(plays: Path, market: Path, tmp_path: Path, narrow: Any, trade: Trade) -> None:
    kept = ("--db", market, "--out", tmp_path / "out")
    several = narrow("backtest", "run", "--plays", plays, *SPAN, *kept)
    assert several.code == 0
    tables = {
        "several": several,
        "play list": narrow("play", "list", "--plays", plays),
        "runs list": narrow("runs", "list", *kept[2:]),
        "runs show": narrow("runs", "show", "last", "last~1", *kept[2:]),
    }
    assert {name: widest(said) for name, said in tables.items() if widest(said) > NARROW} == {}
    for name in ("several", "play list", "runs list"):
        assert "".join(re.findall(r"\baa+\b", tables[name].out)) == LONG, name
    assert tables["runs show"].out.splitlines()[0].split()[:3] == ["differs", "in", "name"]


def test_runs_over_windows_that_nobody_chose_say_that_they_differ(market: Path, tmp_path: Path, trade: Trade) -> None:
    words = ("backtest", "run", SAMPLE, "--set", "features.ema_50_1h.params.length=20,50", "--db", market, "--out", tmp_path / "out")
    said = trade(*words)
    document = trade(*words, "--json").json
    starts = [run["window"][0] for run in document["runs"]]
    assert starts[0] < starts[1]
    (finding,) = (finding for finding in document["findings"] if finding["code"] == "windows-differ")
    assert finding["severity"] == "note"
    from trade.market.instants import iso

    latest = iso(starts[1])
    assert finding["hint"] == f"give --from {latest.replace(' ', 'T')} to compare them over the same bars"
    head, *rows = said.out.splitlines()
    assert head.split()[1:3] == ["from", "to"]
    assert latest in rows[1]
    assert latest not in rows[0]
    same = trade(*words, "--from", latest.replace(" ", "T"))
    assert "windows-differ" not in same.err
    assert "from" not in same.out.splitlines()[0].split()


def test_what_is_not_said_of_all_runs_names_those_it_is_said_of(market: Path, tmp_path: Path, trade: Trade) -> None:
    words = ("--set", "risk.stop_loss_pct=6,8", "--windows", "2025-02,2024", "--db", market, "--out", tmp_path / "out", "--json")
    findings = trade("backtest", "run", SAMPLE, *words).json["findings"]
    absent = [finding["path"] for finding in findings if finding["code"] == "no-history"]
    chosen = [f"window=2024-01-01..2025-01-01, risk.stop_loss_pct={value}" for value in (6, 8)]
    assert absent == ["; ".join(chosen)]


def test_a_filter_that_fits_no_run_is_not_a_folder_without_runs(market: Path, tmp_path: Path, trade: Trade) -> None:
    out = ("--out", tmp_path / "out")
    assert trade("runs", "list", *out).out == "no runs here; try 'trade backtest run sample'\n"
    trade("backtest", "run", SAMPLE, *SPAN, "--db", market, *out)
    assert trade("runs", "list", "--play", "other", *out).out == "none of the 1 run here is one of those asked for\n"


def test_a_refused_run_is_told_apart_on_a_narrow_terminal(market: Path, tmp_path: Path, trade: Trade, narrow: Any) -> None:
    play = tmp_path / "refused.yml"
    play.write_text(SAMPLE.read_text().replace("name: sample", "name: refused") + "\nexpected: {min_trades: 1000}\n")
    words = (*MONTHS, "--db", market, "--out", tmp_path / "out")
    assert trade("backtest", "run", play, *words).code == 1
    assert trade("backtest", "run", SAMPLE, *words).code == 0
    lines = narrow("runs", "list", "--out", tmp_path / "out").out.splitlines()
    status = {line.split()[1]: line.split()[-1] for line in lines[1:] if "SAMPLEUSDT" in line}
    assert (status["refused"], status["sample"] == "refused") == ("refused", False)
    assert lines[0].split()[-1] == "ended"


def test_a_row_of_the_list_holds_each_figure_under_its_head(market: Path, tmp_path: Path, trade: Trade) -> None:
    out = ("--out", tmp_path / "out")
    run = trade("backtest", "run", SAMPLE, *MONTHS, "--db", market, *out, "--json").json
    head, row = trade("runs", "list", *out).out.splitlines()
    metrics = run["metrics"]
    figures = {
        "return %": f"{metrics['net_return_pct']:,.2f}",
        "max dd %": f"{metrics['max_drawdown_pct']:,.2f}",
        "Sharpe": f"{metrics['sharpe']:,.2f}",
        "profit factor": f"{metrics['profit_factor']:,.2f}",
        "trades": str(metrics["total_trades"]),
        "fees": f"{metrics['total_fees']:,.2f}",
    }
    assert len(set(figures.values())) == len(figures)
    for name, text in figures.items():
        end = head.index(name) + len(name)
        assert row[:end].split()[-1] == text, name


@pytest.mark.parametrize(
    ("order", "figure", "falls"),
    [
        ("return", "net_return_pct", True),
        ("drawdown", "max_drawdown_pct", False),
        ("sharpe", "sharpe", True),
        ("profit-factor", "profit_factor", True),
        ("trades", "total_trades", True),
        ("fees", "total_fees", False),
    ],
)
def test_every_order_puts_the_best_first(order: str, figure: str, falls: bool, market: Path, tmp_path: Path, trade: Trade) -> None:
    out = ("--out", tmp_path / "out")
    trade("backtest", "run", SAMPLE, *MONTHS, "--set", "risk.stop_loss_pct=2,8", "--db", market, *out)
    values = [run[figure] for run in trade("runs", "list", "--sort", order, *out, "--json").json["runs"]]
    assert len(set(values)) > 1
    assert values == sorted(values, reverse=falls)


def test_an_edited_result_is_said_to_be_changed_by_every_command(market: Path, tmp_path: Path, trade: Trade) -> None:
    kept = ("--db", market, "--out", tmp_path / "out")
    trade("backtest", "run", SAMPLE, *SPAN, *kept)
    (result,) = (tmp_path / "out").glob("*/*/*/result.json")
    result.write_text(re.sub(r'("total_trades": )(\d+)', r"\g<1>9\2", result.read_text()))
    hints = [
        finding["hint"]
        for words in (("verify", "last", *kept), ("show", "last", *kept[2:]), ("list", *kept[2:]), ("prune", "--keep", "1", *kept[2:]))
        for finding in trade("runs", *words, "--json").json["findings"]
    ]
    hints += [finding["hint"] for finding in trade("data", "sql", "SELECT run_id FROM runs", *kept, "--json").json["findings"]]
    assert len(hints) >= 5
    assert {hint.endswith("the files were changed after the run; delete the folder and run it again") for hint in hints} == {True}
    assert "trade runs verify" in trade("backtest", "run", SAMPLE, *SPAN, *kept, "--json").json["findings"][0]["hint"]


def test_runs_of_another_value_have_another_play_hash_in_the_list_and_in_sql(market: Path, tmp_path: Path, trade: Trade) -> None:
    kept = ("--db", market, "--out", tmp_path / "out")
    said = trade("backtest", "run", SAMPLE, *SPAN, "--set", "risk.stop_loss_pct=4,8", *kept, "--json").json["runs"]
    told = {run["run_id"]: run["play_hash"] for run in said}
    assert len(set(told.values())) == 2
    assert {run["run_id"]: run["play_hash"] for run in trade("runs", "list", *kept[2:], "--json").json["runs"]} == told
    assert dict(trade("data", "sql", "SELECT run_id, play_hash FROM runs", *kept, "--json").json["rows"]) == told


def test_what_a_folder_says_is_versions_is_told_apart(market: Path, tmp_path: Path, trade: Trade) -> None:
    trade("backtest", "run", SAMPLE, *SPAN, "--db", market, "--out", tmp_path / "out")
    (one,) = (path.parent for path in (tmp_path / "out").glob("*/*/*/result.json"))
    other = tmp_path / "copy"
    shutil.copytree(one, other)
    signature = json.loads((other / "pipeline_signature.json").read_text())
    name = next(iter(signature["versions"]))
    signature["versions"][name] = "0.0"
    (other / "pipeline_signature.json").write_text(json.dumps(signature))
    told = trade("runs", "show", one, other, "--json").json["differences"]
    assert [(each["subject"], each["name"], each["other"]) for each in told] == [("versions", name, "0.0")]


def test_a_query_that_is_wrong_names_the_columns_of_its_own_views(market: Path, tmp_path: Path, trade: Trade) -> None:
    words = ("--db", market, "--out", tmp_path / "out", "--json")
    hint = trade("data", "sql", "SELECT nothing FROM bars", *words).json["findings"][0]["hint"]
    assert "bars (venue, market, symbol, ts_open_ms, time," in hint
    assert "funding;" in hint
    wide = trade("data", "sql", "SELECT nothing FROM runs", *words).json["findings"][0]["hint"]
    assert "more, as 'SELECT *' shows)" in wide
    assert "…" not in wide
    other = trade("data", "sql", "SELECT * FROM decisions", *words).json["findings"][0]
    assert (other["code"], "pg_" in other["fact"]) == ("sql-refused", False)


def test_a_query_that_is_wrong_looks_at_no_file_for_damage(
    market: Path, tmp_path: Path, trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a file was looked at")

    trade("backtest", "run", SAMPLE, *SPAN, "--db", market, "--out", tmp_path / "out")
    monkeypatch.setattr("trade.run.kept_views.KeptViews._faults", never)
    words = ("--db", market, "--out", tmp_path / "out", "--json")
    assert trade("data", "sql", "SELECT nothing FROM trades", *words).codes == ["sql-refused"]


def test_the_name_of_a_new_play_is_quoted_where_a_shell_would_part_it(tmp_path: Path, trade: Trade) -> None:
    folder = tmp_path / "my plays"
    folder.mkdir()
    said = trade("play", "new", "mine", "--plays", folder)
    assert said.out.endswith(f"try 'trade backtest run \"{folder}/mine.yml\"'\n")
    plain = trade("play", "new", "mine", "--plays", tmp_path)
    assert plain.out.endswith(f"try 'trade backtest run {tmp_path}/mine.yml'\n")


def test_a_symbol_in_lower_case_is_asked_after(market: Path, tmp_path: Path, trade: Trade) -> None:
    said = trade("backtest", "run", SAMPLE, "--symbol", "sampleusdt", "--db", market, "--out", tmp_path / "out", "--json")
    assert said.json["findings"][0]["hint"].startswith("did you mean `SAMPLEUSDT`? if not, run ")
