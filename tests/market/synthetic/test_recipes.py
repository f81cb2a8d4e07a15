"""A recipe makes the same market each time, and says no to what it cannot make."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from trade.base.errors import DataMissing, Malformed
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS, NAMES, Timeframe
from trade.market.calendars.fx import fx_closed
from trade.market.calendars.setting import set_calendar
from trade.market.names import Series
from trade.market.ruling import change, with_values
from trade.run.origin import STORED, from_options
from trade.synthetic.minutes import START_MS
from trade.synthetic.recipe import Recipe
from trade.synthetic.sample import START_MS as SAMPLE_START_MS
from trade.synthetic.sample import ensure_sample

DAY = DAY_MS // MINUTE_MS


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("store")
    ensure_sample(path)
    return path


def load(recipe, store, start_ms=START_MS - 2 * DAY_MS):
    market = recipe.open(store, "BTCUSDT")
    return market.load(market.resolve("BTCUSDT"), start_ms, START_MS + recipe.bars * MINUTE_MS)


def test_a_market_has_any_symbol_and_starts_at_its_window(store):
    market = Recipe("ranging", 1, 2_000).open(store, "binance:linear:DOGEUSDT")
    assert market.resolve("DOGEUSDT") == market.resolve("synthetic:linear:DOGEUSDT") == Series("synthetic", "linear", "DOGEUSDT")
    (stored,) = market.series()
    assert (stored.rows, stored.first_ms, stored.last_ms) == (2_000, START_MS, START_MS + 1_999 * MINUTE_MS)
    assert market.instrument(stored.series).tick_size == Decimal("0.1")
    assert all(Timeframe(name).floor_at(START_MS) == START_MS for name in NAMES)


@pytest.mark.parametrize("pattern", ["trend_stairs", "bootstrap:SAMPLEUSDT"])
def test_the_digest_covers_recipe_and_rows(pattern, store):
    digests = {load(recipe, store).digest for recipe in (Recipe(pattern, 1, 2_000), Recipe(pattern, 2, 2_000), Recipe(pattern, 1, 2_001))}
    assert len(digests) == 3
    assert load(Recipe(pattern, 1, 2_000), store).digest in digests
    assert load(Recipe(pattern, 1, 2_000), store, START_MS).digest not in digests


@pytest.mark.parametrize("pattern", ["trend_stairs", "bootstrap:SAMPLEUSDT"])
def test_a_longer_past_changes_neither_bars_nor_funding(pattern, store):
    short, long = (load(Recipe(pattern, 9, 3_000), store, START_MS - days * DAY_MS) for days in (1, 11))
    tail = slice(-len(short.base), None)
    assert len(long.base) - len(short.base) == 10 * DAY
    for name in ("ts_open_ms", "open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(long.base, name)[tail], getattr(short.base, name))
    assert np.array_equal(long.funding.rate[-len(short.funding) :], short.funding.rate)


def test_funding_is_paid_every_eight_hours_and_follows_the_price(store):
    funding = load(Recipe("trend_up_clean", 3, 30 * DAY), store).funding
    assert (np.diff(funding.ts_ms) == 8 * HOUR_MS).all()
    assert (funding.ts_ms[0], len(funding)) == (START_MS - 2 * DAY_MS, 32 * 3)
    falling = load(Recipe("trend_down_clean", 3, 30 * DAY), store).funding
    assert funding.rate.mean() > falling.rate.mean() + 0.00001
    assert np.abs(funding.rate).max() <= 0.00075


def test_an_origin_comes_back_from_the_options_of_a_run():
    recipe = Recipe("ranging", 7, 5_000)
    others = {"max_gap_ms": 1}
    assert from_options({**others, **recipe.as_json()}) == (recipe, others)
    assert from_options(others) == (STORED, others)
    assert STORED.as_json() == {}


@pytest.mark.parametrize(
    ("recipe", "code"),
    [
        (("nothing", 1, 5_000), "unknown-pattern"),
        (("ranging", 1, 999), "bad-synthetic-bars"),
        (("ranging", 1, 3_000_001), "bad-synthetic-bars"),
        (("ranging", -1, 5_000), "bad-seed"),
    ],
)
def test_what_cannot_be_made_is_refused(recipe, code):
    with pytest.raises(Malformed) as refused:
        Recipe(*recipe)
    assert [finding.code for finding in refused.value.findings] == [code]


def test_bootstrap_keeps_bars_tails_and_hours_of_the_source(store):
    made = load(Recipe("bootstrap:SAMPLEUSDT", 5, 60 * DAY), store).base
    source = ensure_sample(store).load(Series("sample", "linear", "SAMPLEUSDT"), SAMPLE_START_MS, SAMPLE_START_MS + 120 * DAY_MS).base
    assert (made.high >= np.maximum(made.open, made.close)).all()
    assert (made.low <= np.minimum(made.open, made.close)).all()
    assert (np.diff(made.ts_open_ms) == MINUTE_MS).all()
    assert set(made.volume.tolist()) <= set(source.volume.tolist())
    assert np.array_equal(made.open[1:], made.close[:-1])
    moves, real = np.diff(np.log(made.close)), np.diff(np.log(source.close))
    assert moves.std() == pytest.approx(real.std(), rel=0.15)
    hours = [[np.abs(each[hour * 60 :: DAY]).mean() for hour in range(24)] for each in (made.close - made.open, source.close - source.open)]
    assert np.corrcoef(*hours)[0, 1] > 0.5


def test_a_bootstrap_block_is_a_stretch_of_the_source_moved_as_a_whole(store):
    made = load(Recipe("bootstrap:SAMPLEUSDT", 5, 10 * DAY), store, START_MS).base
    source = ensure_sample(store).load(Series("sample", "linear", "SAMPLEUSDT"), SAMPLE_START_MS, SAMPLE_START_MS + 120 * DAY_MS).base
    for first in range(0, 10 * DAY, 240):
        row = int(np.flatnonzero((source.volume[:-1] == made.volume[first]) & (source.volume[1:] == made.volume[first + 1]))[0])
        ratio = made.close[first : first + 240] / source.close[row : row + 240]
        assert np.array_equal(made.volume[first : first + 240], source.volume[row : row + 240])
        assert ratio.max() / ratio.min() == pytest.approx(1, abs=1e-5)
        assert (source.ts_open_ms[row] - made.ts_open_ms[first]) % DAY_MS == 0


def test_a_bootstrap_market_never_closes_whatever_its_source_does(tmp_path):
    ensure_sample(tmp_path)
    set_calendar(tmp_path, Series("sample", "linear", "SAMPLEUSDT"), "fx", fx_closed)
    made = Recipe("bootstrap:SAMPLEUSDT", 5, 2_000).open(tmp_path, "BTCUSDT")
    assert made.instrument(made.resolve("BTCUSDT")).calendar == "24/7"


def test_bootstrap_needs_stored_history(store):
    with pytest.raises(DataMissing) as refused:
        Recipe("bootstrap:NOWHEREUSDT", 1, 2_000).open(store, "BTCUSDT")
    assert refused.value.findings[0].code == "symbol-not-stored"


def test_bootstrap_of_a_few_days_is_refused(store):
    recipe = Recipe("bootstrap:SAMPLEUSDT", 1, 2_000)
    market = recipe.open(store, "BTCUSDT")
    source = market._maker.source
    short = type(market._maker)(
        type(source)(source.instrument, source.base.between(0, SAMPLE_START_MS + 5 * DAY_MS), None, source.funding, ""),
        1,
        2_000,
        source.instrument,
    )
    with pytest.raises(DataMissing) as refused:
        short.make(0)
    assert refused.value.findings[0].code == "too-few-blocks"


def test_bootstrap_of_rules_that_changed_is_one_market_without_dates(store, tmp_path):
    ruled = tmp_path / "ruled"
    shutil.copytree(store, ruled)
    sample = Series("sample", "linear", "SAMPLEUSDT")
    finer = {"tick_size": Decimal("0.05")}
    change(ruled, sample, lambda known: with_values(known, SAMPLE_START_MS + DAY_MS, finer))
    recipe = Recipe("bootstrap:SAMPLEUSDT", 5, 10 * DAY)
    before, after = load(recipe, store), load(recipe, ruled)
    assert abs(after.base.close / 2 - before.base.close).max() <= 1
    change(ruled, sample, lambda known: replace(known, delisted_ms=SAMPLE_START_MS + 99 * DAY_MS))
    for made in (after, load(recipe, ruled)):
        assert (made.instrument.grid.tick_size, made.instrument.later_rules, made.instrument.delisted_ms) == (Decimal("0.05"), (), None)
