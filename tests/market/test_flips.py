"""A flipped bit anywhere in the store is named before a number of it is used, or it changes nothing."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from flips import flips
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars, write_older

from trade.base.errors import Mismatch
from trade.market import journal
from trade.market.names import Kind
from trade.market.sql import query
from trade.market.store import Store
from trade.quality.accepting import AcceptRequest, accept_gap

EVER = (0, 2**60)
VIEWS = {kind: f"SELECT * FROM {kind} ORDER BY ALL" for kind in (Kind.BARS, Kind.FUNDING)}  # noqa: S608  our own words
FEW_AND_ALL = [pytest.param(1, id="few"), pytest.param(10, id="all", marks=pytest.mark.deep)]


@pytest.fixture
def filled(parquet, load_in, db):
    """Two months of bars with a hole that is accepted, and funding."""
    bars = make_bars(45_000)
    load_in(parquet({name: np.delete(values, slice(100, 130)) for name, values in bars.items()}))
    load_in(parquet({"ts_ms": JAN_2023_MS + 480 * MINUTE_MS * np.arange(90), "funding_rate": np.full(90, 0.0001)}))
    accept_gap(db, AcceptRequest(BTC, JAN_2023_MS + 100 * MINUTE_MS, JAN_2023_MS + 130 * MINUTE_MS, 7, "outage"))
    return db


def seen(db):
    """Return all that a reader sees of a store."""
    store = Store(db)
    entries = journal.read(db, store.manifest)
    return store.load(BTC, *EVER).digest, store.instrument(BTC), store.manifest.accepted_gaps, entries


def counted(db, files, count, seed, look):
    """Return how often a flip was refused, by code, and how often it changed nothing."""
    healthy, found = look(db), Counter()
    for file in flips(files, count, seed):
        try:
            assert look(db) == healthy
        except Mismatch as error:
            [code] = {finding.code for finding in error.findings if file.name in finding.fact}
            found[code] += 1
        else:
            found["harmless"] += 1
    assert look(db) == healthy
    return found


@pytest.mark.parametrize("times", FEW_AND_ALL)
def test_no_flipped_bit_of_a_month_file_is_used(times, filled):
    found = counted(filled, sorted(filled.rglob("*.parquet")), 40 * times, 11, seen)
    assert found["store-damaged"] >= 30 * times
    assert found.total() == found["store-damaged"] + found["harmless"]


@pytest.mark.parametrize("times", FEW_AND_ALL)
def test_no_flipped_bit_of_a_month_file_of_an_older_store_is_used(times, filled):
    write_older(filled / "manifest.json", 3)
    found = counted(filled, sorted(filled.rglob("*.parquet")), 20 * times, 12, seen)
    assert found["store-damaged"] >= 12 * times
    assert found.total() == found["store-damaged"] + found["harmless"]


@pytest.mark.parametrize("times", FEW_AND_ALL)
def test_every_flipped_bit_of_manifest_and_journal_is_refused(times, filled):
    found = counted(filled, [filled / "manifest.json", filled / journal.FILE_NAME], 20 * times, 13, seen)
    assert found == {"store-damaged": found["store-damaged"], "journal-damaged": found["journal-damaged"]}


@pytest.mark.parametrize("times", FEW_AND_ALL)
@pytest.mark.parametrize("kind", list(VIEWS))
def test_no_flipped_bit_is_part_of_an_answer_to_sql(kind, times, filled):
    files = sorted((filled / kind).rglob("*.parquet"))
    found = counted(filled, files, 10 * times, 14, lambda db: query(Store(db), VIEWS[kind]).rows)
    assert found["store-damaged"] >= 5 * times
    assert found.total() == found["store-damaged"] + found["harmless"]


def test_sql_looks_at_the_files_that_a_query_reads_and_at_no_others(filled):
    [*_, last] = sorted((filled / "bars").rglob("*.parquet"))
    last.write_bytes(last.read_bytes()[:-1] + b"x")
    assert query(Store(filled), "SELECT count(*) FROM funding").rows == [(90,)]
    with pytest.raises(Mismatch, match=last.name):
        query(Store(filled), "SELECT max(close) FROM bars")
    assert query(Store(filled), "SELECT max(close) FROM bars WHERE symbol = 'ETHUSDT'").rows == [(None,)]


def test_the_same_rows_in_other_bytes_are_the_rows_that_were_stored(filled):
    """A killed writer of another version may have put them under the same name."""
    import pyarrow.parquet as pq

    healthy = seen(filled)
    for file in filled.rglob("*.parquet"):
        pq.write_table(pq.read_table(file, partitioning=None), file, compression="zstd")
    assert seen(filled) == healthy
    assert query(Store(filled), "SELECT count(*) FROM bars").rows == [(44_970,)]
