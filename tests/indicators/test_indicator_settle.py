"""TIME-7: with `settle_bars`, the first value in a window is the one of ten times the history, to 1e-8 of its own scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sample_columns import EVERY_CASE, STEP_MS, Columns, case_name, cut, random_walk, times

from trade.base.catalogue import Entry, Params, ParamType, ParamValue
from trade.indicators import formulas
from trade.indicators.registry import INDICATORS, defaults

SHARE = 1e-8
WINDOWS, AROUND_BARS = 12, 300  # windows per market, spread over so many bars; the scale is that of the output there


def moved_by(steps: np.ndarray, seed: int, grid: float | None = None) -> Columns:
    """A market whose close moves by these logarithms, with wicks like its moves; on a grid of prices if one is given."""
    rng = np.random.default_rng(seed)
    close, size = 30_000.0 * np.exp(np.cumsum(steps)), np.abs(steps) + np.abs(np.roll(steps, 1))
    if grid is not None:
        close, size = np.rint(close / grid) * grid, rng.integers(0, 2, len(steps)) * grid / close
    open_ = np.concatenate((close[:1], close[:-1]))
    high = np.maximum(open_, close) * (1.0 + 0.5 * size * rng.random(len(steps)))
    low = np.minimum(open_, close) * (1.0 - 0.5 * size * rng.random(len(steps)))
    return {"open": open_, "high": high, "low": low, "close": close, "source": close, "volume": rng.lognormal(3.0, 1.0, len(steps))}


def trending(bars: int, seed: int) -> Columns:
    """Up for 1,500 bars, then down."""
    rng, side = np.random.default_rng(seed), np.where(np.arange(bars) // 1_500 % 2, -1.0, 1.0)
    return moved_by(0.0006 * side + rng.normal(0.0, 0.001, bars), seed)


def calm(bars: int, seed: int) -> Columns:
    """Hardly more than one tick per bar, and often none."""
    return moved_by(np.random.default_rng(seed).normal(0.0, 0.00002, bars), seed, grid=0.5)


def by_turns(bars: int, seed: int) -> Columns:
    """Wild for 700 bars, then ten times calmer."""
    return moved_by(np.random.default_rng(seed).normal(0.0, 1.0, bars) * np.where(np.arange(bars) // 700 % 2, 0.0005, 0.005), seed)


MARKETS = {"walk": random_walk, "trending": trending, "calm": calm, "by turns": by_turns}


def odd_params(entry: Entry) -> Iterator[Params]:
    """Every length six times as long, every length a quarter, every factor three times and a quarter."""
    rank = {name: above for above, name in enumerate(entry.rising)}

    def short(name: str, value: ParamValue) -> ParamValue:
        return max(2 + rank.get(name, 0), value // 4) if isinstance(value, int) else value

    usual = defaults(entry)
    yield {name: 6 * value + 1 if isinstance(value, int) else value for name, value in usual.items()}
    yield {name: short(name, value) for name, value in usual.items()}
    for param in entry.params:
        if param.type is ParamType.FLOAT:
            value = float(param.default or 0.0)
            yield {**usual, param.name: min(3.0 * value, float(param.high or value))}
            yield {**usual, param.name: value / 4.0}


CASES = [*EVERY_CASE, *((entry, params) for entry in INDICATORS.values() for params in odd_params(entry))]


def settle_of(entry: Entry, params: Params) -> int:
    span_ms = entry.settle_ms(params) if entry.settle_ms else 0
    return max(entry.settle_bars(params), span_ms // STEP_MS)


def spread(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.std()) if len(known) else 0.0


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize(("entry", "params"), CASES, ids=map(case_name, CASES))
def test_the_first_value_in_a_window_is_that_of_ten_times_the_history(entry: Entry, params: Params, market: str) -> None:
    settle = settle_of(entry, params)
    bars = 10 * settle + 2 * AROUND_BARS
    columns, opens = MARKETS[market](bars, seed=settle % 97 + 1), times(bars)
    long = formulas.compute(entry, params, columns, opens)
    scales = {name: spread(values[-2 * AROUND_BARS :]) for name, values in long.items()}
    for start in np.linspace(10 * settle, 10 * settle + AROUND_BARS, WINDOWS).astype(int):
        early = start - settle
        short = formulas.compute(entry, params, cut(columns, early, start + 2), opens[early : start + 2])
        for name, scale in scales.items():
            full, late = long[name][start : start + 2], short[name][settle:]
            if entry.name == "obv":  # a running sum: only its changes mean something
                full, late = full - full[0], late - late[0]
            np.testing.assert_array_equal(np.isnan(full), np.isnan(late))
            assert np.nanmax(np.abs(full - late), initial=0.0) <= SHARE * scale, f"{name} from bar {start}"


@pytest.mark.parametrize(("name", "lengths"), [("ema", 10), ("rsi", 20), ("atr", 20)])
def test_an_ema_remembers_more_than_ten_lengths_and_a_wilder_average_twenty(name: str, lengths: int) -> None:
    settle = [INDICATORS[name].settle_bars({"length": length}) for length in (10, 50, 200)]
    assert all(lengths < bars / length < 1.4 * lengths for bars, length in zip(settle, (10, 50, 200), strict=True))


def test_a_chain_remembers_longer_than_its_parts_but_not_their_sum() -> None:
    one, two, three = (INDICATORS[name].settle_bars({"length": 50}) for name in ("ema", "dema", "tema"))
    assert one < two < three < 1.5 * one
