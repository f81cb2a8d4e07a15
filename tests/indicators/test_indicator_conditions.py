"""Where a total output may be missing: nowhere else than where its registered condition holds, and there it is missing."""

import numpy as np
import pytest
from sample_columns import Columns, cut, first_finite, flat, joined, random_walk, times, with_usual_source

from trade.base.catalogue import Entry, Output, Params
from trade.indicators import formulas
from trade.indicators.columns import segments
from trade.indicators.conditions import may_be_missing, undefined
from trade.indicators.registry import INDICATORS, defaults

STILL = flat(400)
QUIET_THEN_MOVING = joined(flat(150), random_walk(350, price=0.1234))
PAUSES = joined(random_walk(300), flat(120, price=30_000.0), random_walk(300, seed=3), flat(60, price=29_000.0, volume=0.0))
UNTRADED = {**random_walk(500), "volume": np.where(np.arange(500) % 100 < 60, 0.0, 3.0)}
ZEROS = {**random_walk(500), "source": np.where(np.arange(500) % 100 < 60, 0.0, random_walk(500)["close"])}
MARKETS = {"still": STILL, "quiet-then-moving": QUIET_THEN_MOVING, "pauses": PAUSES, "untraded": UNTRADED, "zeros": ZEROS}

ENTRIES = pytest.mark.parametrize("entry", INDICATORS.values(), ids=INDICATORS)
OUTPUTS = [(entry, output) for entry in INDICATORS.values() for output in entry.outputs]


def holds(entry: Entry, output: str, params: Params, columns: Columns) -> np.ndarray:
    ((_, part),) = segments(entry, columns, times(len(columns["close"])))
    return undefined(entry, output, params, part)


@pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS)
@ENTRIES
def test_a_total_output_is_missing_exactly_where_it_may_be(entry: Entry, market: Columns) -> None:
    params, ts = defaults(entry), times(len(market["close"]))
    columns = formulas.compute(entry, params, market, ts)
    for output in entry.outputs:
        if output.total:
            excused = may_be_missing(entry, output.name, params, market, ts)
            np.testing.assert_array_equal(np.isnan(columns[output.name]), excused, err_msg=output.name)


@pytest.mark.parametrize(("entry", "output"), OUTPUTS, ids=[f"{e.name}.{o.name}" for e, o in OUTPUTS])
def test_a_condition_holds_somewhere_if_and_only_if_a_word_is_registered(entry: Entry, output: Output) -> None:
    reached = [holds(entry, output.name, defaults(entry), market) for market in MARKETS.values()]
    assert any(mask.any() for mask in reached) == (output.undefined_when is not None)


@pytest.mark.parametrize("market", [STILL, PAUSES, UNTRADED], ids=["still", "pauses", "untraded"])
@ENTRIES
def test_values_keep_their_range_on_odd_markets_too(entry: Entry, market: Columns) -> None:
    columns = formulas.compute(entry, defaults(entry), market, times(len(market["close"])))
    for output in entry.outputs:
        known = columns[output.name][~np.isnan(columns[output.name])]
        assert output.low is None or (known >= output.low).all()
        assert output.high is None or (known <= output.high).all()


def value(name: str, market: Columns, output: str = "value") -> np.ndarray:
    entry = INDICATORS[name]
    return formulas.compute(entry, defaults(entry), with_usual_source(entry, market), times(len(market["close"])))[output]


def test_rsi_keeps_its_value_through_a_day_of_flat_minutes() -> None:
    before = random_walk(300, price=1e-5)
    market = joined(before, flat(1_440, price=float(before["close"][-1])))
    rsi = value("rsi", market)
    assert 0.0 < rsi[300] < 100.0
    np.testing.assert_allclose(rsi[300:], rsi[300], rtol=1e-12)


def test_adx_keeps_its_directions_through_a_day_of_flat_minutes() -> None:
    before = random_walk(300, price=1e-5)
    market = joined(before, flat(1_440, price=float(before["close"][-1])))
    dmp = value("adx", market, "dmp")
    np.testing.assert_allclose(dmp[400:], dmp[400], rtol=1e-9)


def test_rsi_has_a_value_from_the_first_move_on() -> None:
    assert first_finite(value("rsi", QUIET_THEN_MOVING)) == 150


def test_willr_is_missing_while_its_window_has_no_range() -> None:
    willr = value("willr", PAUSES)
    assert np.isnan(willr[313:420]).all()
    assert not np.isnan(willr[[312, 420]]).any()


def test_bands_of_a_flat_window_have_no_width() -> None:
    assert (value("bbands", STILL, "upper")[4:] == 0.1234).all()
    assert (value("bbands", STILL, "bandwidth")[4:] == 0.0).all()
    assert np.isnan(value("bbands", STILL, "percent_b")).all()


def test_cci_of_a_flat_window_is_missing_instead_of_rounding_noise() -> None:
    assert np.isnan(value("cci", STILL)).all()


def test_vwap_is_missing_until_something_trades_after_the_anchor() -> None:
    market = {**random_walk(200), "volume": np.concatenate((np.zeros(70), np.ones(130)))}
    vwap = value("vwap", market)  # the samples begin at 07:30; the next anchor is bar 66
    assert np.isnan(vwap[:70]).all()
    assert vwap[70] == pytest.approx((market["high"][70] + market["low"][70] + market["close"][70]) / 3.0, rel=1e-15)


def test_an_unmoved_market_has_no_squeeze_either_way() -> None:
    assert (value("squeeze", STILL, "no_sqz")[20:] == 1.0).all()


def test_a_market_that_moves_is_never_excused_after_the_first_value() -> None:
    market = random_walk(400)
    for entry in INDICATORS.values():
        params = defaults(entry)
        for name, first in entry.first_valid_bars(params).items():
            excused = may_be_missing(entry, name, params, market, times(400))
            assert excused[:first].all()
            assert not excused[first:].any()


def test_a_cut_market_is_excused_like_the_whole() -> None:
    entry = INDICATORS["rsi"]
    whole = may_be_missing(entry, "value", defaults(entry), PAUSES, times(780))
    part = may_be_missing(entry, "value", defaults(entry), cut(PAUSES, 0, 500), times(500))
    np.testing.assert_array_equal(whole[:500], part)
