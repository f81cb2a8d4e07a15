"""The walk over a series: parts do not matter, memory is bounded, damaged files are named."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quality_tapes import BTC, DAY, at, changed, checked, found, mark_of, payments, put, walk, without

from trade.base.errors import DataMissing
from trade.cli import console
from trade.cli.app import run
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.quality import walk as walks
from trade.quality.checking import check_series, chosen, no_funding
from trade.quality.walk import Walk
from trade.synthetic.sample import SERIES, ensure_sample


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


@pytest.fixture
def trade(db, capsys):
    def call(*words):
        code = run(["data", "check", *words, "--db", str(db), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_the_sample_market_has_no_fault(tmp_path):
    store = ensure_sample(tmp_path / "store")
    assert [list(check_series(store, *each).findings()) for each in chosen(store, [])] == [[], []]
    assert no_funding(store, [SERIES]) == ()


def months(db, first, count=4):
    """Return a market of some months, the file of one of them, and its minutes."""
    put(db, Kind.BARS, walk(count * 31 * DAY))
    entry = Store(db).manifest.of(BTC, Kind.BARS)[first]
    return db / entry.file, ((entry.first_ms - at(0)) // 60_000, (entry.last_ms - at(0)) // 60_000 + 1)


@settings(max_examples=8, deadline=None)
@given(st.integers(-45, 45), st.integers(31, 80))
def test_what_stands_across_two_months_is_found_once(tmp_path_factory, shift, length):
    db = tmp_path_factory.mktemp("edge") / "store"
    edge = 31 * DAY + shift
    bars = walk(33 * DAY)
    still = dict.fromkeys(("open", "high", "low", "close"), bars["close"][edge])
    bars = changed(bars, slice(edge + 1, edge + length), **still)
    bars = changed(bars, edge + 200, high=bars["high"][edge + 200] * 1.03)
    put(db, Kind.BARS, without(bars, edge - 60, edge - 59))
    assert found(db) == {
        "missing-bars": [(edge - 60, edge - 58)],
        "stuck-prices": [(edge + 1, edge + length)],
        "price-spike": [(edge + 200, edge + 201)],
    }


@pytest.mark.parametrize("minute", [31 * DAY - 1, 31 * DAY, 31 * DAY + 1])
def test_a_spike_at_the_edge_of_a_month_is_compared_with_its_neighbours(db, minute):
    bars = walk(33 * DAY)
    put(db, Kind.MARK, mark_of(bars))
    bars = changed(bars, minute, high=bars["high"][minute] * 1.03, volume=2_000.0)
    put(db, Kind.BARS, bars)
    assert found(db) == {name: [(minute, minute + 1)] for name in ("price-spike", "apart-from-mark", "volume-spike")}


def test_months_with_a_few_rows_are_taken_together(db):
    whole = walk(100 * DAY)
    kept = np.sort(np.random.default_rng(3).choice(100 * DAY, 300, replace=False))
    put(db, Kind.BARS, {name: values[kept] for name, values in whole.items()})
    parts = list(Walk(Store(db), BTC, Kind.BARS).cases())
    assert sum(len(case.clock[case.core]) for case in parts) == 300
    missing = found(db)["missing-bars"]
    assert sum(end - start for start, end in missing) == int(kept[-1] - kept[0]) + 1 - 300


def test_never_more_than_a_few_months_are_held(db):
    put(db, Kind.BARS, walk(8 * 31 * DAY))
    assert max(len(case.clock) for case in Walk(Store(db), BTC, Kind.BARS).cases()) <= 31 * DAY + 2 * walks.CONTEXT_ROWS


def test_a_file_that_holds_other_rows_is_named(db):
    file, _ = months(db, 1)
    other = Store(db).manifest.of(BTC, Kind.BARS)[1]
    put(db / "other", Kind.BARS, changed(walk(4 * 31 * DAY), 31 * DAY + 5, volume=7.0))
    file.write_bytes((db / "other" / Store(db / "other").manifest.of(BTC, Kind.BARS)[1].file).read_bytes())
    [damage] = checked(db).damage
    assert (damage.month, damage.readable) == (other, True)
    [finding] = checked(db).findings()
    assert (finding.code, other.file in finding.fact) == ("store-damaged", True)


def other_month(file):
    """Put the rows of the first month in the place of others; both have 31 days."""
    first = min(file.parent.glob("*.parquet"))
    file.write_bytes(first.read_bytes())


@pytest.mark.parametrize("spoil", [lambda file: file.write_bytes(b"PAR1 no PAR1"), lambda file: file.unlink(), other_month])
def test_a_file_that_cannot_be_read_is_named_and_its_rows_are_not_called_missing(db, spoil):
    file, (first, end) = months(db, 2)
    spoil(file)
    said = checked(db)
    assert [damage.readable for damage in said.damage] == [False]
    assert [finding.code for finding in said.findings()] == ["store-damaged"]
    assert said.rows == 4 * 31 * DAY - (end - first)


def test_damage_ends_with_4_and_warnings_with_0(db, trade):
    file, _ = months(db, 0)
    code, document = trade()
    assert (code, document["status"], [finding["code"] for finding in document["findings"]]) == (0, "ok", ["no-funding"])
    file.unlink()
    code, document = trade()
    assert (code, document["exit_code"]) == (4, 4)
    assert {finding["code"] for finding in document["findings"]} == {"store-damaged", "no-funding"}


def test_impossible_rows_end_with_4_and_tell_their_minutes(db, trade):
    put(db, Kind.BARS, changed(walk(), 600, low=-1.0))
    code, document = trade("--symbol", "BTCUSDT")
    [impossible] = [finding for finding in document["findings"] if finding["severity"] == "error"]
    assert (code, impossible["code"], impossible["data"]["spans"]) == (4, "price-not-positive", [[at(600), at(601)]])


def test_what_is_not_stored_cannot_be_checked(db, trade):
    put(db, Kind.BARS, walk())
    code, document = trade("--symbol", "NO", "--symbol", "NEITHER", "--symbol", "BTCUSDT")
    assert (code, [finding["code"] for finding in document["findings"]]) == (3, ["series-not-stored"] * 2)
    with pytest.raises(DataMissing):
        chosen(Store(db), ["NO"])


def test_people_get_a_table_and_the_findings(db, capsys):
    put(db, Kind.BARS, changed(walk(), 500, volume=1_000.0))
    put(db, Kind.FUNDING, payments(0, 8, 16))
    assert run(["data", "check", "--db", str(db)]) == 0
    out, err = capsys.readouterr()
    assert "generic:linear:BTCUSDT  bars     1,440" in out
    assert "warning [volume-spike] bars of 'generic:linear:BTCUSDT': '1' bars" in err
    assert "'2023-01-01 08:20'" in err


def test_only_what_has_an_exchange_to_ask_is_told_to_heal(db):
    for series, heals in ((Series("bybit", "linear", "BTCUSDT"), True), (BTC, False), (Series("bybit", "spot", "BTCUSDT"), False)):
        put(db, Kind.BARS, without(walk(DAY), 10), series)
        put(db, Kind.FUNDING, payments(0, 8, 16, 40, 48, 56), series)
        hints = [finding.hint for kind in (Kind.BARS, Kind.FUNDING) for finding in check_series(Store(db), series, kind).findings()]
        [month] = Store(db).manifest.of(series, Kind.BARS)
        (db / month.file).write_bytes(b"")
        hints += [finding.hint for finding in check_series(Store(db), series, Kind.BARS).findings()]
        assert len(hints) == 3
        assert all(("data heal" in hint) == heals for hint in hints)
        assert all(("import" in hint) != heals for hint in hints[:2])
