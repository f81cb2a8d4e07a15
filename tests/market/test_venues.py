"""Rows that name no venue go where the bars of their symbol are, or say why not; a run finds them there, or says where they are."""

from __future__ import annotations

import re

import numpy as np
import pytest
from market_tables import JAN_2023_MS, MINUTE_MS, make_bars

from trade.base.errors import Malformed
from trade.cli import console
from trade.cli.app import run
from trade.files.importing import ImportRequest, import_files
from trade.market.names import Kind, Series
from trade.market.store import Store

HOUR_MS = 60 * MINUTE_MS


@pytest.fixture(autouse=True)
def _talk_as_before():
    yield
    console.configure()


def payments(count=3):
    return {"ts_ms": JAN_2023_MS + 8 * HOUR_MS * np.arange(count), "funding_rate": np.full(count, 1e-4)}


def marks(count=10):
    return {name: values for name, values in make_bars(count).items() if name != "volume"}


def interest(count=3):
    return {"ts_ms": JAN_2023_MS + 5 * MINUTE_MS * np.arange(count), "open_interest": np.full(count, 1000.0)}


def said(report):
    return [(finding.code, str(finding.severity)) for finding in report.findings]


def stored(db, kind):
    return sorted(series.key for series, each in Store(db).manifest.months if each is kind)


@pytest.mark.parametrize(("table", "kind"), [(payments(), Kind.FUNDING), (marks(), Kind.MARK), (interest(), Kind.OI)])
def test_rows_without_a_venue_go_to_the_only_bars_of_their_symbol_and_say_so(table, kind, parquet, load_in, db):
    load_in(parquet(make_bars(10)), venue="kraken")
    load_in(parquet(make_bars(10)), symbol="ETHUSDT", venue="other")
    report = load_in(parquet(table, "rows.parquet"), kind=kind)
    assert said(report) == [("venue-of-bars", "note")]
    assert "'kraken:linear:BTCUSDT'" in report.findings[0].fact
    assert stored(db, kind) == ["kraken:linear:BTCUSDT"]


def test_bars_that_come_in_the_same_import_count(parquet, db):
    bars, funding = parquet(make_bars(10)), parquet(payments(), "funding.parquet")
    import_files(db, [ImportRequest(bars, "BTCUSDT", venue="kraken"), ImportRequest(funding, "BTCUSDT")])
    assert stored(db, Kind.FUNDING) == ["kraken:linear:BTCUSDT"]


@pytest.mark.parametrize("venue", ["generic", "bybit"])
def test_a_venue_that_is_named_is_taken_without_a_word(venue, parquet, load_in, db):
    load_in(parquet(make_bars(10)), venue="kraken")
    assert said(load_in(parquet(payments(), "funding.parquet"), venue=venue)) == []
    assert stored(db, Kind.FUNDING) == [f"{venue}:linear:BTCUSDT"]


@pytest.mark.parametrize("bars", [None, "generic"])
def test_without_bars_or_beside_bars_without_a_venue_rows_have_none_either(bars, parquet, load_in, db):
    if bars:
        load_in(parquet(make_bars(10)))
    assert said(load_in(parquet(payments(), "funding.parquet"))) == []
    assert stored(db, Kind.FUNDING) == ["generic:linear:BTCUSDT"]


def test_new_bars_stay_where_their_layout_puts_them(parquet, load_in, db):
    load_in(parquet(make_bars(10)), venue="kraken")
    assert said(load_in(parquet(make_bars(10), "more.parquet"))) == []
    assert stored(db, Kind.BARS) == ["generic:linear:BTCUSDT", "kraken:linear:BTCUSDT"]


def test_with_bars_of_several_venues_the_import_is_refused_and_each_way_it_names_works(parquet, load_in, db):
    for venue in ("kraken", "generic"):
        load_in(parquet(make_bars(10)), venue=venue)
    file = parquet(payments(), "my funding.parquet")
    with pytest.raises(Malformed) as refused:
        load_in(file)
    [finding] = refused.value.findings
    assert finding.code == "ambiguous-venue"
    assert stored(db, Kind.FUNDING) == []
    ways = re.findall("'(--venue [a-z]+)'", finding.hint)
    assert ways == ["--venue generic", "--venue kraken"]
    words = ["data", "import", str(file), "--symbol", "BTCUSDT", "--db", str(db)]
    assert [run([*words, *way.split()]) for way in ways] == [0, 0]
    assert stored(db, Kind.FUNDING) == ["generic:linear:BTCUSDT", "kraken:linear:BTCUSDT"]


def test_bars_of_the_same_market_come_before_those_of_spot(parquet, load_in, db):
    load_in(parquet(make_bars(10)), venue="kraken", market="spot")
    load_in(parquet(make_bars(10)), venue="okx")
    assert said(load_in(parquet(payments(), "funding.parquet"))) == [("venue-of-bars", "note")]
    assert stored(db, Kind.FUNDING) == ["okx:linear:BTCUSDT"]


def test_funding_beside_spot_bars_alone_becomes_that_of_their_venues_perpetual_with_a_warning(parquet, load_in, db):
    load_in(parquet(make_bars(10)), venue="kraken", market="spot")
    report = load_in(parquet(payments(), "funding.parquet"))
    assert said(report) == [("venue-of-bars", "warning")]
    assert "'kraken:spot:BTCUSDT'" in report.findings[0].fact
    spot = Series("kraken", "spot", "BTCUSDT")
    assert Store(db).funding_of(spot) == Series("kraken", "linear", "BTCUSDT")


@pytest.mark.parametrize(("table", "kind"), [(marks(), Kind.MARK), (interest(), Kind.OI)])
def test_what_no_run_reads_with_the_bars_of_another_market_stays_with_a_warning(table, kind, parquet, load_in, db):
    load_in(parquet(make_bars(10)), venue="kraken", market="spot")
    report = load_in(parquet(table, "rows.parquet"), kind=kind)
    assert said(report) == [("bars-elsewhere", "warning")]
    assert "'kraken:spot:BTCUSDT'" in report.findings[0].fact
    assert stored(db, kind) == ["generic:linear:BTCUSDT"]


def test_a_file_of_an_exchange_keeps_its_venue_and_names_the_venue_that_joins_other_bars(text, parquet, load_in, db):
    load_in(parquet(make_bars(10)), venue="kraken")
    lines = ["calc_time,funding_interval_hours,last_funding_rate", f"{JAN_2023_MS},8,0.0001", f"{JAN_2023_MS + 8 * HOUR_MS},8,0.0001"]
    report = load_in(text(lines, "funding.csv"))
    assert (report.layout, said(report)) == ("binance-funding", [("bars-elsewhere", "warning")])
    assert report.findings[0].hint.endswith("import it with '--venue kraken'")
    assert stored(db, Kind.FUNDING) == ["binance:linear:BTCUSDT"]


def test_funding_that_came_before_bars_that_do_not_read_it_is_told_once_at_the_bars(parquet, load_in, db):
    load_in(parquet(payments(), "funding.parquet"))
    report = load_in(parquet(make_bars(10)), venue="kraken")
    assert said(report) == [("bars-elsewhere", "note")]
    finding = report.findings[0]
    assert "funding of 'BTCUSDT' is stored as 'generic:linear:BTCUSDT': no run reads both" in finding.fact
    assert "'trade data import copied-funding.parquet --symbol BTCUSDT --kind funding --venue kraken'" in finding.hint
    assert said(load_in(parquet(make_bars(10)), venue="kraken")) == []
    assert said(load_in(parquet(make_bars(10)))) == []  # their own bars
