"""`--record decisions`: what was decided and what the rules saw, beside a run that is the same with and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import Said, Trade
from runs import NAMES, PLAYS, doors

from trade.artifacts.decided import DECISIONS, read_decided
from trade.artifacts.receipt import Receipt
from trade.base.errors import EXIT_MALFORMED, EXIT_MISMATCH
from trade.base.records import ExitReason, FillKind, Intent, StopReason
from trade.engine.decided import read_decided as read_decided_of
from trade.features.compute import compute_features
from trade.feeds.build import build_feed
from trade.play.overrides import parse_overrides
from trade.run.accepted import accept_file
from trade.run.backtest import run_backtest
from trade.run.execute import FinishedRun, execute, preflight
from trade.run.request import Request

PLAY = PLAYS / "cross_both_sides.yml"
SIDES = {"entry_long": 1, "entry_short": -1}
STOPPED = ("account.max_drawdown_pct=4", "account.max_leverage=1")


def finished(name: str, market: Path, *sets: str) -> FinishedRun:
    overrides = tuple(parse_overrides(text)[0] for text in sets)
    request = Request(play=PLAYS / f"{name}.yml", out=Path("nowhere"), overrides=overrides)
    accepted = accept_file(request.play, None, overrides)
    return execute(preflight(request, doors(market), accepted), records_decisions=True)


RUNS = [
    *((name, ()) for name in NAMES),
    *((name, STOPPED) for name in NAMES),
    ("cross_both_sides", ("account.min_trade_notional_usdt=14000",)),
]


@pytest.mark.parametrize(("name", "sets"), RUNS)
def test_every_decision_of_the_run_is_recorded_and_no_other(name: str, sets: tuple[str, ...], market: Path) -> None:
    run = finished(name, market, *sets)
    assert run.decided is not None
    rows, trades, fills = run.decided.rows, run.result.trades, run.result.fills
    enters = rows["decision"] != int(Intent.EXIT)
    assert np.count_nonzero(enters) == run.result.entry_attempts
    assert np.count_nonzero(enters & (rows["filled"] == 0)) == sum(run.result.rejections.values())
    filled = rows[enters & (rows["filled"] == 1)]
    assert filled["ts_ms"].tolist() == trades["decision_ts_ms"].tolist()
    wanted = {1: int(Intent.ENTRY_LONG), -1: int(Intent.ENTRY_SHORT)}
    assert filled["decision"].tolist() == [wanted[side] for side in trades["side"].tolist()]
    assert set(rows["position"][enters].tolist()) <= {0}
    left = fills[(fills["kind"] == int(FillKind.EXIT)) & (trades["exit_reason"][fills["trade"]] == int(ExitReason.SIGNAL))]
    exits = rows[~enters & (rows["filled"] == 1)]
    assert exits["ts_ms"].tolist() == left["decision_ts_ms"].tolist()
    assert exits["position"].tolist() == trades["side"][left["trade"]].tolist()
    assert np.all(np.diff(rows["ts_ms"]) > 0)
    assert len(rows)


def test_the_runs_above_are_stopped_rejected_and_left_by_signals(market: Path) -> None:
    assert {finished(name, market, *STOPPED).result.stop_reason.word for name in NAMES} >= {"max_drawdown"}
    assert finished(*RUNS[-1][:1], market, *RUNS[-1][1]).result.rejections  # type: ignore[arg-type]
    assert ExitReason.SIGNAL in finished("minute_breakout", market).result.trades["exit_reason"]


def test_at_the_close_at_which_a_run_stops_nothing_is_decided(market: Path) -> None:
    run = finished("cross_both_sides", market)
    assert run.decided is not None
    history, plan, accepted = run.ready.history, run.ready.plan, run.ready.accepted
    features = compute_features(plan, history.base, history.instrument.grid, run.ready.window)
    feed = build_feed(history, features, accepted.play.exec_timeframe, run.ready.window)
    at = int(run.decided.rows["ts_ms"][5])
    stopped = replace(run.result, stop_reason=StopReason.MAX_DRAWDOWN, stop_ts_ms=at)
    assert read_decided_of(accepted.program, feed, stopped).rows.tolist() == run.decided.rows[:5].tolist()


def test_the_values_are_those_of_the_bars_and_of_the_indicators(market: Path) -> None:
    run = finished("cross_both_sides", market)
    assert run.decided is not None
    history, play = run.ready.history, run.ready.accepted.play
    features = compute_features(run.ready.plan, history.base, history.instrument.grid, run.ready.window)
    ts_ms, values = run.decided.rows["ts_ms"], run.decided.values
    assert list(values) == ["close", "ema_50_1h", "ema_9", "ema_21", "rsi_14"]
    tick = float(history.instrument.tick_size)
    closes = dict(zip(history.base.ts_close_ms.tolist(), history.base.close.tolist(), strict=True))
    assert values["close"].tolist() == pytest.approx([closes[t] * tick for t in ts_ms.tolist()], rel=1e-15)
    for name in list(values)[1:]:
        feature = play.features[name]
        bars = features.bars[feature.timeframe]
        rows = np.searchsorted(bars.ts_close_ms, ts_ms, "right") - 1
        column = features.columns[name, "value"]
        expected = column.values[rows] * (tick / 12) ** column.power
        assert values[name] == pytest.approx(expected, rel=1e-12)


def test_the_rule_that_fired_holds_for_the_values_that_it_saw(market: Path) -> None:
    decided = finished("cross_both_sides", market).decided
    assert decided is not None
    close, slow, fast, other, rsi = decided.values.values()
    up = decided.rows["decision"] == int(Intent.ENTRY_LONG)
    assert np.all(np.where(up, (close > slow) & (fast > other) & (rsi < 70), (close < slow) & (fast < other) & (rsi > 30)))
    assert {word for word, is_up in zip(decided.rules, up, strict=True) if is_up} == {"actions.entry_long"}
    assert set(decided.blocks) == set(SIDES)
    assert set(decided.rows["case"].tolist()) == {0}


@pytest.fixture
def run(trade: Trade, market: Path, tmp_path: Path) -> Callable[..., Said]:
    return lambda *words: trade("backtest", "run", PLAY, "--db", market, "--out", tmp_path / "out", *words, "--json")


@pytest.fixture
def verify(trade: Trade, market: Path, tmp_path: Path) -> Callable[[], Said]:
    return lambda: trade("runs", "verify", "last", "--db", market, "--out", tmp_path / "out", "--json")


RECORD = ("--record", "decisions")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "run_times.json"}


def folder_of(said: Said) -> Path:
    return Path(said.json["folder"])


def test_a_record_makes_no_other_run(run: Any, tmp_path: Path, market: Path) -> None:
    plain = run().json
    recorded = run(*RECORD, "--out", tmp_path / "other").json
    assert {name: plain[name] for name in ("run_id", "input_hash", "hashes")} == {
        name: recorded[name] for name in ("run_id", "input_hash", "hashes")
    }
    one, other = contents(Path(plain["folder"])), contents(Path(recorded["folder"]))
    assert set(other) - set(one) == {DECISIONS}
    assert [name for name in one if one[name] != other[name]] == ["run_manifest.json"]
    assert "recorded" not in plain
    assert recorded["recorded"]["decisions"]["rows"] == recorded["metrics"]["entry_attempts"]


def test_the_same_run_asked_to_record_gets_its_record_and_keeps_it(run: Any, verify: Any) -> None:
    folder = folder_of(run())
    before = {name: (folder / name).stat().st_mtime_ns for name in contents(folder)}
    said = run(*RECORD).json
    assert (said["existed"], said["folder"], said["recorded"]["decisions"]["rows"] > 0) == (True, str(folder), True)
    kept = contents(folder)
    assert {name for name, at in before.items() if (folder / name).stat().st_mtime_ns != at} == {"run_manifest.json"}
    assert verify().json["status"] == "identical"
    for words in ((), RECORD):
        assert run(*words).json["existed"] is True
        assert contents(folder) == kept
    assert not list((folder.parents[2] / ".staging").iterdir())


def test_the_record_reads_as_an_analyst_wants_it(run: Any, trade: Trade) -> None:
    said = run(*RECORD).json
    rows = pq.read_table(Path(said["folder"]) / DECISIONS).to_pylist()
    assert list(rows[0]) == [
        *("ts_ms", "position", "decision", "case", "filled", "time", "decision_word", "block", "rule"),
        *("close", "ema_50_1h", "ema_9", "ema_21", "rsi_14", "run_id", "play", "symbol"),
    ]
    assert {(row["run_id"], row["play"], row["symbol"]) for row in rows} == {(said["run_id"], said["play"], said["symbol"])}
    assert {row["decision_word"] for row in rows} == set(SIDES)
    assert [row["time"].timestamp() * 1000 for row in rows] == [row["ts_ms"] for row in rows]
    shown = trade("runs", "show", said["folder"])
    assert f"recorded {len(rows)} decisions in {said['folder']}/{DECISIONS}" in shown.out.replace("\n", "")


def edited(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    table = pq.read_table(folder / DECISIONS)
    at = table.schema.get_field_index(name)
    column = pa.array([change(value) for value in table.column(name).to_pylist()], table.schema.field(name).type)
    pq.write_table(table.set_column(at, table.schema.field(at), column), folder / DECISIONS)


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a value": (lambda folder: edited(folder, "rsi_14", lambda value: value + 1e-9), "artifact-hash"),
    "a lost value": (lambda folder: edited(folder, "rsi_14", lambda _: None), "artifact-hash"),
    "a case": (lambda folder: edited(folder, "case", lambda value: value + 1), "artifact-hash"),
    "a rule": (lambda folder: edited(folder, "rule", lambda value: value + "x"), "artifact-hash"),
    "a word": (lambda folder: edited(folder, "decision_word", lambda value: value + "x"), "file-differs"),
    "a label": (lambda folder: edited(folder, "play", lambda _: "other"), "file-differs"),
    "a lost column": (
        lambda folder: pq.write_table(pq.read_table(folder / DECISIONS).drop_columns(["case"]), folder / DECISIONS),
        "artifact-unreadable",
    ),
    "another type": (
        lambda folder: pq.write_table(pq.read_table(folder / DECISIONS, columns=["play"]).rename_columns(["x"]), folder / DECISIONS),
        "artifact-unreadable",
    ),
    "no parquet": (lambda folder: (folder / DECISIONS).write_bytes(b"PAR1"), "artifact-unreadable"),
    "the file": (lambda folder: (folder / DECISIONS).unlink(), "artifact-missing"),
    "what the manifest says": (lambda folder: manifest(folder, {"decisions": {"rows": 1, "hash": "0" * 64}}), "artifact-hash"),
    "its count": (lambda folder: manifest(folder, {"decisions": {"rows": 1, "hash": hash_of(folder)}}), "file-differs"),
    "its shape": (lambda folder: manifest(folder, ["decisions"]), "artifact-unreadable"),
    "its absence": (lambda folder: manifest(folder, {}), "artifact-foreign"),
}


def hash_of(folder: Path) -> str:
    return str(json.loads((folder / "run_manifest.json").read_text())["recorded"]["decisions"]["hash"])


def manifest(folder: Path, recorded: Any) -> None:
    path = folder / "run_manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "recorded": recorded}))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_record_that_was_touched_is_noticed_by_verify(damage: str, run: Any, verify: Any) -> None:
    folder = folder_of(run(*RECORD))
    change, code = DAMAGES[damage]
    change(folder)
    said = verify()
    assert (said.code, code in said.codes) == (EXIT_MISMATCH, True)


@pytest.mark.parametrize("damage", ["a value", "the file", "its count"])
def test_a_record_that_was_touched_is_noticed_by_a_rerun_that_records(damage: str, run: Any) -> None:
    folder = folder_of(run(*RECORD))
    DAMAGES[damage][0](folder)
    said = run(*RECORD)
    assert (said.code, said.codes) == (EXIT_MISMATCH, ["run-differs"])
    assert run().json["existed"] is True  # who asks for no record is not told


def test_a_record_that_a_kill_left_unnamed_is_completed(run: Any, verify: Any) -> None:
    folder = folder_of(run(*RECORD))
    kept = contents(folder)
    path = folder / "run_manifest.json"
    said = json.loads(path.read_text())
    del said["recorded"]
    path.write_text(json.dumps(said))
    assert verify().codes == ["artifact-foreign"]
    assert run(*RECORD).json["existed"] is True
    assert contents(folder) == kept
    assert verify().code == 0


def test_a_run_with_a_record_is_removed_whole(run: Any, trade: Trade, tmp_path: Path) -> None:
    folder = folder_of(run(*RECORD))
    assert trade("runs", "rm", "last", "--out", tmp_path / "out").code == 0
    assert not folder.exists()


def test_several_runs_are_all_recorded(run: Any) -> None:
    said = run(*RECORD, "--set", "risk.stop_loss_pct=3,5").json
    for one in said["runs"]:
        assert len(read_decided(Path(one["folder"])).rows) == one["metrics"]["entry_attempts"]


def test_a_run_that_decides_nothing_has_an_empty_record(run: Any, verify: Any) -> None:
    said = run(*RECORD, "--from", "2025-04-30T22:00").json
    assert said["recorded"]["decisions"]["rows"] == said["metrics"]["entry_attempts"] == 0
    assert verify().code == 0


def test_what_cannot_be_recorded_is_said(run: Any) -> None:
    said = run("--record", "everything")
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["usage"])


def test_a_feature_that_is_called_like_a_column_is_numbered(trade: Trade, market: Path, tmp_path: Path) -> None:
    play = tmp_path / "named.yml"
    play.write_text(PLAY.read_text().replace("rsi_14", "symbol").replace("ema_9", "block"))
    request = Request(play=play, out=tmp_path / "out", records_decisions=True)
    receipt: Receipt = run_backtest(request, doors(market))
    assert {"block (2)", "symbol (2)"} < set(read_decided(receipt.folder).values)
    again = run_backtest(replace(request, records_decisions=False), doors(market))
    assert again.existed
    assert trade("runs", "verify", receipt.folder, "--db", market).code == 0
