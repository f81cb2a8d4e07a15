"""The last gate: every file and every identity of a staged run, each broken in one way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from run_folders import COIN, LABEL, METRICS, edit, empty, finished, rewrite, staged

from trade.artifacts.receipt import FILES, MANIFEST, PLAY, PREFLIGHT, RESULT, SIGNATURE, metrics_hash
from trade.artifacts.tables import FILLS, POINTS, TABLES, TRADES, Table
from trade.base.errors import Refused
from trade.base.records import ExitReason, FillKind
from trade.gates.artifacts import ARTIFACTS, StagedFolder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    run = staged(tmp_path)
    yield run.folder
    run.discard()


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in ARTIFACTS.findings(StagedFolder(folder))]


def facts(folder: Path) -> str:
    return "; ".join(finding.fact for finding in ARTIFACTS.findings(StagedFolder(folder)))


def test_the_run_of_these_tests_has_everything_in_it() -> None:
    assert [ExitReason(code).word for code in finished().trades["exit_reason"]] == ["signal", "stop_loss", "liquidation"]
    assert set(finished().fills["kind"].tolist()) == {int(kind) for kind in FillKind}
    assert (finished().equity["position_lots"] != 0).any()


def test_what_a_run_writes_passes(folder: Path) -> None:
    assert ARTIFACTS.require(StagedFolder(folder)) == ()


def test_a_run_without_trades_passes(tmp_path: Path) -> None:
    run = staged(tmp_path, empty())
    assert ARTIFACTS.require(StagedFolder(run.folder)) == ()
    run.discard()


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_there_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(Refused) as refused:
        ARTIFACTS.require(StagedFolder(folder))
    assert [(f.code, f.fact) for f in refused.value.findings] == [("artifact-missing", f"'{name}' was not written")]


def test_every_missing_file_is_named_at_once(folder: Path) -> None:
    (folder / PLAY).unlink()
    (folder / TRADES.file).unlink()
    assert codes(folder) == ["artifact-missing"] * 2


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_table_is_unreadable(folder: Path, table: Table, keep: float) -> None:
    path = folder / table.file
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    assert codes(folder) == ["artifact-unreadable"]
    assert f"'{table.file}'" in facts(folder)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_flipped_byte_is_a_finding_wherever_it_lies(folder: Path, table: Table) -> None:
    path = folder / table.file
    clean = path.read_bytes()
    told = 0
    for place in range(4, len(clean) - 8, max(len(clean) // 60, 1)):
        path.write_bytes(clean[:place] + bytes([clean[place] ^ 0xFF]) + clean[place + 1 :])
        told += bool(codes(folder))  # readable columns and unused bytes are left to `verify`
    assert told > 20


@pytest.mark.parametrize("name", [MANIFEST, RESULT, SIGNATURE, PREFLIGHT])
@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", "NaN"])
def test_a_document_that_is_none_is_unreadable(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    assert codes(folder) == ["artifact-unreadable"]
    assert f"'{name}'" in facts(folder)


@pytest.mark.parametrize("key", ["hashes", "metrics", "rows", "cut_entries", "initial_equity_quanta"])
def test_a_result_without_one_of_its_parts_is_unreadable(folder: Path, key: str) -> None:
    edit(folder / RESULT, key, value=None)
    assert codes(folder) == ["artifact-unreadable"]


@pytest.mark.parametrize("value", ["", "x", None, "NaN", []])
def test_an_instrument_without_a_grid_is_unreadable(folder: Path, value: object) -> None:
    edit(folder / MANIFEST, "instrument", "tick_size", value=value)
    assert codes(folder) == ["artifact-unreadable"]


def rewritten(folder: Path, change: Callable[[pa.Table], pa.Table], table: Table = TRADES) -> None:
    pq.write_table(change(pq.read_table(folder / table.file)), folder / table.file)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_renamed_lost_added_or_moved_column_is_another_schema(folder: Path, table: Table) -> None:
    names = list(table.columns)
    changes: list[Callable[[pa.Table], pa.Table]] = [
        lambda found: found.rename_columns(["other", *names[1:]]),
        lambda found: found.drop_columns([names[-1]]),
        lambda found: found.append_column("more", found[names[0]]),
        lambda found: found.select(names[::-1]),
    ]
    clean = (folder / table.file).read_bytes()
    for change in changes:
        (folder / table.file).write_bytes(clean)
        rewritten(folder, change, table)
        assert codes(folder) == ["artifact-schema"]


OTHER = [("side", pa.int32()), ("net_quanta", pa.float64()), ("net_usdt", pa.float32()), ("entry_time", pa.int64())]


@pytest.mark.parametrize(("name", "kind"), OTHER)
def test_a_column_of_another_type_is_another_schema(folder: Path, name: str, kind: pa.DataType) -> None:
    rewritten(folder, lambda found: found.set_column(found.schema.get_field_index(name), name, found[name].cast(kind)))
    assert codes(folder) == ["artifact-schema"]
    assert f"'{name}' is {'float' if kind == pa.float32() else kind}, not" in facts(folder)


CODES = {"side", "exit_reason", "kind", "price_from", "rule", "cap"}  # they have to stay words
CHANGEABLE = [(table, column) for table in TABLES for column in table.integer_columns if column not in CODES]


@pytest.mark.parametrize(("table", "column"), CHANGEABLE, ids=lambda value: getattr(value, "name", value))
def test_one_changed_integer_gives_another_hash(folder: Path, table: Table, column: str) -> None:
    rows = table.read(folder)
    rows[column][-1] += 1
    table.write(folder, rows, COIN.grid, LABEL)
    assert codes(folder).count("artifact-hash") == 2  # the table's, and the run's
    assert f"'{table.name}_hash'" in facts(folder)


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        (TRADES, "net_quanta", 0),
        (TRADES, "fees_quanta", 1),
        (TRADES, "gross_quanta", 2),
        (TRADES, "funding_quanta", 0),
        (TRADES, "slippage_quanta", 0),
        (TRADES, "entry_price_ticks", 0),
        (TRADES, "exit_price_ticks", 1),
        (TRADES, "quantity_lots", 0),
        (TRADES, "entry_ts_ms", 0),
        (FILLS, "cash_quanta", 0),
        (FILLS, "fee_quanta", 3),
        (FILLS, "price_ticks", 0),
        (FILLS, "quantity_lots", 0),
        (FILLS, "trade", 0),
        (POINTS, "equity_quanta", 2),
        (POINTS, "cash_quanta", 3),
        (POINTS, "notional_quanta", 3),
        (POINTS, "position_lots", 3),
        (POINTS, "equity_quanta", -1),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_one_changed_integer_with_all_hashes_renewed_breaks_the_ledger(folder: Path, table: Table, column: str, row: int) -> None:
    rows = table.read(folder)
    rows[column][row] += 1
    rewrite(folder, table, rows)
    assert set(codes(folder)) == {"ledger-broken"}


@pytest.mark.parametrize("table", [TRADES, FILLS], ids=lambda table: table.name)
def test_a_lost_row_with_all_hashes_renewed_breaks_the_ledger(folder: Path, table: Table) -> None:
    rewrite(folder, table, table.read(folder)[:-1])
    assert set(codes(folder)) == {"ledger-broken"}


def test_an_initial_equity_that_was_not_there_breaks_the_ledger(folder: Path) -> None:
    edit(folder / RESULT, "initial_equity_quanta", value=finished().initial_equity_quanta + 1)
    assert set(codes(folder)) == {"ledger-broken"}


def test_a_lost_row_is_counted(folder: Path) -> None:
    edit(folder / RESULT, "rows", "fills", value=1)
    assert codes(folder) == ["artifact-rows"]
    edit(folder / RESULT, "rows", value={})
    assert codes(folder) == ["artifact-rows"] * 3


@pytest.mark.parametrize("value", [4, 3.1, None, "three", [3], float("nan")])
def test_a_changed_metric_gives_another_hash(folder: Path, value: object) -> None:
    edit(folder / RESULT, "metrics", "total_trades", value=value)
    assert codes(folder) == ["artifact-hash", "artifact-hash"]
    assert "metrics_hash" in facts(folder)
    assert "run_hash" in facts(folder)


def test_a_metric_that_only_lost_digits_beyond_the_twelfth_is_the_same(folder: Path) -> None:
    edit(folder / RESULT, "metrics", "rate", value=0.3)
    assert codes(folder) == []
    assert metrics_hash(METRICS) == json.loads((folder / RESULT).read_text())["hashes"]["metrics_hash"]


@pytest.mark.parametrize("name", ["trades_hash", "fills_hash", "equity_hash", "metrics_hash", "run_hash"])
def test_a_hash_that_is_none_of_the_files_is_named(folder: Path, name: str) -> None:
    edit(folder / RESULT, "hashes", name, value="0" * 64)
    assert codes(folder) == ["artifact-hash"]
    assert f"'{name}'" in facts(folder)


@pytest.mark.parametrize(("declared", "computed"), [(["ema"], ["ema", "rsi"]), (["ema", "rsi"], ["rsi"]), (["ema"], ["Ema"])])
def test_what_was_declared_is_what_was_computed(folder: Path, declared: list[str], computed: list[str]) -> None:
    edit(folder / SIGNATURE, "declared_features", value=declared)
    edit(folder / SIGNATURE, "computed_features", value=computed)
    assert set(codes(folder)) == {"signature-features"}
    assert len(codes(folder)) == len(set(declared) ^ set(computed))


def test_caps_are_counted_again(folder: Path) -> None:
    edit(folder / RESULT, "cut_entries", value={"max_qty": 1})
    assert codes(folder) == ["artifact-rows"]
