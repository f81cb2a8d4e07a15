"""A store is read as one snapshot; equal rows have equal digests wherever they come from (HASH-2)."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars, write_older

from trade.base.errors import DataMissing, Malformed, Mismatch, Refused
from trade.files.importing import ImportRequest, import_file
from trade.market.manifest import SCHEMA
from trade.market.migrations import migrated
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.synthetic.sample import SERIES, START_MS, ensure_sample

T = JAN_2023_MS
DAY_MS = 86_400_000
FEB_2023_MS = T + 31 * DAY_MS


def minute(i):
    return T + MINUTE_MS * i


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return ensure_sample(tmp_path_factory.mktemp("sample"))


def test_prices_come_back_as_ticks(parquet, load_in, db):
    bars = make_bars(100)
    load_in(parquet(bars))
    history = Store(db).load(BTC, minute(10), minute(20))
    assert history.base.open.tolist() == [300_000 + i for i in range(10, 20)]
    assert history.base.high.tolist() == [300_004 + i for i in range(10, 20)]
    assert np.array_equal(history.base.volume, bars["volume"][10:20])
    assert history.mark is None
    assert history.funding is None


def test_a_gap_stays_a_gap(parquet, load_in, db):
    load_in(parquet({name: np.delete(column, [3, 4]) for name, column in make_bars(10).items()}))
    assert Store(db).load(BTC, T, minute(10)).base.ts_open_ms.tolist() == [minute(i) for i in (0, 1, 2, 5, 6, 7, 8, 9)]


@given(first=st.integers(0, 170_000), length=st.integers(0, 100_000))
@settings(max_examples=15, deadline=None)
def test_a_digest_does_not_depend_on_how_rows_are_spread_over_files(sample, first, length):
    start, end = START_MS + first * MINUTE_MS, START_MS + (first + length) * MINUTE_MS
    stored = sample.rows(SERIES, Kind.BARS, start, end)
    assert stored.digests == sample.rows(SERIES, Kind.BARS, start, end, rehash=True).digests
    assert len(stored.columns["open"]) == min(length, 172_800 - first)


def test_later_months_change_no_digest(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    before = Store(db).load(BTC, T, FEB_2023_MS)
    load_in(parquet(make_bars(3000, FEB_2023_MS - 1000 * MINUTE_MS)))
    after = Store(db)
    assert after.load(BTC, T, minute(100)).digest == before.digest
    assert after.load(BTC, T, FEB_2023_MS).digest != before.digest


def test_the_digest_covers_funding_and_instrument(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    bare = Store(db).load(BTC, T, minute(100)).digest
    load_in(parquet({"ts_ms": np.array([T]), "funding_rate": np.array([0.0001])}))
    paid = Store(db).load(BTC, T, minute(100)).digest
    load_in(parquet({"ts_ms": np.array([T + DAY_MS]), "funding_rate": np.array([0.0001])}))
    assert len({bare, paid}) == 2
    assert Store(db).load(BTC, T, minute(100)).digest == paid


def test_a_snapshot_does_not_see_later_commits(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    snapshot = Store(db)
    before = snapshot.load(BTC, T, minute(1000)).digest
    load_in(parquet(make_bars(200)))
    assert snapshot.load(BTC, T, minute(1000)).digest == before
    assert len(Store(db).load(BTC, T, minute(1000)).base) == 200


def test_funding_of_the_perpetual_is_charged_on_spot_bars_with_a_warning(parquet, load_in, db):
    load_in(parquet(make_bars(100)), market="spot", grid=None)
    load_in(parquet({"ts_ms": np.array([T]), "funding_rate": np.array([0.0001])}))
    history = Store(db).load(Series("generic", "spot", "BTCUSDT"), T, minute(100))
    assert [f.code for f in history.findings] == ["funding-of-perpetual-on-spot"]
    assert history.funding is not None
    assert history.funding.rate.tolist() == [0.0001]


def test_a_bare_symbol_means_the_only_bars_of_that_name(parquet, load_in, db):
    load_in(parquet(make_bars(10)))
    assert Store(db).resolve("BTCUSDT") == BTC == Store(db).resolve("generic:linear:BTCUSDT")
    load_in(parquet(make_bars(10)), venue="other")
    with pytest.raises(Malformed) as caught:
        Store(db).resolve("BTCUSDT")
    assert "generic:linear:BTCUSDT, other:linear:BTCUSDT" in caught.value.findings[0].hint


def test_an_unknown_symbol_is_answered_with_the_nearest_and_the_command(parquet, load_in, db):
    load_in(parquet(make_bars(10)))
    with pytest.raises(DataMissing) as caught:
        Store(db).resolve("BTCUSD")
    assert "BTCUSDT" in caught.value.findings[0].hint
    assert "trade data import FILE --symbol BTCUSD" in caught.value.findings[0].hint


def test_an_empty_store_has_nothing_and_says_how_to_fill_it(db):
    assert Store(db).series() == ()
    with pytest.raises(DataMissing, match="no bars of 'BTCUSDT'"):
        Store(db).resolve("BTCUSDT")


def test_a_file_is_no_store(tmp_path):
    (tmp_path / "x.duckdb").touch()
    with pytest.raises(Malformed, match="the store is a folder"):
        Store(tmp_path / "x.duckdb")


@pytest.mark.parametrize(
    "text", ["{", "{}", '{"schema": 1, "generation": 0, "series": {"bars:../x:linear:A": []}, "instruments": {}}', '{"schema": 0}', "[]"]
)
def test_a_damaged_manifest_is_a_mismatch(text, db):
    db.mkdir()
    (db / "manifest.json").write_text(text)
    with pytest.raises(Mismatch, match="not a manifest"):
        Store(db)


def test_a_newer_format_is_refused(db):
    db.mkdir()
    (db / "manifest.json").write_text('{"schema": 99}')
    with pytest.raises(Refused, match="written by a newer version: it has format '99'"):
        Store(db)


def test_a_store_of_the_first_format_is_read_and_its_next_commit_is_of_todays(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    path = db / "manifest.json"
    today = write_older(path, 3)
    files = {month.month: month.file for stored in Store(db).series() for month in stored.months}
    series = {name: [[row[0], files[row[0]], *row[1:]] for row in rows] for name, rows in today["series"].items()}
    first = {name: today[name] for name in ("generation", "instruments")}
    path.write_text(json.dumps({**first, "schema": 1, "series": series}))
    assert len(Store(db).load(BTC, T, minute(100), rehash=True).base) == 100
    assert json.loads(path.read_text())["schema"] == 1  # a reader writes nothing
    load_in(parquet(make_bars(200)))
    assert json.loads(path.read_text())["schema"] == SCHEMA
    assert len(Store(db).load(BTC, T, minute(200), rehash=True).base) == 200


def test_migrations_are_applied_one_after_another():
    steps = {n: lambda raw, n=n: {**raw, "done": [*raw.get("done", []), n]} for n in (1, 2, 3)}
    assert migrated({"schema": 2}, 2, 4, steps) == {"schema": 4, "done": [2, 3]}
    assert migrated({"schema": 4}, 4, 4, steps) == {"schema": 4}
    with pytest.raises(KeyError):
        migrated({"schema": 0}, 0, 4, steps)


def test_wildcards_in_the_path_of_a_store_are_letters(tmp_path, parquet):
    db = tmp_path / "a[b]*c?"
    import_file(db, ImportRequest(parquet(make_bars(10)), "BTCUSDT"))
    assert len(Store(db).load(BTC, T, minute(10)).base) == 10


def test_threads_and_hash_seed_change_nothing(parquet, load_in, db):
    load_in(parquet(make_bars(60_000)))
    script = f"""
import json, os, sys
os.cpu_count = lambda: int(sys.argv[1])
from pathlib import Path
from trade.market.store import Store
store = Store(Path({str(db)!r}))
history = store.load(store.resolve("BTCUSDT"), {T + 5 * MINUTE_MS}, {T + 59_000 * MINUTE_MS}, rehash=True)
print(json.dumps([history.digest, int(history.base.close.sum()), bool((history.base.ts_open_ms[1:] > history.base.ts_open_ms[:-1]).all())]))
"""
    runs = [
        subprocess.run(
            [sys.executable, "-c", script, threads], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for threads, seed in (("1", "0"), ("4", "1"))
    ]
    assert runs[0] == runs[1]
    assert json.loads(runs[0])[2] is True


def test_what_is_no_full_name_is_answered_with_a_stored_one(parquet, load_in, db):
    for text in ("BTCUSDT", "a:BTCUSDT"):
        with pytest.raises(Malformed, match="is not a full name") as caught:
            Store(db).named(text)
        assert caught.value.findings[0].hint == "write 'venue:market:SYMBOL', where the market is spot or linear"
    load_in(parquet(make_bars(10)), symbol="ETHUSDT")
    load_in(parquet(make_bars(10)), venue="kraken", market="spot")
    with pytest.raises(Malformed) as caught:
        Store(db).named("BTCUSDT")
    assert caught.value.findings[0].hint == "write 'venue:market:SYMBOL', like 'kraken:spot:BTCUSDT'"
    with pytest.raises(Malformed, match="is not a full name") as caught:
        Store(db).resolve("linear:ETHUSDT")
    assert "'generic:linear:ETHUSDT'" in caught.value.findings[0].hint
