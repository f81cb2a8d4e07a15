"""Whatever happens to a month file, the file is named with the command that rids the store of it alone, and that command works."""

from __future__ import annotations

import random
import re
import shlex
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars

from trade.base.errors import Mismatch, Refused
from trade.cli.app import run
from trade.market.store import Store
from trade.market.vacuum import vacuum

EVER = (0, 2**60)
DAY_MS = 1440 * MINUTE_MS


def absent(file):
    file.unlink()


def cut(file):
    file.write_bytes(file.read_bytes()[:-50])


def emptied(file):
    file.write_bytes(b"")


def overwritten(file):
    file.write_bytes(b"x" * 1000)


def hollow(file):
    """The magic words at both ends, and noise between."""
    file.write_bytes(b"PAR1" + random.Random(1).randbytes(5000) + b"PAR1")


def replaced_by_a_folder(file):
    file.unlink()
    file.mkdir()


def with_another_table(change):
    def damage(file):
        pq.write_table(change(pq.read_table(file, partitioning=None)), file)

    return damage


def with_a_missing_value(table):
    values = [None, *table["close"].to_pylist()[1:]]
    return table.set_column(table.column_names.index("close"), "close", pa.array(values, pa.float64()))


def with_small_floats(table):
    return table.set_column(table.column_names.index("close"), "close", table["close"].cast(pa.float32(), safe=False))


def with_a_price(price):
    def change(table):
        values = [*table["close"].to_pylist()[:-1], price]
        return table.set_column(table.column_names.index("close"), "close", pa.array(values, pa.float64()))

    return with_another_table(change)


def with_a_name_that_is_no_text(file):
    file.write_bytes(file.read_bytes().replace(b"volume", b"vol\xe9me"))


def of_another_month(file):
    others = sorted(each for each in file.parent.glob("*.parquet") if each != file)
    shutil.copy(others[-1], file)


FAULTS = {
    absent: "is absent",
    cut: "is cut short",
    emptied: "is empty",
    overwritten: "is no parquet file",
    hollow: "cannot be decoded",
    replaced_by_a_folder: "is a folder",
    with_another_table(lambda table: table.drop_columns(["close"])): "has no columns ts_open_ms, open, high, low, close, volume",
    with_another_table(lambda table: table.slice(0, table.num_rows - 1)): "rows instead of",
    with_another_table(lambda table: table.take([1, 0, *range(2, table.num_rows)])): "rows that do not ascend",
    with_another_table(with_a_missing_value): "other types, or with nothing in them",
    with_another_table(with_small_floats): "other types, or with nothing in them",
    with_a_price(float("nan")): "has prices that no market has",
    with_a_price(-1.0): "has prices that no market has",
    with_a_price(1e300): "has prices that no market has",
    with_a_name_that_is_no_text: "cannot be decoded",
    of_another_month: "instead of",
}


@pytest.fixture
def two_months(parquet, load_in, db):
    load_in(parquet(make_bars(60_000)))
    return sorted(file.relative_to(db).as_posix() for file in (db / "bars").rglob("*.parquet"))


@pytest.mark.parametrize(("damage", "said"), FAULTS.items(), ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_a_damaged_file_is_named_with_what_is_wrong_and_deleting_its_month_and_importing_again_mends_it(
    damage, said, two_months, parquet, load_in, db
):
    healthy = Store(db).load(BTC, *EVER).digest
    damage(db / two_months[0])
    with pytest.raises(Mismatch) as caught:
        Store(db).load(BTC, *EVER)
    [finding] = caught.value.findings
    assert (finding.code, finding.data["file"]) == ("store-damaged", two_months[0])
    assert finding.fact.startswith(f"'{two_months[0]}' ")
    assert said in finding.fact
    assert "import or sync the whole of 2023-01 again" in finding.hint
    [command] = re.findall("'trade (.*)'", finding.hint)
    later = Store(db).load(BTC, JAN_2023_MS + 35 * DAY_MS, 2**60)  # the other month can still be read
    assert len(later.base) == 60_000 - 35 * 1440
    assert run([*shlex.split(command), "--db", str(db), "--quiet"]) == 0
    assert Store(db).load(BTC, *EVER).base.ts_open_ms[0] == JAN_2023_MS + 31 * DAY_MS  # the other month is as it was
    load_in(parquet(make_bars(60_000)))
    assert Store(db).load(BTC, *EVER, rehash=True).digest == healthy


def test_every_damaged_file_of_every_kind_is_named_at_once(two_months, parquet, load_in, db):
    load_in(parquet({"ts_ms": np.array([JAN_2023_MS]), "funding_rate": np.array([0.0001])}))
    [paid] = (file.relative_to(db).as_posix() for file in (db / "funding").rglob("*.parquet"))
    for file, damage in zip((*two_months, paid), (cut, absent, emptied), strict=True):
        damage(db / file)
    with pytest.raises(Mismatch) as caught:
        Store(db).load(BTC, *EVER)
    assert [finding.data["file"] for finding in caught.value.findings] == [*two_months, paid]
    assert "--kind funding" in caught.value.findings[-1].hint


def test_every_damaged_month_of_a_series_is_named_at_once(two_months, db):
    for file in two_months:
        cut(db / file)
    with pytest.raises(Mismatch) as caught:
        Store(db).load(BTC, *EVER)
    assert len(caught.value.findings) == 2


def test_a_month_of_the_right_length_from_another_span_is_no_months_rows(parquet, load_in, db):
    load_in(parquet(make_bars(1000)))
    load_in(parquet(make_bars(1000, JAN_2023_MS + DAY_MS)), venue="other")
    theirs, ours = sorted((db / "bars").rglob("*.parquet"), key=lambda file: "venue=generic" in str(file))
    ours.write_bytes(theirs.read_bytes())
    with pytest.raises(Mismatch, match="has the rows of another span"):
        Store(db).load(BTC, *EVER)


def test_other_rows_of_the_same_span_are_found_by_rehash(parquet, load_in, db):
    load_in(parquet(make_bars(1000)))
    load_in(parquet(make_bars(1000, first_price=310_000)), venue="other")
    theirs, ours = sorted((db / "bars").rglob("*.parquet"), key=lambda file: "venue=generic" in str(file))
    ours.write_bytes(theirs.read_bytes())
    with pytest.raises(Mismatch) as caught:
        Store(db).load(BTC, JAN_2023_MS, JAN_2023_MS + MINUTE_MS, rehash=True)
    [finding] = caught.value.findings
    assert finding.fact == f"'{ours.relative_to(db).as_posix()}' does not hold the rows it was stored with"


def test_a_file_that_may_not_be_read_is_not_taken_for_damage(two_months, db, monkeypatch):
    def denied(self):
        raise PermissionError(13, "Permission denied", str(self))

    cut(db / two_months[0])
    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    with pytest.raises(Refused, match="Permission denied"):
        Store(db).load(BTC, *EVER)


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_is_found_and_named_or_changes_no_row(seed, parquet, load_in, db):
    load_in(parquet(make_bars(500)))
    [file] = db.rglob("*.parquet")
    healthy, raw = Store(db).load(BTC, *EVER, rehash=True), file.read_bytes()
    chance = random.Random(seed)
    named = []
    for _ in range(40):
        place, bit = chance.randrange(len(raw)), 1 << chance.randrange(8)
        file.write_bytes(raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :])
        try:
            assert Store(db).load(BTC, *EVER, rehash=True).digest == healthy.digest
        except Mismatch as error:
            named.append([finding.data["file"] for finding in error.findings])
    assert named == [[file.relative_to(db).as_posix()]] * len(named)
    assert len(named) >= 20


def test_a_store_that_lost_its_manifest_is_damaged_and_not_empty(parquet, load_in, db):
    load_in(parquet(make_bars(50_000)))
    files = sorted(db.rglob("*.parquet"))
    (db / "manifest.json").unlink()
    for use in (lambda: Store(db), lambda: vacuum(db), lambda: load_in(parquet(make_bars(5)))):
        with pytest.raises(Mismatch, match="is absent, and 2 files of stored history") as caught:
            use()
        assert [finding.code for finding in caught.value.findings] == ["store-damaged"]
    assert sorted(db.rglob("*.parquet")) == files


def test_a_folder_with_files_of_others_is_an_empty_store(db):
    theirs = db / "bars" / "venue=generic" / "market=linear" / "symbol=BTCUSDT" / "mine.parquet"
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    assert Store(db).series() == ()
