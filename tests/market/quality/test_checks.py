"""Every check: one tape that it flags, at the right minutes, and one like it that it does not flag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from quality_tapes import BTC, DAY, at, changed, found, holdings, mark_of, payments, put, walk, without

from trade.market.columns import take
from trade.market.instruments import packaged
from trade.market.names import Kind
from trade.market.writer import writing
from trade.quality.accepting import AcceptRequest, accept_gap
from trade.quality.against_mark import APART_FRAC
from trade.quality.registry import CHECKS
from trade.quality.spikes import SPIKE_FRAC
from trade.quality.stuck import STUCK_BARS

BARS = walk()


def said(db, columns, kind=Kind.BARS):
    put(db, kind, columns)
    return found(db, kind)


def test_a_quiet_market_has_no_fault(db):
    assert said(db, BARS) == {}
    assert said(db, mark_of(BARS), Kind.MARK) == {}
    assert said(db, payments(0, 8, 16, 24), Kind.FUNDING) == {}


def test_the_codes_of_the_checks_are_their_names():
    names = [check.code for check in CHECKS]
    assert len(set(names)) == len(names)


# order


def test_a_row_before_an_earlier_one_is_unsorted(db):
    swapped = np.arange(DAY)
    swapped[[500, 501]] = [501, 500]
    assert said(db, take(BARS, swapped)) == {"rows-unsorted": [(500, 501)]}


def test_a_row_that_is_there_twice_is_named_once(db):
    assert said(db, take(BARS, np.insert(np.arange(DAY), 700, 700))) == {"rows-twice": [(700, 701)]}


def test_a_row_beside_the_grid_is_off_it_and_its_minute_is_missing(db):
    moved = changed(BARS, 300, ts_open_ms=at(300) + 1)
    assert said(db, moved)["rows-off-grid"] == [(300, 301)]


# possible


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"close": np.nan}, "not-finite"),
        ({"volume": np.inf}, "not-finite"),
        ({"low": 0.0}, "price-not-positive"),
        ({"low": -1.0}, "price-not-positive"),
        ({"high": 29_000.0}, "high-below-body"),
        ({"low": 31_000.0}, "low-above-body"),
        ({"volume": -0.001}, "volume-negative"),
        ({"high": 1.1e12}, "price-implausible"),
    ],
)
def test_a_bar_that_is_impossible_is_an_error(db, values, code):
    assert said(db, changed(BARS, 600, **values))[code] == [(600, 601)]


def test_a_flat_bar_without_volume_is_possible(db):
    flat = dict.fromkeys(("high", "low", "close"), BARS["open"][600])
    assert said(db, changed(BARS, 600, volume=0.0, **flat)) == {}


@pytest.mark.parametrize(("rate", "codes"), [(1.0, []), (-1.0, []), (1.01, ["rate-implausible"]), (np.nan, ["rate-implausible"])])
def test_a_funding_rate_lies_within_one(db, rate, codes):
    paid = payments(0, 8, 16)
    paid["rate"][1] = rate
    assert list(said(db, paid, Kind.FUNDING)) == codes


@pytest.mark.parametrize(("held", "codes"), [(0.0, []), (-0.1, ["open-interest-negative"]), (np.nan, ["open-interest-negative"])])
def test_open_interest_is_a_number_of_zero_or_more(db, held, codes):
    assert list(said(db, changed(holdings(50), 7, open_interest=held), Kind.OI)) == codes


def test_open_interest_lies_on_five_minutes(db):
    assert said(db, changed(holdings(50), 7, ts_ms=at(36)), Kind.OI)["rows-off-grid"] == [(36, 41)]


# missing


def test_missing_minutes_are_told_as_gaps(db):
    assert said(db, without(BARS, 10, 11, 12, 900)) == {"missing-bars": [(10, 13), (900, 901)]}


def test_nothing_is_expected_while_the_calendar_is_closed(db):
    bars = walk(7 * DAY)  # from Sunday, 2023-01-01
    open_ = (bars["ts_open_ms"] >= at(22 * 60)) & (bars["ts_open_ms"] < at(5 * DAY + 22 * 60))
    assert "missing-bars" in said(db, take(bars, (bars["ts_open_ms"] < at(5)) | open_))
    with writing(db) as writer:
        writer.commit(writer.manifest.with_instrument(BTC, replace(packaged(BTC), calendar="fx")))
    assert found(db) == {}


def test_a_gap_that_is_accepted_is_told_apart(db):
    put(db, Kind.BARS, without(BARS, *range(100, 120)))
    accept_gap(db, AcceptRequest(BTC, at(105), at(120), 0))
    assert found(db) == {"missing-bars": [(100, 105)], "accepted-gaps": [(105, 120)]}


def test_mark_bars_are_expected_where_bars_are(db):
    put(db, Kind.BARS, BARS)
    mark = mark_of(BARS)
    assert said(db, without(mark, *range(30), *range(1430, 1440)), Kind.MARK) == {"missing-bars": [(0, 30), (1430, 1440)]}
    assert said(db, mark, Kind.MARK) == {}


def test_open_interest_is_expected_between_its_first_and_its_last_record(db):
    put(db, Kind.BARS, BARS)
    assert said(db, without(holdings(50), 7, 8, 20), Kind.OI) == {"open-interest-hole": [(35, 45), (100, 105)]}
    assert said(db, holdings(50), Kind.OI) == {}


def test_a_month_without_a_row_is_one_gap(db):
    put(db, Kind.BARS, walk(100 * DAY))
    rows = np.arange(100 * DAY)
    assert said(db, take(walk(100 * DAY), (rows < 40_000) | (rows >= 100_000))) == {"missing-bars": [(40_000, 100_000)]}


@pytest.mark.parametrize(
    ("hours", "holes"),
    [
        ((0, 8, 16, 24), []),
        ((0, 8, 24, 32, 40), [(480, 1440)]),
        ((0, 8, 16, 24, 25, 26, 27), []),
    ],
)
def test_payments_that_are_missing_are_measured_by_what_is_usual(db, hours, holes):
    assert said(db, payments(*hours), Kind.FUNDING) == ({"funding-hole": holes} if holes else {})


def test_funding_is_expected_where_bars_are(db):
    put(db, Kind.BARS, walk(3 * DAY))
    assert said(db, payments(0, 8, 16, 24), Kind.FUNDING) == {"funding-hole": [(1440, 3 * 1440)]}


# stuck


def flat(first, bars):
    price = BARS["close"][first]
    return changed(BARS, slice(first + 1, first + bars), **dict.fromkeys(("open", "high", "low", "close"), price))


def test_a_price_that_stands_still_for_half_an_hour_is_told_as_one_stretch(db):
    assert said(db, flat(200, 101)) == {"stuck-prices": [(201, 301)]}


def test_a_price_that_moves_within_half_an_hour_is_not_stuck(db):
    assert said(db, flat(200, STUCK_BARS)) == {}
    assert said(db, flat(200, STUCK_BARS + 1)) == {"stuck-prices": [(201, 201 + STUCK_BARS)]}


def test_a_gap_ends_a_stretch(db):
    assert "stuck-prices" not in said(db, without(flat(200, 2 * STUCK_BARS - 2), 200 + STUCK_BARS))


# spikes


@pytest.mark.parametrize(("name", "sign"), [("high", 1), ("low", -1)])
def test_a_wick_far_beyond_its_neighbours_is_a_spike(db, name, sign):
    far = BARS[name][500] * (1 + sign * 0.03)
    assert said(db, changed(BARS, 500, **{name: far})) == {"price-spike": [(500, 501)]}


def test_a_wick_of_less_than_half_a_percent_is_none(db):
    assert said(db, changed(BARS, 500, high=BARS["close"][500] * (1 + SPIKE_FRAC))) == {}


def test_a_price_that_stays_where_it_went_is_no_spike(db):
    later = {name: BARS[name][500:] * 1.05 for name in ("open", "high", "low", "close")}
    assert said(db, changed(BARS, slice(500, None), **later)) == {}


def test_a_wick_in_a_wild_market_is_no_spike(db):
    wide = {"high": BARS["high"] * 1.01, "low": BARS["low"] * 0.99}
    assert said(db, changed({**BARS, **wide}, 500, high=BARS["high"][500] * 1.05)) == {}


def test_a_bar_beside_a_gap_has_no_neighbours_to_be_compared_with(db):
    spiked = changed(BARS, 500, high=BARS["high"][500] * 1.03)
    assert list(said(db, without(spiked, 501))) == ["missing-bars"]


# against the mark price


def with_mark(db, bars, mark):
    put(db, Kind.MARK, mark)
    return said(db, bars)


def shifted(first, end, factor):
    """Bars that trade beside their mark price for some minutes."""
    return changed(BARS, slice(first, end), **{name: BARS[name][first:end] * factor for name in ("open", "high", "low", "close")})


def test_bars_far_from_the_mark_price_are_named(db):
    assert with_mark(db, shifted(500, 503, 1.04), mark_of(BARS))["apart-from-mark"] == [(500, 501), (501, 502), (502, 503)]


@pytest.mark.parametrize("factor", [1 + APART_FRAC - 0.001, 1 - APART_FRAC + 0.001])
def test_bars_near_the_mark_price_are_not(db, factor):
    assert "apart-from-mark" not in with_mark(db, shifted(500, 503, factor), mark_of(BARS))


def test_a_basis_that_lasts_is_usual(db):
    assert "apart-from-mark" not in with_mark(db, shifted(0, DAY, 1.04), mark_of(BARS))


def test_where_no_mark_is_stored_nothing_is_compared(db):
    assert with_mark(db, shifted(500, 503, 1.04), without(mark_of(BARS), *range(400, 600))) == {}


# volume


def test_one_minute_out_of_all_proportion_is_a_volume_spike(db):
    assert said(db, changed(BARS, 500, volume=1_000.0)) == {"volume-spike": [(500, 501)]}


def test_a_busy_spell_is_none(db):
    assert said(db, changed(BARS, slice(500, 510), volume=1_000.0)) == {}


def test_where_hardly_anything_trades_nothing_is_usual(db):
    quiet = changed(BARS, slice(None), volume=0.0, high=BARS["open"], low=BARS["open"], close=BARS["open"])
    assert "volume-spike" not in said(db, changed(quiet, 500, volume=5.0))


def test_a_bar_that_moved_without_volume_is_named(db):
    assert said(db, changed(BARS, slice(700, 702), volume=0.0)) == {"moved-without-volume": [(700, 701), (701, 702)]}
