"""What a run refuses: windows, symbols, options, folders; each with its exit code, and nothing is left."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from command_line import SAMPLE, Said, Trade

from trade.artifacts.receipt import FORMAT
from trade.artifacts.tables import Table
from trade.base.errors import EXIT_DATA_MISSING, EXIT_MALFORMED, EXIT_MISMATCH, EXIT_REFUSED, DataMissing
from trade.base.timeframe import MINUTE_MS, Timeframe
from trade.features.plan import Plan
from trade.market.names import Kind, Series
from trade.market.store import StoredSeries
from trade.run.request import Market
from trade.run.window import choose_window

Run = Callable[..., Said]


@pytest.fixture
def run(trade: Trade, market: Path, tmp_path: Path) -> Run:
    def call(*words: object) -> Said:
        defaults = {"--db": market, "--out": tmp_path / "out"}
        given = [str(word) for word in words]
        options = [text for name, value in defaults.items() if name not in given for text in (name, str(value))]
        return trade("backtest", "run", SAMPLE, *given, *options, "--json")

    return call


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "fact", "hint"),
    [
        ("--from 2025-02-01T00:07", EXIT_MALFORMED, "window-off-grid", "--from 2025-02-01 00:07", "2025-02-01 or 2025-02-01T00:15"),
        ("--to 2025-02-01T00:59", EXIT_MALFORMED, "window-off-grid", "--to 2025-02-01 00:59", "2025-02-01T00:45 or 2025-02-01T01:00"),
        ("--from 2025-02-01T00:00:30", EXIT_MALFORMED, "window-off-grid", "--from 2025-02-01 00:00:30", "use 2025-02-01 or"),
        ("--from 2025-02-02 --to 2025-02-01", EXIT_MALFORMED, "empty-window", "is empty", "--to is exclusive"),
        ("--from 2025-02-02 --to 2025-02-02", EXIT_MALFORMED, "empty-window", "is empty", "--to is exclusive"),
        ("--from 2025-13-01", EXIT_MALFORMED, "bad-time", "--from '2025-13-01'", "2023-01-01"),
        ("--to yesterday", EXIT_MALFORMED, "bad-time", "--to 'yesterday'", "2023-01-01"),
        ("--max-gap 5x", EXIT_MALFORMED, "bad-duration", "--max-gap '5x'", "90m, 3h or 2d"),
        ("--max-gap h", EXIT_MALFORMED, "bad-duration", "--max-gap 'h'", "90m, 3h or 2d"),
        ("--max-gap ²h", EXIT_MALFORMED, "bad-duration", "--max-gap '²h'", "90m, 3h or 2d"),
        ("--max-missing nan", EXIT_MALFORMED, "out-of-range", "--max-missing 'nan'", "0 to 100"),
        ("--max-missing -1", EXIT_MALFORMED, "out-of-range", "--max-missing '-1'", "0 to 100"),
        ("--symbol NOPEUSDT", EXIT_DATA_MISSING, "symbol-not-stored", "'NOPEUSDT'", "trade data import"),
        ("--symbol sample:linear:NOPEUSDT", EXIT_DATA_MISSING, "symbol-not-stored", "NOPEUSDT", "sample:linear:SAMPLEUSDT"),
        ("--symbol a:b", EXIT_MALFORMED, "bad-symbol", "'a:b'", "venue:market:SYMBOL"),
        ("--from 2026-01-01 --to 2026-02-01", EXIT_DATA_MISSING, "no-history", "2026-01-01 00:00 .. 2026-02-01 00:00", "trade data import"),
        ("--from 2026-01-01", EXIT_DATA_MISSING, "history-too-short", "2025-01-01 00:00 .. 2025-05-01 00:00", "--from and --to"),
        ("--from 2026-01-01", EXIT_DATA_MISSING, "history-too-short", "no window after 2026-01-01 00:00", "inside what is stored"),
        ("--to 2020-01-01", EXIT_DATA_MISSING, "history-too-short", "no window before 2020-01-01 00:00", "inside what is stored"),
        ("--to 2025-01-02", EXIT_DATA_MISSING, "history-too-short", "after warm-up: 'ema_50_1h' needs most", "accept a later start"),
        ("--from 0001-01-01", EXIT_MALFORMED, "bad-time", "--from '0001-01-01' lies before 1970 or after 2099", "2023-01-01"),
        ("--from 1000-01-01 --max-gap 999999d --max-missing 100", EXIT_MALFORMED, "bad-time", "--from '1000-01-01'", "2023-01-01"),
        ("--from 0001-01-01T00:00+14:00", EXIT_MALFORMED, "bad-time", "--from '0001-01-01T00:00+14:00'", "2023-01-01"),
        ("--from 1969-12-31T23:59:59", EXIT_MALFORMED, "bad-time", "--from '1969-12-31T23:59:59'", "2023-01-01"),
        ("--to 9999-12-31", EXIT_MALFORMED, "bad-time", "--to '9999-12-31' lies before 1970 or after 2099", "2023-01-01"),
        ("--to 2100-01-01T00:00:01", EXIT_MALFORMED, "bad-time", "--to '2100-01-01T00:00:01'", "2023-01-01"),
        ("--from 1970-01-01 --to 2100-01-01", EXIT_DATA_MISSING, "history-gaps", "gaps", "--max-gap"),
        ("--from 2025-01-02 --strict-warmup", EXIT_DATA_MISSING, "late-start", "2025-01-01 00:00", "begin the window later"),
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_is_refused(words: str, exit_code: int, code: str, fact: str, hint: str, run: Run, tmp_path: Path) -> None:
    said = run(*words.split())
    finding = next(f for f in said.json["findings"] if f["code"] == code)
    assert (said.code, said.json["exit_code"], said.json["status"]) == (exit_code, exit_code, "refused")
    assert fact in finding["fact"]
    assert hint in finding["hint"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("feature", "timeframe", "bars", "days", "more"),
    [
        ("{indicator: sma, params: {length: 150}, tf: high_tf}", "D", 150, 150, 31),
        ("{indicator: sma, params: {length: 4000}, tf: med_tf}", "1h", 4000, 167, 47),
    ],
)
def test_history_that_warm_up_eats_names_the_feature_that_needs_most_and_the_days(
    feature: str, timeframe: str, bars: int, days: int, more: int, run: Run, trade: Trade, market: Path, tmp_path: Path
) -> None:
    play = tmp_path / "slow.yml"
    play.write_text(
        SAMPLE.read_text()
        .replace("  rsi_14:", f"  slowest: {feature}\n  rsi_14:")
        .replace('[close, ">", ema_50_1h]', '[close, ">", slowest]')
    )
    said = trade("backtest", "run", play, "--db", market, "--out", tmp_path / "out", "--json")
    [finding] = said.json["findings"]
    assert (said.code, finding["code"]) == (EXIT_DATA_MISSING, "history-too-short")
    assert "(120.0 d)" in finding["fact"]
    assert f"'slowest' needs most, {bars:,} bars of {timeframe}, that is {days} days" in finding["fact"]
    assert f"import at least {more} days more" in finding["hint"]
    assert finding["data"] == {"feature": "slowest", "bars": bars, "timeframe": timeframe, "days": days}


def test_history_shorter_than_one_bar_is_told_so_where_no_feature_takes_any() -> None:
    series = Series("a", "linear", "XUSDT")
    first_ms = 1_735_732_800_000  # noon
    stored = StoredSeries(series, Kind.BARS, 60, first_ms, first_ms + 59 * MINUTE_MS, ())
    with pytest.raises(DataMissing) as refused:
        choose_window(cast("Market", SimpleNamespace(series=lambda: [stored])), series, Plan(Timeframe("D"), {}), None, None)
    assert "which holds no whole bar of D before 2025-01-01 00:00" in refused.value.findings[0].fact


def test_both_edges_off_the_grid_are_told_together(run: Run) -> None:
    assert run("--from", "2025-02-01T00:01", "--to", "2025-02-02T00:01").codes == ["window-off-grid", "window-off-grid"]


def test_an_instant_with_another_offset_is_the_same_instant(run: Run) -> None:
    utc = run("--from", "2025-02-01T00:00", "--to", "2025-02-02").json
    assert run("--from", "2025-02-01T03:00+03:00", "--to", "2025-02-02").json["run_hash"] == utc["run_hash"]


@pytest.mark.parametrize("command", ["verify", "show"])
@pytest.mark.parametrize("name", ["zzz", "", "*", "..", "?", "absent/folder"])
def test_a_run_that_nobody_knows_is_refused(command: str, name: str, run: Run, trade: Trade, tmp_path: Path) -> None:
    run("--to", "2025-01-20")
    said = trade("runs", command, name, "--out", tmp_path / "out", "--json")
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["unknown-run"])


def test_a_run_is_found_by_the_beginning_of_its_id_unless_two_begin_so(run: Run, trade: Trade, tmp_path: Path) -> None:
    first = run("--to", "2025-01-20").json
    assert trade("runs", "show", first["run_id"][:5], "--out", tmp_path / "out", "--json").json["run_hash"] == first["run_hash"]
    twin = Path(first["folder"]).with_name(f"{first['run_id'][:5]}0000000")
    twin.symlink_to(first["folder"])
    said = trade("runs", "show", first["run_id"][:5], "--out", tmp_path / "out", "--json")
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["ambiguous-run"])


def test_a_store_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no store")
    said = run("--db", file)
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["store-not-a-folder"])
    said = run("--db", file / "below")
    assert (said.code, said.codes) == (EXIT_REFUSED, ["store-not-writable"])
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{not json")
    said = run("--db", broken)
    assert (said.code, said.codes) == (EXIT_MISMATCH, ["store-damaged"])


def test_an_out_that_cannot_be_written_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    for out in (file, file / "below"):
        said = run("--out", out, "--to", "2025-01-20")
        assert (said.code, said.codes) == (EXIT_REFUSED, ["artifacts-unwritable"])
        assert str(out) in said.out
    assert file.read_text() == "no folder"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_refuses_a_table_leaves_nothing(number: int, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Table.write

    def write(table: Table, folder: Path, *rest: Any) -> None:
        if table.name == "equity":
            raise OSError(number, os.strerror(number), str(folder / table.file))
        real(table, folder, *rest)

    monkeypatch.setattr(Table, "write", write)
    said = run("--to", "2025-01-20")
    assert (said.code, said.codes) == (EXIT_REFUSED, ["artifacts-unwritable"])
    assert os.strerror(number) in said.json["findings"][0]["fact"]
    assert list((tmp_path / "out").rglob("*")) == [tmp_path / "out" / ".staging"]


@pytest.mark.parametrize("name", ["play.yml", "result.json", "run_times.json"])
def test_a_disk_that_fills_up_at_a_document_leaves_nothing(name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_text

    def write_text(path: Path, *rest: Any, **words: Any) -> int:
        if path.name == name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(path, *rest, **words)

    monkeypatch.setattr(Path, "write_text", write_text)
    assert run("--to", "2025-01-20").codes == ["artifacts-unwritable"]
    assert list((tmp_path / "out").rglob("*")) == [tmp_path / "out" / ".staging"]
    monkeypatch.undo()
    assert run("--to", "2025-01-20").code == 0


def test_a_disk_that_fills_up_at_the_import_leaves_the_store_as_it_was(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trade.market import parquet

    def full(*rest: Any, **words: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(parquet, "flush_to_disk", full)
    said = run("--db", tmp_path / "fresh")
    assert (said.code, said.codes) == (EXIT_REFUSED, ["store-not-writable"])
    assert [path.name for path in (tmp_path / "fresh").rglob("*") if path.is_file()] == [".lock"]
    assert not (tmp_path / "out").exists()
    monkeypatch.undo()
    assert run("--db", tmp_path / "fresh", "--to", "2025-01-20").code == 0


def test_a_store_that_cannot_be_written_can_still_be_read(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trade.market import writer

    def refuse(*rest: Any) -> None:
        raise AssertionError("a run over what is stored takes no lock")

    monkeypatch.setattr(writer, "make_folder", refuse)
    assert run("--to", "2025-01-20").code == 0


def test_preflight_asks_the_gates_and_writes_nothing(trade: Trade, market: Path) -> None:
    said = trade("backtest", "preflight", SAMPLE, "--db", market, "--json").json
    assert (said["status"], said["exit_code"], said["play"], said["bars"]) == ("passed", 0, "sample", 120 * 1440)
    refused = trade("backtest", "preflight", SAMPLE, "--db", market, "--to", "2025-06-01", "--json")
    assert refused.code == EXIT_DATA_MISSING
    gaps = next(f for f in refused.json["findings"] if f["code"] == "history-gaps")
    assert gaps["data"]["gaps"] == [[1746057600000, 1748736000000]]
    assert "2025-05-01 00:00 .. 2025-06-01 00:00" in trade("backtest", "preflight", SAMPLE, "--db", market, "--to", "2025-06-01").err


def test_a_kept_run_that_is_damaged_is_named_and_the_others_listed(run: Run, trade: Trade, tmp_path: Path) -> None:
    kept, damaged = run("--to", "2025-01-20").json, run("--to", "2025-01-21").json
    result = Path(damaged["folder"]) / "result.json"
    for text in ("{not json", "[]", json.dumps({"format": FORMAT})):
        result.write_text(text)
        said = trade("runs", "list", "--out", tmp_path / "out", "--json")
        assert [brief["run_id"] for brief in said.json["runs"]] == [kept["run_id"]]
        assert str(result) in said.json["findings"][0]["fact"]
        assert said.code == 0
    result.write_text("{not json")
    assert trade("runs", "show", damaged["run_id"], "--out", tmp_path / "out", "--json").code == EXIT_MISMATCH
