"""Instruments come from the packaged table, from the user, or from the data, and say which."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars

from trade.base.errors import Malformed
from trade.base.instrument import Grid, Instrument
from trade.market import instruments
from trade.market.fitting import GridOptions
from trade.market.instruments import generic, packaged, parse_grid
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.ticks import propose_quantity_step, propose_step, propose_tick

KNOWN = [Series("bybit", "linear", f"{coin}USDT") for coin in ("BTC", "ETH", "SOL")]


@pytest.mark.parametrize("series", KNOWN, ids=str)
def test_perpetuals_have_all_35_tiers_with_continuous_deductions(series):
    tiers = packaged(series).tiers_at(0)
    assert len(tiers) == 35
    for lower, upper in pairwise(tiers):
        assert upper.limit_usdt > lower.limit_usdt
        assert upper.mmr > lower.mmr
        assert upper.deduction_usdt == lower.limit_usdt * (upper.mmr - lower.mmr) + lower.deduction_usdt


def test_the_bitcoin_perpetual_has_the_official_filters():
    btc = packaged(KNOWN[0])
    assert (btc.tick_size, btc.qty_step, btc.min_qty, btc.max_qty, btc.min_notional_usdt) == tuple(
        map(Decimal, ("0.1", "0.001", "0.001", "1190", "5"))
    )
    assert (btc.taker_bps, btc.maker_bps) == (Decimal("5.5"), Decimal(2))
    assert btc.source == "packaged 2026-08-06"


def test_the_rules_of_a_symbol_hold_for_the_data_of_any_venue():
    other = packaged(Series("binance", "linear", "BTCUSDT"))
    assert other.venue == "binance"
    assert other.tier_tables == packaged(KNOWN[0]).tier_tables
    assert packaged(Series("binance", "linear", "NOSUCHUSDT")) is None


@pytest.mark.parametrize("series", [*KNOWN, Series("x", "spot", "BTCUSDT"), Series("sample", "linear", "SAMPLEUSDT")], ids=str)
def test_an_instrument_survives_the_manifest(series):
    instrument = packaged(series)
    assert Instrument.from_json(instrument.as_json()) == instrument
    assert Instrument.from_json(replace(instrument, calendar="XNYS").as_json()) == replace(instrument, calendar="XNYS")


def test_rules_of_before_there_were_calendars_keep_their_digest():
    assert "calendar" not in packaged(KNOWN[0]).as_json()


def test_the_generic_instrument_has_continuous_tiers():
    tiers = generic(BTC, Decimal("0.1"), Decimal(1)).tiers_at(0)
    assert all(b.deduction_usdt == a.limit_usdt * (b.mmr - a.mmr) + a.deduction_usdt for a, b in pairwise(tiers))


def test_a_maximum_quantity_that_nobody_knows_is_none_and_not_a_large_number():
    assert generic(BTC, Decimal("0.1"), Decimal(1)).max_qty is None
    assert [packaged(series).max_qty for series in KNOWN] == [Decimal(1190), None, None]
    assert packaged(KNOWN[1]).as_json()["max_qty"] is None


def test_an_unknown_symbol_gets_the_tick_and_step_its_data_shows(parquet, load_in, db):
    bars = make_bars(2000)
    scaled = {name: column if name in ("ts_open_ms", "volume") else np.round(column / 1000, 4) for name, column in bars.items()}
    report = load_in(parquet(scaled), symbol="NEWUSDT")
    assert (report.instrument.tick_size, report.instrument.qty_step) == (Decimal("0.0001"), Decimal("0.001"))
    assert "proposed from data" in report.instrument.source
    assert Store(db).instrument(Series("generic", "linear", "NEWUSDT")) == report.instrument


def test_the_word_of_the_user_goes_into_the_manifest(parquet, load_in, db):
    report = load_in(parquet(make_bars(10)), grid=GridOptions(Decimal("0.05"), Decimal("0.01")))
    stored = Store(db).instrument(BTC)
    assert (stored.tick_size, stored.qty_step, stored.min_qty) == (Decimal("0.05"), Decimal("0.01"), Decimal("0.01"))
    assert stored.source == "packaged 2026-08-06; tick 0.05 and step 0.01 given at import"
    assert report.instrument == stored
    load_in(parquet(make_bars(20)))
    assert Store(db).instrument(BTC) == stored


def finer(rows, off):
    bars = make_bars(rows)
    bars["low"][:off] -= 0.05
    return bars


def test_more_than_a_thousandth_off_the_tick_is_refused_with_the_tick_that_fits(parquet, load_in, db):
    with pytest.raises(Malformed) as caught:
        load_in(parquet(finer(1000, 2)))
    [finding] = caught.value.findings
    assert finding.code == "tick-does-not-fit"
    assert finding.data["tick"] == "0.05"
    assert "'2' of '1000' rows" in finding.fact
    assert Store(db).series() == ()
    assert not list(db.rglob("*.parquet"))


def test_a_thousandth_off_the_tick_is_a_warning_at_import_and_at_load(parquet, load_in, db):
    report = load_in(parquet(finer(1000, 1)))
    assert [f.code for f in report.findings] == ["prices-off-grid"]
    history = Store(db).load(BTC, JAN_2023_MS, JAN_2023_MS + 1000 * MINUTE_MS)
    assert [f.code for f in history.findings] == ["prices-off-grid"]
    assert "'1' rows" in history.findings[0].fact


def test_a_tick_of_the_user_is_taken_and_the_misfits_are_counted(parquet, load_in):
    report = load_in(parquet(finer(1000, 300)), grid=GridOptions(Decimal("0.1")))
    assert report.findings[0].data["rows"] == 300


def test_a_new_tick_counts_the_stored_months_anew(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    load_in(parquet(make_bars(10, JAN_2023_MS + 40 * 86_400_000)), grid=GridOptions(Decimal(1)))
    counted = [month.off_grid for month in Store(db).manifest.of(BTC, Kind.BARS)]
    assert counted == [100, 10]


def test_mark_prices_off_the_tick_are_only_warned_about(parquet, load_in):
    load_in(parquet(make_bars(100)))
    report = load_in(parquet(finer(100, 50)), kind=Kind.MARK)
    assert [str(f.severity) for f in report.findings] == ["warning"]


def test_prices_without_a_tick_are_refused_until_one_is_named(parquet, load_in):
    bars = make_bars(1000)
    for name in ("open", "high", "low", "close"):
        bars[name] = bars[name] / 3.0
    with pytest.raises(Malformed, match="show no tick"):
        load_in(parquet(bars), symbol="NEWUSDT")
    assert load_in(parquet(bars), symbol="NEWUSDT", grid=GridOptions(Decimal("0.1"))).rows_new == 1000


@given(st.sampled_from(["0.0001", "0.0005", "0.01", "0.02", "0.05", "0.1", "0.5", "1"]), st.integers(0, 1000))
def test_the_proposed_tick_is_the_one_prices_were_made_on(text, shift):
    tick = Decimal(text)
    prices = Grid(tick, Decimal(1)).to_prices(np.arange(50_000, 52_000) + shift)
    assert propose_tick([prices]) == tick


def test_a_few_stray_prices_do_not_change_the_proposal():
    prices = Grid(Decimal("0.5"), Decimal(1)).to_prices(np.arange(50_000, 60_000))
    prices[5000] += 0.013
    assert propose_tick([prices]) == Decimal("0.5")


def walk(tick, ticks, rows=400):
    """Return the four prices of a market that wanders around so many ticks."""
    steps = np.random.default_rng(5).integers(-2, 3, (4, rows)) + np.arange(rows) % (ticks // 3)
    return [Grid(Decimal(tick), Decimal(1)).to_prices(ticks + column) for column in steps]


@pytest.mark.parametrize("tick", ["0.00000001", "0.0001", "0.01", "5"])
@pytest.mark.parametrize("ticks", [90, 200, 499, 500, 501, 1000])
def test_a_market_of_few_ticks_shows_its_tick(tick, ticks):
    assert propose_tick(walk(tick, ticks)) == Decimal(tick)


@pytest.mark.parametrize("ticks", [3, 7, 40, 41])
@pytest.mark.parametrize("rows", [1, 400])
def test_a_tick_of_one_satoshi_may_be_any_part_of_the_price(ticks, rows):
    assert propose_tick(walk("0.00000001", ticks, rows)) == Decimal("0.00000001")


def test_few_prices_do_not_tell_a_coarse_tick():
    assert propose_tick([np.full(500, 100.0)]) == Decimal("0.2")
    assert propose_tick([np.arange(100.0, 129.0)]) == Decimal("0.2")
    assert propose_tick([np.arange(100.0, 130.0)]) == Decimal(1)


def test_a_tick_may_be_a_fortieth_of_the_price_and_no_more():
    assert propose_tick([np.arange(25.0, 57.0)]) == Decimal(1)
    assert propose_tick([np.arange(23.0, 55.0)]) == Decimal("0.5")


def test_a_tick_below_one_satoshi_is_named_and_not_chosen(parquet, load_in):
    bars = make_bars(1000)
    for name in ("open", "high", "low", "close"):
        bars[name] = Grid(Decimal("1e-10"), Decimal(1)).to_prices(np.rint(bars[name] * 10).astype(np.int64))
    with pytest.raises(Malformed, match="show no tick") as caught:
        load_in(parquet(bars), symbol="NEWUSDT")
    assert caught.value.findings[0].hint == "the prices fit '--tick 0.0000000001'"
    report = load_in(parquet(bars), symbol="NEWUSDT", grid=GridOptions(Decimal("1e-10")))
    assert (report.rows_new, report.instrument.tick_size) == (1000, Decimal("1e-10"))


def test_no_step_fits_thirds():
    assert propose_step([np.arange(1, 100) / 3.0], 1e9) is None


@pytest.mark.parametrize(("price", "largest"), [(30_000.0, "0.0001"), (3.0, "1"), (0.3, "10")])
def test_a_quantity_step_is_worth_at_most_ten_usdt(price, largest):
    step = propose_quantity_step(np.array([100_000.0, 200_000.0]), price)
    assert step <= Decimal(largest)
    assert Fraction(step) * Fraction(price) <= 10


def test_a_series_without_volume_still_gets_a_step():
    assert propose_quantity_step(np.zeros(5), 3.0) == Decimal(1)


@pytest.mark.parametrize("text", ["0", "-1", "x", "nan", "inf"])
def test_a_tick_that_is_no_number_above_zero_is_malformed(text):
    with pytest.raises(Malformed, match="not a number above 0"):
        parse_grid(text, "--tick")


def test_the_packaged_table_may_date_its_rules(monkeypatch):
    table = json.loads((files("trade.market") / "instruments.json").read_text())
    table["instruments"]["*:linear:BTCUSDT"]["later_rules"] = [{"from": "2023-05-01", "tick_size": "0.5", "min_notional_usdt": "10"}]
    monkeypatch.setattr(instruments, "_table", lambda: table)
    first, later = packaged(KNOWN[0]).rule_tables
    assert later == replace(first, from_ms=1_682_899_200_000, tick_size=Decimal("0.5"), min_notional_usdt=Decimal(10))
