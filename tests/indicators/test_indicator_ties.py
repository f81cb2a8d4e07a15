"""RULE-7: what is equal in the market is equal in every indicator, and what is not is not; checked against fractions."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from slow_twins import TWINS
from tie_markets import HOUR_MS, Market, ours, short_params, tie_market

from trade.base.catalogue import Entry
from trade.indicators.registry import INDICATORS, defaults

sys.path.append(str(Path(__file__).parents[1] / "reference"))
from exact_indicators import RECURSIVE, WINDOWED, exact

LINES = (0, 1, 20, 25, 30, 50, 70, 80, 100, -100, -50, -20, -80)
PRICES = ("open", "high", "low", "close")
SURD = Fraction(1, 10**40)  # square roots are taken to 60 digits: nearer ones are the same
NEAR = Fraction(1, 10**12)  # of the size: a recursion rounds at each bar, and may not tell such values apart
# What divides by 3 or 5 at each bar meets a line in the last bit only by chance; every other recursion keeps its exact ties here.
ROUNDED = {"dema", "tema", "ppo", "trix", "tsi", "natr", "adx", "kvo"}
TWICE = {"bbands", "squeeze", "vwap"}  # roots, states, and a sum that is taken from the first price of the day
ELSEWHERE = set(TWINS)  # compared with what Pine publishes
BEYOND = {"fisher", "obv"}  # logarithms; sums of volumes

Value = Fraction | int
Side = tuple[str, Value, float]


def sign(difference: Value | float, near: Value = 0) -> int:
    return int(difference > near) - int(difference < -near)


def beside(
    entry: Entry, name: str, bar: int, market: Market, true: Mapping[str, Sequence], got: Mapping[str, np.ndarray]
) -> Iterator[Side]:
    """Yield all that a value is compared with in rules: lines, prices, its value before, the other outputs."""
    output = entry.output(name)
    assert output is not None
    lines = {0, 50, 100}
    if entry.name in WINDOWED:  # and those that it could meet
        lines |= {round(true[name][bar]), Fraction(round(4 * true[name][bar]), 4)}
    yield from ((str(line), line, float(line)) for line in lines)
    if output.in_source_unit:
        yield from ((price, market[price][bar], float(market[price][bar])) for price in PRICES)
    others = [("before", true[name][bar - 1], got[name][bar - 1])] if bar else []
    others += [(other, true[other][bar], got[other][bar]) for other in true if other != name]
    yield from ((what, a, float(b)) for what, a, b in others if a is not None and not np.isnan(b))


def wrong(name: str, seeds: range, bars: int, near: Value, *, ties: bool) -> list[str]:
    """Return every comparison that comes out otherwise than in fractions."""
    entry, found = INDICATORS[name], []
    for seed in seeds:
        market = tie_market(seed, bars)
        for params in short_params(name):
            true, got = exact(name, params, market), ours(entry, params, market)
            for output in true:
                for bar, (a, b) in enumerate(zip(true[output], got[output].tolist(), strict=True)):
                    if a is None or np.isnan(b):
                        found += [f"{output} at {bar} of {seed}: {a} is {b}"] if (a is None) != np.isnan(b) else []
                        continue
                    for what, x, y in beside(entry, output, bar, market, true, got):
                        apart = a - x
                        told = (ties and apart == 0) or abs(apart) > near * max(abs(a), abs(x))
                        if told and sign(apart, SURD) != sign(b - y):
                            found.append(f"{output} at {bar} of {seed} {dict(params)}: {float(a)} to {what} {float(x)} is {b} to {y}")
    return found


def first_seed(name: str) -> int:
    """Return where the seeds of an indicator begin: each has markets of its own."""
    return sum(map(ord, name))


@pytest.mark.parametrize("name", WINDOWED)
def test_a_window_of_whole_prices_compares_as_in_fractions(name: str) -> None:
    start = first_seed(name)
    assert wrong(name, range(start, start + 4), 110, 0, ties=True) == []


@pytest.mark.parametrize("name", [name for name in WINDOWED if name not in TWICE])
def test_a_window_of_whole_prices_is_the_fraction_rounded_once(name: str) -> None:
    for seed in range(4):
        market = tie_market(seed, 300)
        for params in short_params(name):
            true, got = exact(name, params, market), ours(INDICATORS[name], params, market)
            for output, values in true.items():
                np.testing.assert_array_equal(got[output], [np.nan if value is None else float(value) for value in values], err_msg=output)


@pytest.mark.parametrize("name", RECURSIVE)
def test_a_recursion_over_whole_prices_compares_as_in_fractions(name: str) -> None:
    start = first_seed(name)
    assert wrong(name, range(start, start + 6), 56, NEAR, ties=name not in ROUNDED) == []


@pytest.mark.deep
@pytest.mark.parametrize("name", WINDOWED)
def test_many_windows_of_whole_prices_compare_as_in_fractions(name: str) -> None:
    assert wrong(name, range(10_000, 10_060), 200, 0, ties=True) == []


@pytest.mark.deep
@pytest.mark.parametrize("name", RECURSIVE)
def test_many_recursions_over_whole_prices_compare_as_in_fractions(name: str) -> None:
    assert wrong(name, range(10_000, 10_060), 60, NEAR, ties=False) == []


def test_every_indicator_of_prices_has_a_formula_in_fractions() -> None:
    """A new one brings its own: `tests/reference/exact_indicators.py`, or `slow_twins.py` where fractions cannot say it."""
    assert set(INDICATORS) == set(WINDOWED) | set(RECURSIVE) | ELSEWHERE | BEYOND


@pytest.mark.parametrize("times", [3, 7])
@pytest.mark.parametrize("name", [name for name in INDICATORS if name not in ELSEWHERE])
def test_multiplied_prices_change_no_comparison(name: str, times: int) -> None:
    entry, near = INDICATORS[name], float(NEAR) if name in RECURSIVE else 0.0
    for seed in range(4):
        market = tie_market(seed, 400)
        for params in short_params(name):
            once, again = ours(entry, params, market), ours(entry, params, market, times)
            for output in entry.outputs:
                one, many = once[output.name], again[output.name]
                lines = [0.0] if output.in_source_unit else [float(line) for line in LINES]
                sides = [(np.full(len(one), line), np.full(len(one), line)) for line in lines]
                if output.in_source_unit:
                    sides += [(np.array(market[price], float), times * np.array(market[price], float)) for price in PRICES]
                sides += [(once[other.name], again[other.name]) for other in entry.outputs if other.in_source_unit == output.in_source_unit]
                for left, right in sides:
                    apart, missing = one - left, np.isnan(many - right)
                    told = np.abs(apart) >= near * np.maximum(np.maximum(np.abs(one), np.abs(left)), 1.0)
                    moved = (told & (np.sign(apart) != np.sign(many - right)) & ~missing) | (np.isnan(apart) != missing)
                    assert not moved.any(), f"{output.name} {dict(params)} of {seed} at {np.flatnonzero(moved)[:5]}"


def mirrored(market: Market) -> Market:
    """Return the market upside down."""
    top = max(market["high"]) + min(market["low"])
    turned = {"open": "open", "high": "low", "low": "high", "close": "close"}
    return {**market, **{name: [top - price for price in market[other]] for name, other in turned.items()}}


@pytest.mark.parametrize(
    ("name", "pairs", "middle"),
    [
        ("dm", {"dmp": "dmn", "dmn": "dmp"}, None),
        ("adx", {"dmp": "dmn", "dmn": "dmp", "adx": "adx", "adxr": "adxr"}, None),
        ("aroon", {"up": "down", "down": "up"}, None),
        ("vortex", {"vip": "vim", "vim": "vip"}, None),
        ("cmo", {"value": "value"}, 0.0),
        ("cci", {"value": "value"}, 0.0),
        ("tsi", {"tsi": "tsi", "signal": "signal"}, 0.0),
        ("mom", {"value": "value"}, 0.0),
        ("macd", {"macd": "macd", "signal": "signal", "histogram": "histogram"}, None),
    ],
)
def test_a_market_upside_down_has_the_same_numbers_turned_round(name: str, pairs: Mapping[str, str], middle: float | None) -> None:
    for seed in range(8):
        market = tie_market(seed, 300)
        for params in short_params(name):
            up, down = ours(INDICATORS[name], params, market), ours(INDICATORS[name], params, mirrored(market))
            for output, other in pairs.items():
                if name == "macd":  # averages of other prices are rounded otherwise
                    np.testing.assert_allclose(up[output], -down[other], atol=1e-13 * max(market["high"]))
                else:
                    np.testing.assert_array_equal(up[output], down[other] if middle is None else middle - down[other])


STILL_LEVELS = [(entry, output.name) for entry in INDICATORS.values() for output in entry.outputs if output.in_source_unit]


@pytest.mark.parametrize(("entry", "output"), STILL_LEVELS, ids=lambda value: getattr(value, "name", value))
@pytest.mark.parametrize("price", [1, 8, 84, 719_999, 4_000_000_000], ids=str)
def test_what_is_in_prices_is_the_price_of_a_still_market_or_nothing_of_it(entry: Entry, output: str, price: int) -> None:
    still = [12 * price] * 500
    market = {**dict.fromkeys(PRICES, still), "volume": [1] * 500, "ts_open_ms": [HOUR_MS * bar for bar in range(500)]}
    for params in (*short_params(entry.name), {**defaults(entry), **({"length": 97} if "length" in defaults(entry) else {})}):
        values = ours(entry, params, market)[output]
        known = set(values[~np.isnan(values)].tolist())
        assert known <= {12.0 * price} or known <= {0.0}  # levels, and differences of levels


def test_vwap_of_one_price_is_that_price_whatever_is_traded() -> None:
    market = {
        **dict.fromkeys(PRICES, [84] * 50),
        "volume": [0.1, 0.7, 1e-8, 3.3, 1e9] * 10,
        "ts_open_ms": [HOUR_MS * bar for bar in range(50)],
    }
    assert set(ours(INDICATORS["vwap"], {"anchor": "D"}, market)["value"].tolist()) == {84.0}


@pytest.mark.parametrize(("length", "std"), [(2, 1.0), (5, 2.0), (10, 3.0), (17, 4.0), (26, 5.0), (50, 7.0)])
@pytest.mark.parametrize("price", [9, 701, 719_999])
def test_a_jump_out_of_a_still_market_closes_on_its_band(price: int, length: int, std: float) -> None:
    for jump in range(1, 200):
        closes = [12 * price] * length + [12 * (price + jump)]
        bars = [HOUR_MS * bar for bar in range(length + 1)]
        bands = ours(
            INDICATORS["bbands"], {"length": length, "std": std}, {**dict.fromkeys(PRICES, closes), "volume": bars, "ts_open_ms": bars}
        )
        assert (bands["upper"][-1], bands["percent_b"][-1]) == (closes[-1], 1.0)


def test_adx_stands_still_with_its_market() -> None:
    moving = tie_market(5, 60)
    still = {name: [*moving[name], *[moving["close"][-1]] * 200] for name in PRICES}
    market = {**still, "volume": [1] * 260, "ts_open_ms": [HOUR_MS * bar for bar in range(260)]}
    values = ours(INDICATORS["adx"], {"length": 7}, market)
    for output in ("dmp", "dmn"):
        assert len(set(values[output][60:].tolist())) == 1
    assert 0.0 < values["dmp"][60] < 100.0


def test_rsi_stands_still_with_its_market() -> None:
    market = {name: [12 * price for price in (10, 13, 6, 9, 13, *[13] * 300)] for name in PRICES}
    market |= {"volume": [1] * 305, "ts_open_ms": [HOUR_MS * bar for bar in range(305)]}
    values = ours(INDICATORS["rsi"], {"length": 4}, market)["value"][4:]
    assert set(values.tolist()) == {100.0 * 10 / 17}


@pytest.mark.parametrize("name", ["wma", "trima", "linreg"])
def test_weighted_sums_beyond_2_to_the_53_keep_their_sign(name: str) -> None:
    length, top = 4_000, 12 * 4_000_000_000
    prices = [top] * (length + 1)
    prices[1] -= 12
    market = {**dict.fromkeys(PRICES, prices), "volume": [1] * len(prices), "ts_open_ms": [HOUR_MS * bar for bar in range(len(prices))]}
    values = ours(INDICATORS[name], {"length": length}, {key: column * 2 for key, column in market.items()})["value"]
    known = values[~np.isnan(values)]
    assert len(known) > length
    assert (np.abs(known - top) < 12.0).all()
    still = ours(INDICATORS[name], {"length": length}, {**market, **dict.fromkeys(PRICES, [top] * len(prices))})["value"]
    assert set(still[~np.isnan(still)].tolist()) == {float(top)}
