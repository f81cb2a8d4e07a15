"""The sample market is the same bytes everywhere, and looks like a market."""

from __future__ import annotations

import numpy as np
import pytest

from trade.base.instrument import Grid
from trade.market.columns import PRICES, digest
from trade.market.gaps import find_gaps
from trade.market.instruments import packaged
from trade.market.names import Kind
from trade.market.sanity import impossible
from trade.market.store import Store
from trade.synthetic.sample import SERIES, START_MS, ensure_sample, sample_bars, sample_funding
from trade.synthetic.splitmix import UNIT, bits, normal, uniform

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def bars():
    return sample_bars()


def test_bars_are_these_bytes(bars):
    assert digest(Kind.BARS, bars) == "d4c9e03be2eefcb8f381bc75684dbe7ef4100123bcfbfe29cf87ed429ad4d782"


def test_funding_is_these_bytes():
    assert digest(Kind.FUNDING, sample_funding()) == "b4142538cc2296e7c4a0744b994a9adaf8f3377459fc17feb4278042fccdd309"


def test_splitmix_gives_the_published_numbers():
    # the reference sequence of seed 0, whose first state is one gamma
    start = bits(0, 0, 3)
    assert start.tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_random_integers_have_the_moments_they_promise():
    even, bell = uniform(1, 1, 100_000), normal(1, 2, 100_000)
    assert abs(even.mean() / UNIT - 0.5) < 0.005
    assert abs(bell.mean() / UNIT) < 0.01
    assert abs(bell.std() / UNIT - 1) < 0.01


def test_bars_are_possible_on_the_grid_and_without_holes(bars):
    flags = impossible(*(bars[name] for name in PRICES), bars["volume"])
    assert not any(flag.any() for flag in flags.values())
    grid = packaged(SERIES).grid
    assert not any(grid.off_grid(bars[name]).any() for name in PRICES)
    assert len(bars["open"]) == 172_800
    assert find_gaps(bars["ts_open_ms"], START_MS, START_MS + 120 * DAY_MS) == ()
    assert np.array_equal(bars["open"][1:], bars["close"][:-1])
    assert bars["open"][0] == 50_000.0


def test_it_moves_like_a_perpetual(bars):
    close = bars["close"]
    minute = np.diff(np.log(close))
    daily = np.diff(np.log(close[::1440]))
    assert 0.02 < daily.std() < 0.04
    assert 6 < np.mean(minute**4) / np.mean(minute**2) ** 2 < 100
    size = np.abs(minute)
    assert np.corrcoef(size[:-10], size[10:])[0, 1] > 0.1
    assert np.corrcoef(bars["volume"][1:], size)[0, 1] > 0.5
    assert np.median((bars["high"] - bars["low"]) / close) < 0.001
    assert 0.5 < close.min() / close.max() < 0.9


def test_it_has_long_rises_falls_and_rests(bars):
    days = bars["close"][::1440]
    week = days[7:] / days[:-7] - 1
    assert week.max() > 0.08
    assert week.min() < -0.08
    assert (np.abs(week) < 0.02).any()


def test_it_is_written_once_and_loads(tmp_path):
    store = ensure_sample(tmp_path / "db")
    assert store.resolve("SAMPLEUSDT") == SERIES
    history = store.load(SERIES, START_MS, START_MS + 120 * DAY_MS, rehash=True)
    assert (len(history.base), len(history.funding), history.findings) == (172_800, 360, ())
    manifest = (tmp_path / "db" / "manifest.json").stat().st_mtime_ns
    again = ensure_sample(tmp_path / "db")
    assert again.load(SERIES, START_MS, START_MS + 120 * DAY_MS).digest == history.digest
    assert (tmp_path / "db" / "manifest.json").stat().st_mtime_ns == manifest


def test_it_can_be_read_from_a_store_nobody_may_write(tmp_path):
    ensure_sample(tmp_path / "db")
    (tmp_path / "db" / ".lock").unlink()
    (tmp_path / "db").chmod(0o555)
    try:
        assert ensure_sample(tmp_path / "db").resolve("SAMPLEUSDT") == Store(tmp_path / "db").resolve("SAMPLEUSDT")
        assert not (tmp_path / "db" / ".lock").exists()
    finally:
        (tmp_path / "db").chmod(0o755)


def test_prices_are_doubles_nearest_to_their_ticks(bars):
    grid = Grid(packaged(SERIES).tick_size, packaged(SERIES).qty_step)
    assert np.array_equal(grid.to_prices(grid.to_ticks(bars["close"])), bars["close"])
