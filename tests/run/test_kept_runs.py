"""What is kept of runs: shown, compared, sorted and removed; a run that lost a file is damaged, and no fault of ours."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, Trade

from trade.base.errors import EXIT_MALFORMED, EXIT_MISMATCH

SPAN = ("--from", "2025-02-01", "--to", "2025-03-10")


@pytest.fixture
def kept(trade: Trade, market: Path, tmp_path: Path) -> Any:
    """Run the sample with some values set, and return the folder of runs and the ids as they were run."""

    def run(*words: str) -> list[str]:
        said = trade("backtest", "run", SAMPLE, *SPAN, *words, "--db", market, "--out", tmp_path / "out", "--json").json
        return [one["run_id"] for one in said["runs"]] if "runs" in said else [said["run_id"]]

    return run


def folder_of(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "out").glob("sample/*/*")
    return found


@pytest.mark.parametrize("file", ["equity.parquet", "trades.parquet"])
@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_a_run_that_lost_a_table_is_not_shown(file: str, damage: str, kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept()
    path = folder_of(tmp_path) / file
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])
    for words in ((), ("--trades",)) if file == "trades.parquet" else ((),):
        said = trade("runs", "show", "last", *words, "--out", tmp_path / "out")
        assert (said.code, said.out) == (EXIT_MISMATCH, "")
        assert "[artifact-unreadable]" in said.err


@pytest.mark.parametrize("file", ["pipeline_signature.json", "run_manifest.json", "play.yml"])
def test_two_runs_of_which_one_is_damaged_are_not_compared(file: str, kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept()
    whole = folder_of(tmp_path)
    other = tmp_path / "copy"
    shutil.copytree(whole, other)
    assert trade("runs", "show", whole, other).out == "the two runs do not differ\n"
    (other / file).write_text("version: nothing")
    assert trade("runs", "show", whole, other, "--json").code == EXIT_MISMATCH
    (other / file).unlink()
    assert trade("runs", "show", whole, other, "--json").code == EXIT_MISMATCH


def test_the_last_of_several_runs_is_the_one_that_ran_last(kept: Any, trade: Trade, tmp_path: Path) -> None:
    ran = kept("--set", "risk.stop_loss_pct=9,7,6,5")
    listed = [run["run_id"] for run in trade("runs", "list", "--out", tmp_path / "out", "--json").json["runs"]]
    assert listed == ran[::-1]
    assert trade("runs", "show", "last", "--out", tmp_path / "out", "--json").json["run_id"] == ran[-1]


def test_runs_are_filtered_sorted_and_limited(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept("--set", "risk.stop_loss_pct=4,6,8")

    def listed(*words: str) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = trade("runs", "list", *words, "--out", tmp_path / "out", "--json").json["runs"]
        return runs

    returns = [run["net_return_pct"] for run in listed("--sort", "return")]
    assert returns == sorted(returns, reverse=True)
    assert [run["max_drawdown_pct"] for run in listed("--sort", "drawdown")] == sorted(run["max_drawdown_pct"] for run in listed())
    assert len(listed("--sort", "sharpe", "--limit", "2")) == 2
    assert len(listed("--play", "sample", "--symbol", "SAMPLEUSDT", "--since", "2020-01-01")) == 3
    assert listed("--play", "other") == listed("--symbol", "BTCUSDT") == listed("--since", "2099-01-01") == []


def test_a_run_without_a_loss_has_the_best_profit_factor(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept("--set", "risk.stop_loss_pct=4,8")
    first, second = (tmp_path / "out").glob("sample/*/*")
    from trade.artifacts.receipt import metrics_hash
    from trade.base.hashing import json_hash

    result = json.loads((second / "result.json").read_text())
    result["metrics"] |= {"profit_factor": None, "profit_factor_mode": "infinite"}
    parts = {**result["hashes"], "metrics_hash": metrics_hash(result["metrics"])}
    del parts["run_hash"]
    result["hashes"] = {**parts, "run_hash": json_hash(parts)}
    (second / "result.json").write_text(json.dumps(result))
    sorted_runs = trade("runs", "list", "--sort", "profit-factor", "--out", tmp_path / "out", "--json").json["runs"]
    assert [Path(run["folder"]) for run in sorted_runs] == [second, first]


def test_a_run_that_is_named_twice_is_removed_once(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept("--set", "risk.stop_loss_pct=4,8")
    folder = next((tmp_path / "out").glob("sample/*/*"))
    said = trade("runs", "rm", folder, folder.parent / ".." / folder.parent.name / folder.name, "--out", tmp_path / "out", "--json").json
    assert [Path(name).resolve() for name in said["removed"]] == [folder.resolve()]
    assert len(trade("runs", "list", "--out", tmp_path / "out", "--json").json["runs"]) == 1


def test_nothing_is_removed_where_one_of_the_names_is_unknown(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept()
    assert trade("runs", "rm", "last", "zzz", "--out", tmp_path / "out", "--json").code == EXIT_MALFORMED
    assert folder_of(tmp_path).is_dir()


def test_pruning_keeps_the_newest_of_each_and_names_the_damaged(kept: Any, trade: Trade, tmp_path: Path) -> None:
    ran = kept("--set", "risk.stop_loss_pct=4,6,8")
    damaged = next(path for path in (tmp_path / "out").glob("sample/*/*") if path.name == ran[0])
    (damaged / "result.json").write_text("{}")
    words = ("runs", "prune", "--keep", "1", "--out", tmp_path / "out", "--json")
    trial = trade(*words, "--dry-run").json
    assert [Path(name).name for name in trial["removed"]] == [ran[1]]
    assert [finding["code"] for finding in trial["findings"]] == ["artifact-unreadable"]
    assert trade(*words).json["removed"] == trial["removed"]
    assert {path.name for path in (tmp_path / "out").glob("sample/*/*")} == {ran[0], ran[2]}
    assert trade("runs", "prune", "--older-than", "30d", "--out", tmp_path / "out", "--json").json["removed"] == []


def test_the_trades_come_as_a_table_as_csv_and_as_a_document(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept()
    told = trade("runs", "show", "last", "--trades", "--out", tmp_path / "out", "--json").json["trades"]
    lines = trade("runs", "show", "last", "--csv", "--out", tmp_path / "out").out.splitlines()
    assert lines[0].split(",") == list(told[0])
    assert len(lines) - 1 == len(told) > 0
    assert told[0]["entry_time"].endswith("Z")
    table = trade("runs", "show", "last", "--trades", "--out", tmp_path / "out").out.splitlines()
    assert len(table) - 1 == len(told)
    assert trade("runs", "show", "last", "--trades", "--metrics", "--out", tmp_path / "out").code == EXIT_MALFORMED


def test_the_metrics_come_with_their_definitions(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept()
    run = trade("runs", "show", "last", "--out", tmp_path / "out", "--json").json
    told = trade("runs", "show", "last", "--metrics", "--out", tmp_path / "out", "--json").json["metrics"]
    assert {one["name"]: one["value"] for one in told} == {**run["metrics"], **run["extras"]}
    assert all(one["unit"] and one["formula"] and one["source"] for one in told)


def test_two_runs_are_told_apart_by_what_makes_them_differ(kept: Any, trade: Trade, tmp_path: Path) -> None:
    one, other = kept("--set", "risk.stop_loss_pct=4,8")
    told = trade("runs", "show", one, other, "--out", tmp_path / "out", "--json").json["differences"]
    play = [(each["name"], each["one"], each["other"]) for each in told if each["subject"] == "play"]
    assert play == [("risk_model.stop_loss.value", 4, 8)] or [name for name, *_ in play] == ["risk_model.stop_loss.value"]
    assert {each["subject"] for each in told} == {"play", "metrics"}


def test_nothing_but_a_run_is_ever_removed(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept()
    run, out = folder_of(tmp_path), tmp_path / "out"
    (out / "sample" / "result.json").write_text("{}")  # the folder of the Play looks like a run to whoever does not look twice
    for words in ((out / "sample",), (out,), (".",)):
        assert trade("runs", "rm", *words, "--out", out, "--json").code == EXIT_MALFORMED
    stray = out / "a" / "b" / "c"
    stray.mkdir(parents=True)
    (stray / "result.json").write_text("{}")
    (stray / "thesis.txt").write_text("years of work")
    assert trade("runs", "rm", stray, "--out", out, "--json").codes == ["not-a-run"]
    (run / "notes.txt").write_text("mine")
    assert trade("runs", "rm", "sample/SAMPLEUSDT/x", run, "--out", out, "--json").code == EXIT_MALFORMED
    said = trade("runs", "rm", run, "--out", out, "--json")
    assert (said.codes, said.json["removed"]) == (["not-a-run"], [])
    assert (run / "notes.txt").is_file()
    assert (stray / "thesis.txt").is_file()


def test_what_cannot_be_removed_keeps_nothing_else_from_going(kept: Any, trade: Trade, tmp_path: Path) -> None:
    ran = kept("--set", "risk.stop_loss_pct=4,6,8")
    (next(path for path in (tmp_path / "out").glob("sample/*/*") if path.name == ran[1]) / "mine.txt").write_text("mine")
    said = trade("runs", "prune", "--keep", "0", "--out", tmp_path / "out", "--json")
    assert (said.code, said.json["status"], said.codes) == (EXIT_MALFORMED, "refused", ["not-a-run"])
    assert {Path(name).name for name in said.json["removed"]} == {ran[0], ran[2]}


def test_a_link_to_a_run_elsewhere_goes_and_the_run_stays(kept: Any, trade: Trade, tmp_path: Path) -> None:
    kept()
    real = tmp_path / "elsewhere"
    folder = folder_of(tmp_path)
    folder.rename(real)
    folder.symlink_to(real)
    assert len(trade("runs", "list", "--out", tmp_path / "out", "--json").json["runs"]) == 1
    assert trade("runs", "prune", "--keep", "0", "--out", tmp_path / "out", "--json").json["removed"] == [str(folder)]
    assert (real / "result.json").is_file()


@pytest.mark.parametrize("file", ["result.json", "run_times.json", "run_manifest.json"])
@pytest.mark.parametrize("content", ["[" * 100_000, None])
def test_one_damaged_file_leaves_the_other_runs_listed(file: str, content: str | None, kept: Any, trade: Trade, tmp_path: Path) -> None:
    ran = kept("--set", "risk.stop_loss_pct=4,8")
    path = next(path for path in (tmp_path / "out").glob("sample/*/*") if path.name == ran[0]) / file
    path.unlink()
    if content is None and file != "result.json":
        path.mkdir()
    else:
        path.write_text(content or "null")
    said = trade("runs", "list", "--out", tmp_path / "out", "--json")
    assert said.code == 0
    assert ran[1] in [run["run_id"] for run in said.json["runs"]]
    assert trade("runs", "show", ran[0], "--out", tmp_path / "out", "--json").code in (0, EXIT_MISMATCH)


def test_a_file_in_the_place_of_the_folder_of_runs_is_told(trade: Trade, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for words in (("list",), ("show", "last"), ("prune", "--keep", "0")):
        assert trade("runs", *words, "--out", tmp_path / "file", "--json").codes == ["bad-path"]


def test_what_else_lies_in_the_staging_folder_blocks_no_run(kept: Any, tmp_path: Path) -> None:
    (tmp_path / "out" / ".staging").mkdir(parents=True)
    (tmp_path / "out" / ".staging" / ".DS_Store").write_text("x")
    assert kept()
