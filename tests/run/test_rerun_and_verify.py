"""The same run again leaves the old folder alone; a folder that was touched is noticed, by a re-run and by `verify` (HASH-3)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from command_line import Said, Trade
from runs import PLAYS, receipt

from trade.artifacts.receipt import FILES, TIMES
from trade.base.errors import EXIT_DATA_MISSING, EXIT_MALFORMED, EXIT_MISMATCH

PLAY = PLAYS / "cross_both_sides.yml"
Edit = Callable[[Path], None]


@pytest.fixture(scope="session")
def published(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs with one run; tests copy it."""
    return receipt("cross_both_sides", market, tmp_path_factory.mktemp("published") / "out").folder


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy of the run, in a folder of runs of its own."""
    out = tmp_path / "out"
    shutil.copytree(published.parents[2], out)
    return out / published.relative_to(published.parents[2])


@pytest.fixture
def again(trade: Trade, market: Path, folder: Path) -> Callable[[], Said]:
    return lambda: trade("backtest", "run", PLAY, "--db", market, "--out", folder.parents[2], "--json")


@pytest.fixture
def verify(trade: Trade, market: Path, folder: Path) -> Callable[[], Said]:
    return lambda: trade("runs", "verify", folder, "--db", market, "--json")


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.iterdir())}


def document(name: str, *path: Any, value: Any) -> Edit:
    """Change one value of a JSON file."""

    def edit(folder: Path) -> None:
        whole = json.loads((folder / name).read_text())
        inner = whole
        for key in path[:-1]:
            inner = inner[key]
        assert inner[path[-1]] != value
        inner[path[-1]] = value
        (folder / name).write_text(json.dumps(whole))

    return edit


def column(name: str, column: str) -> Edit:
    """Add one to the first value of a parquet column."""

    def edit(folder: Path) -> None:
        table = pq.read_table(folder / name)
        index = table.schema.get_field_index(column)
        first = pc.equal(pa.array(range(table.num_rows)), 0)
        changed = pc.if_else(first, pc.add(table.column(column), 1), table.column(column))
        pq.write_table(table.set_column(index, table.schema.field(index), changed), folder / name, store_schema=False)

    return edit


def text(name: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        before = (folder / name).read_text()
        assert old in before
        (folder / name).write_text(before.replace(old, new, 1))

    return edit


def cut(name: str) -> Edit:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-20])


EDITS: dict[str, Edit] = {
    "a hash of the result": document("result.json", "hashes", "run_hash", value="0" * 64),
    "a metric": document("result.json", "metrics", "sharpe", value=3.0),
    "the stop reason": document("result.json", "stop_reason", value="liquidated"),
    "a table of trades": document("result.json", "tables", "total", "wins", value=1000),
    "the way from gross to net": document("result.json", "gross_to_net", "fees", value=0.0),
    "the funnel": document("result.json", "funnel", 0, "true", value=0),
    "a count of preflight": document("preflight_report.json", "bars", value=1),
    "the signature": document("pipeline_signature.json", "versions", "numpy", value="0"),
    "the window of the manifest": document("run_manifest.json", "window_to_ms", value=1738368000000),
    "the symbol of the manifest": document("run_manifest.json", "symbol", value="no:such:SYMBOL"),
    "the options of the manifest": document("run_manifest.json", "options", value={}),
    "the instrument of the manifest": document("run_manifest.json", "instrument", "min_qty", value="2"),
    "a result that is no JSON": cut("result.json"),
    "a manifest that is no JSON": cut("run_manifest.json"),
    "an integer of the trades": column("trades.parquet", "net_quanta"),
    "a readable column of the trades": column("trades.parquet", "net_usdt"),
    "a readable column of the curve": column("equity.parquet", "equity_usdt"),
    "half a table": cut("fills.parquet"),
    "a lost file": lambda folder: (folder / "trades.parquet").unlink(),
}
PLAY_EDITS: dict[str, Edit] = {
    "a value of the Play": text("play.yml", "value: 4", "value: 5"),
    "a comment in the Play": text("play.yml", "name:", "# mine\nname:"),
    "a Play that is none": text("play.yml", "features:", "feature:"),
}


def test_a_run_is_complete_and_nothing_else(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {*FILES, TIMES}
    assert [path.name for path in folder.parents[2].iterdir() if not path.name.startswith(".")] == ["cross_both_sides"]
    assert list((folder.parents[2] / ".staging").iterdir()) == []


def test_the_same_run_again_touches_nothing(folder: Path, again: Callable[[], Said]) -> None:
    before = contents(folder)
    said = again()
    assert (said.code, said.json["existed"], said.json["folder"]) == (0, True, str(folder))
    assert contents(folder) == before
    assert list((folder.parents[2] / ".staging").iterdir()) == []


def test_the_text_says_that_the_run_was_there(trade: Trade, market: Path, folder: Path) -> None:
    said = trade("backtest", "run", PLAY, "--db", market, "--out", folder.parents[2])
    assert "(the same run was there before)" in said.out


def test_a_kept_run_that_is_only_shown_says_nothing_of_a_run_before(trade: Trade, folder: Path) -> None:
    said = trade("runs", "show", folder)
    assert f"run {folder.name} in {folder}" in said.out
    assert "there before" not in said.out


@pytest.mark.parametrize("edit", EDITS)
def test_a_rerun_over_a_touched_folder_changes_nothing_and_says_so(edit: str, folder: Path, again: Callable[[], Said]) -> None:
    EDITS[edit](folder)
    before = contents(folder)
    said = again()
    assert (said.code, said.codes) == (EXIT_MISMATCH, ["run-differs"])
    assert contents(folder) == before
    assert list((folder.parents[2] / ".staging").iterdir()) == []


def test_verify_says_identical_twice(folder: Path, verify: Callable[[], Said], trade: Trade, market: Path) -> None:
    before = contents(folder)
    first, second = verify(), verify()
    assert first == second
    assert (first.code, first.json["status"], first.json["findings"]) == (0, "identical", [])
    assert first.json["hashes"]["run_hash"] == json.loads((folder / "result.json").read_text())["hashes"]["run_hash"]
    assert contents(folder) == before
    assert "identical" in trade("runs", "verify", folder, "--db", market).out


@pytest.mark.parametrize("edit", {**EDITS, **PLAY_EDITS})
def test_verify_notices_every_edit(edit: str, folder: Path, verify: Callable[[], Said]) -> None:
    {**EDITS, **PLAY_EDITS}[edit](folder)
    said = verify()
    assert (said.code, said.json["exit_code"]) == (EXIT_MISMATCH, EXIT_MISMATCH)
    assert "bug" not in said.codes


def test_verify_notices_rows_of_the_store_that_were_changed(folder: Path, market: Path, trade: Trade, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(market, store)
    victim = next(path for path in sorted(store.rglob("*.parquet")) if "2025-02" in path.name and "bars" in str(path))
    changed = victim.with_suffix(".new")
    rows = f"SELECT ts_open_ms, open, high, low, close, volume + 1 AS volume FROM read_parquet('{victim}')"  # noqa: S608
    duckdb.sql(f"COPY ({rows}) TO '{changed}' (FORMAT parquet)")
    changed.replace(victim)
    said = trade("runs", "verify", folder, "--db", store, "--json")
    assert (said.code, said.codes) == (EXIT_MISMATCH, ["store-damaged"])


def test_what_differs_because_the_history_changed_names_it_as_the_cause(folder: Path, market: Path, trade: Trade, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(market, store)
    series = json.loads((folder / "run_manifest.json").read_text())["symbol"]
    assert trade("data", "rules", series, "--step", "1", "--min-qty", "1", "--db", store).code == 0
    said = trade("runs", "verify", folder, "--db", store, "--json")
    hints = {finding["fact"].split("'")[1]: finding["hint"] for finding in said.json["findings"] if finding["code"] == "hash-differs"}
    assert hints.pop("data_digest").startswith("the stored history changed: ")
    assert set(hints.values()) == {"it follows from 'data_digest', which is another one"}


def test_verify_without_the_history_says_what_is_missing(folder: Path, trade: Trade, tmp_path: Path) -> None:
    manifest = folder / "run_manifest.json"
    assert "sample:linear:SAMPLEUSDT" in manifest.read_text()
    said = trade("runs", "verify", folder.parent, "--db", tmp_path / "empty", "--json")
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["unknown-run"])


def test_verify_of_a_folder_that_is_no_run_is_refused(folder: Path, verify: Callable[[], Said]) -> None:
    (folder / "run_manifest.json").unlink()
    said = verify()
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["not-a-run"])


def test_the_resolved_play_of_a_run_runs_to_the_same_hashes(folder: Path, trade: Trade, market: Path, tmp_path: Path) -> None:
    said = trade("backtest", "run", folder / "play.yml", "--db", market, "--out", tmp_path / "other", "--json")
    assert said.json["run_id"] == folder.name
    for name in (*FILES,):
        assert (Path(said.json["folder"]) / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_run_of_a_series_that_is_gone_says_what_to_import(folder: Path, trade: Trade, market: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(market, store)
    assert trade("data", "delete", "sample:linear:SAMPLEUSDT", "--yes", "--db", store).code == 0
    other = tmp_path / "other.yml"
    other.write_text(PLAY.read_text().replace("SAMPLEUSDT", "OTHERUSDT"))
    said = trade("backtest", "run", other, "--db", store, "--out", tmp_path / "new", "--json")
    assert (said.code, said.codes) == (EXIT_DATA_MISSING, ["symbol-not-stored"])


def test_verify_names_what_a_run_did_not_write(folder: Path, verify: Callable[[], Said]) -> None:
    (folder / "notes.txt").write_text("mine")
    (folder / "trades.parquet.bak").mkdir()
    said = verify()
    assert (said.code, said.codes) == (EXIT_MISMATCH, ["artifact-foreign"] * 2)
    assert ["'notes.txt'" in said.out, "'trades.parquet.bak'" in said.out] == [True, True]
    (folder / "notes.txt").unlink()
    (folder / "trades.parquet.bak").rmdir()
    (folder / ".lock").touch()  # as a kill leaves it that comes just after the run was published
    assert verify().code == 0


def test_a_flipped_bit_of_a_table_is_damage_and_no_fault_of_ours(folder: Path, verify: Callable[[], Said]) -> None:
    for name in ("trades.parquet", "fills.parquet", "equity.parquet"):
        sound = (folder / name).read_bytes()
        for at in range(0, len(sound), len(sound) // 20):
            raw = bytearray(sound)
            raw[at] ^= 1 << at % 8
            (folder / name).write_bytes(raw)
            said = verify()
            assert said.code in (0, EXIT_MISMATCH), (name, at, said.out)
        (folder / name).write_bytes(sound)


RENAMED = [
    ("tables", "total", "wins"),
    ("tables", "by_side", 0, "group"),
    ("extras", "entries_cut"),
    ("gross_to_net", "fees"),
    ("window", 1),
]
RENAMED += [("funnel", 0, "true"), ("findings",), ("hashes", "fills_hash"), ("metrics", "sharpe"), ("run_id",), ("rejections",)]


@pytest.mark.parametrize("keys", RENAMED)
def test_a_result_that_lost_a_value_is_not_shown_as_if_it_were_whole(keys: tuple[Any, ...], folder: Path, trade: Trade) -> None:
    whole = json.loads((folder / "result.json").read_text())
    place = whole
    for key in keys[:-1]:
        place = place[key]
    del place[keys[-1]]
    (folder / "result.json").write_text(json.dumps(whole))
    said = trade("runs", "show", folder)
    assert said.code == EXIT_MISMATCH
    assert "[artifact-unreadable]" in said.err


@pytest.mark.parametrize("edit", ["a metric", "a hash of the result"])
def test_a_figure_other_than_the_hashed_one_is_not_shown(edit: str, folder: Path, trade: Trade) -> None:
    EDITS[edit](folder)
    assert "[artifact-unreadable]" in trade("runs", "show", folder).err
    listed = trade("runs", "list", "--out", folder.parents[2], "--json")
    assert (listed.json["runs"], listed.codes) == ([], ["artifact-unreadable"])


def test_a_play_of_another_name_is_another_run_with_the_same_hashes(market: Path, tmp_path: Path, trade: Trade) -> None:
    other = tmp_path / "other.yml"
    other.write_text(PLAY.read_text().replace("name: cross_both_sides", "name: another"))
    found = [trade("backtest", "run", path, "--db", market, "--out", tmp_path / "out", "--json").json for path in (PLAY, other)]
    assert found[0]["hashes"] == found[1]["hashes"]
    assert found[0]["run_id"] != found[1]["run_id"]
    query = "SELECT count(*) FROM trades JOIN runs USING (run_id) WHERE trades.play = 'another'"
    counted = trade("data", "sql", query, "--db", market, "--out", tmp_path / "out", "--json").json["rows"]
    assert counted == [[found[1]["metrics"]["total_trades"]]]


def test_a_rule_that_is_changed_and_put_back_is_the_same_rule(market: Path, tmp_path: Path, trade: Trade) -> None:
    store = tmp_path / "store"
    shutil.copytree(market, store)
    words = ("--db", store, "--out", tmp_path / "out")
    before = trade("backtest", "run", PLAY, *words, "--json").json
    for tick in ("0.5", "0.1"):
        assert trade("data", "rules", "SAMPLEUSDT", "--tick", tick, "--db", store).code == 0
    assert trade("backtest", "run", PLAY, *words, "--json").json["run_id"] == before["run_id"]
    assert trade("runs", "verify", "last", *words).code == 0
