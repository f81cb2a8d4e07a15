"""Users ask in SQL and can change nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from textwrap import dedent

import pytest
from market_tables import make_bars

from trade.base.errors import Malformed
from trade.market.sql import query
from trade.market.store import Store
from trade.synthetic.sample import ensure_sample


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return ensure_sample(tmp_path_factory.mktemp("it's a store") / "db")


def test_views_name_the_series(store):
    answer = query(store, "SELECT venue, market, symbol, count(*) FROM bars GROUP BY ALL")
    assert answer.rows == [("sample", "linear", "SAMPLEUSDT", 172_800)]
    assert query(store, "SELECT count(*) AS n FROM funding").columns == ("n",)


def test_a_store_whose_folder_looks_like_a_pattern_is_asked_too(tmp_path):
    store = ensure_sample(tmp_path / "it's [a] store*" / "db")
    assert query(store, "SELECT count(*) FROM bars").rows == [(172_800,)]


def test_every_row_says_its_time_beside_its_instant(store):
    found = query(store, "SELECT count(*), count(*) FILTER (epoch_ms(time) = ts_open_ms), typeof(min(time)), min(time) FROM bars").rows
    assert found == [(172_800, 172_800, "TIMESTAMP", datetime.fromisoformat("2025-01-01"))]
    assert query(store, "SELECT * FROM funding").columns == ("venue", "market", "symbol", "ts_ms", "time", "ts_raw_ms", "rate")


def test_an_empty_kind_is_an_empty_view(store):
    assert query(store, "SELECT symbol, close FROM mark").rows == []


def test_a_numeric_symbol_stays_text(parquet, load_in, db):
    load_in(parquet(make_bars(10)), symbol="1000")
    assert query(Store(db), "SELECT DISTINCT symbol FROM bars").rows == [("1000",)]


def test_only_rows_of_the_snapshot_are_seen(parquet, load_in, db):
    load_in(parquet(make_bars(10)))
    load_in(parquet(make_bars(20)))
    assert query(Store(db), "SELECT count(*) FROM bars").rows == [(20,)]


def test_at_most_limit_rows_come_back(store):
    assert len(query(store, "SELECT * FROM bars", 5).rows) == 5


@pytest.mark.parametrize(
    "text",
    [
        "COPY bars TO 'stolen.csv'",
        "CREATE TABLE t AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SET enable_external_access = true",
        "EXPLAIN ANALYZE SELECT 1",
        "",
    ],
)
def test_anything_but_one_select_is_refused(text, store):
    with pytest.raises(Malformed) as caught:
        query(store, text)
    assert caught.value.findings[0].code == "sql-not-a-select"


@pytest.mark.parametrize("text", ["SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM store", "SELECT nope FROM bars", "SELEKT 1"])
def test_what_the_database_refuses_is_explained(text, store):
    with pytest.raises(Malformed) as caught:
        query(store, text)
    assert caught.value.findings[0].code == "sql-refused"
    assert "views: bars" in caught.value.findings[0].hint


def test_a_quote_in_the_path_of_a_store_is_one_of_its_letters(tmp_path):
    store = ensure_sample(tmp_path / 'q"w","op":"READ' / "db")
    assert query(store, "SELECT count(*) FROM bars").rows == [(172_800,)]


def test_columns_of_numbers_are_known_by_their_type(store):
    answer = query(
        store,
        "SELECT symbol, open, ts_open_ms, sum(1) AS n, 1.50 AS d, true AS b, time, NULL::DOUBLE AS gone FROM bars GROUP BY ALL LIMIT 1",
    )
    assert answer.numeric == (False, True, True, True, True, False, False, True)


def test_an_interrupted_query_ends_at_once_and_is_interrupted(store):
    script = """
        import os, signal, sys, threading, time
        from pathlib import Path
        from trade.market.sql import query
        from trade.market.store import Store
        store = Store(Path(sys.argv[1]))
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        try:
            query(store, "SELECT sum(sin(range)) FROM range(1000000000000)")
        except KeyboardInterrupt:
            print(time.monotonic() - began < 20)
    """
    done = subprocess.run([sys.executable, "-c", dedent(script), store.path], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True\n", "")
