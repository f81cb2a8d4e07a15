"""Feature columns: where they stand, what they are computed from, and that nothing but spec, window start and data decides them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_bars import GRID, MONDAY, UNIT, minutes, walk
from sample_plays import feature, play, structure

from trade.base.bars import Bars, aggregate
from trade.base.catalogue import Catalogue
from trade.base.errors import DataMissing
from trade.base.history import Window
from trade.base.instrument import Grid
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS, Timeframe
from trade.features.compute import FeatureSet, OutputColumn, compute_features
from trade.features.plan import Plan, plan_features
from trade.indicators.registry import INDICATORS, defaults
from trade.structures.registry import STRUCTURES

CATALOGUE = Catalogue(INDICATORS, STRUCTURES)
FROM = MONDAY + 6 * DAY_MS
WINDOW = Window(FROM, FROM + DAY_MS)
WEEK_OF_BARS = walk(7 * 1440)
SETTLE_HOURS = INDICATORS["ema"].settle_bars({"length": 5})

SPECS: dict[str, dict[str, Any]] = {
    "fast": feature("ema", length=9),
    "fast_again": feature("ema", length=9),
    "slow": feature("ema", "1h", length=21),
    "typical": feature("sma", "5m", source="hlc3", length=14),
    "bands": feature("bbands", length=20, std=2.0),
    "smooth": feature("ema", source="bands.upper", length=5),
    "smoother": feature("sma", source="smooth", length=3),
    "atr": feature("atr", length=14),
    "traded": feature("sma", source="volume", length=4),
    "minute": feature("rsi", "1m", length=14),
    "pivots": structure("swing", left=3, right=2),
    "by_atr": structure("swing", mode="atr_zigzag", atr_key="atr"),
    "trend": structure("trend", uses=("pivots",)),
    "range": structure("rolling_window", "1h", size=6, source="high", mode="max"),
}
NAMES = st.sampled_from(sorted(SPECS))
NEEDS = {"smooth": ("bands",), "smoother": ("bands", "smooth"), "by_atr": ("atr",), "trend": ("pivots",)}


def planned(**declared: Any) -> Plan:
    return plan_features(play(**declared), CATALOGUE)


def computed(base: Bars, window: Window = WINDOW, grid: Grid = GRID, **declared: Any) -> FeatureSet:
    return compute_features(planned(**declared), base, grid, window)


def known_bytes(made: FeatureSet, name: str) -> dict[str, bytes]:
    """The columns of a feature from its slice on, byte by byte."""
    return {output: column.values[column.first_row :].tobytes() for (of, output), column in made.columns.items() if of == name}


@settings(max_examples=25, deadline=None)
@given(NAMES, st.sets(NAMES, max_size=6), st.sampled_from([0.0, 0.02]), st.integers(0, 3000))
def test_a_column_depends_on_its_spec_the_window_start_and_the_data_alone(name: str, others: set[str], holes: float, extra: int) -> None:
    # TIME-8, SAME-1: alone on exactly the history it asks for, or in company on more of it.
    base = walk(7 * 1440, holes=holes)
    alone = {n: SPECS[n] for n in (*NEEDS.get(name, ()), name)}
    company = {n: SPECS[n] for other in sorted({name, *others}) for n in (*NEEDS.get(other, ()), other)}
    start = planned(**alone).history_start_ms(FROM)
    more = min(start, planned(**company).history_start_ms(FROM)) - minutes(extra)
    small = computed(base.between(start, WINDOW.to_ms), **alone)
    large = computed(base.between(more, WINDOW.to_ms), **company)
    assert known_bytes(small, name) == known_bytes(large, name)


@pytest.mark.parametrize("name", INDICATORS)
def test_every_indicator_ignores_history_before_its_slice(name: str) -> None:
    declared = {"one": feature(name, "1m", **defaults(INDICATORS[name]))}
    start = planned(**declared).history_start_ms(FROM)
    end = FROM + HOUR_MS
    exact, more = (computed(WEEK_OF_BARS.between(first, end), **declared) for first in (start, start - 777 * MINUTE_MS))
    assert known_bytes(exact, "one") == known_bytes(more, "one")
    assert exact.ready_ms == more.ready_ms
    assert exact.ready_ms is not None
    assert exact.ready_ms <= FROM


@settings(max_examples=15, deadline=None)
@given(NAMES, st.integers(1, 1440))
def test_values_known_at_an_instant_do_not_change_when_bars_follow(name: str, cut: int) -> None:
    # TIME-6: bars that had closed at the cut keep their values.
    declared = {n: SPECS[n] for n in (*NEEDS.get(name, ()), name)}
    end = FROM + minutes(cut)
    full, part = computed(WEEK_OF_BARS, **declared), computed(WEEK_OF_BARS.between(0, end), **declared)
    for key, column in part.columns.items():
        closed = int((part.bars[column.timeframe].ts_close_ms <= end).sum())
        assert column.values[:closed].tobytes() == full.columns[key].values[:closed].tobytes()


def prices(column: OutputColumn) -> np.ndarray:
    """Return a column in the quote currency."""
    return UNIT.plain(column.values, column.power)


def test_a_slice_starts_its_settle_bars_before_the_window_and_is_missing_before() -> None:
    made = computed(WEEK_OF_BARS, slow=feature("ema", "1h", length=5))
    column, bars = made.columns["slow", "value"], made.bars[Timeframe("1h")]
    assert bars.ts_open_ms[column.first_row] == FROM - SETTLE_HOURS * HOUR_MS
    assert len(column.values) == len(bars) == 7 * 24
    begun = column.first_row + 4
    assert np.isnan(column.values[:begun]).all()
    assert not np.isnan(column.values[begun:]).any()
    seed = GRID.to_prices(bars.close[begun - 4 : begun + 1]).mean()
    assert prices(column)[begun] == pytest.approx(seed, rel=1e-12)


@pytest.mark.parametrize(
    ("source", "value"),
    [("open", 10.0), ("high", 14.0), ("low", 8.0), ("close", 13.0), ("volume", 7.0), ("hl2", 11.0), ("hlc3", 35 / 3), ("ohlc4", 11.25)],
)
def test_each_source_is_the_column_it_names(source: str, value: float) -> None:
    ts = np.array([MONDAY], np.int64)
    ticks = {name: np.array([price], np.int64) for name, price in {"open": 100, "high": 140, "low": 80, "close": 130}.items()}
    base = Bars(Timeframe("15m"), ts, *ticks.values(), np.array([7.0]), np.array([True]))
    made = computed(base, Window(MONDAY, MONDAY + DAY_MS), one=feature("sma", source=source, length=1))
    assert prices(made.columns["one", "value"]).tolist() == [value]


@pytest.mark.parametrize(
    ("spec", "powers"),
    [
        (feature("ema", length=3), (1, 1)),
        (feature("ema", length=3, source="volume"), (0, 0)),
        (feature("rsi", length=3), (1, 0)),
        (feature("ema", length=3, source="one"), (0, 0)),  # of the rsi
        (feature("atr", length=3), (1, 1)),
        (feature("atr", length=3, source="one"), (0, 0)),  # highs, lows and an rsi: plain numbers all
    ],
)
def test_a_column_of_prices_is_counted_in_price_units_and_nothing_else_is(spec: Any, powers: tuple[int, int]) -> None:
    plan = planned(one=feature("rsi", length=3), two=spec)
    node = plan.features["two"]
    assert (node.power, node.output_power("value")) == powers
    column = computed(WEEK_OF_BARS, one=feature("rsi", length=3), two=spec).columns["two", "value"]
    assert column.power == powers[1]


@pytest.mark.parametrize("source", ["open", "high", "low", "close", "hl2", "hlc3", "ohlc4"])
def test_every_source_price_is_a_whole_number(source: str) -> None:
    # RULE-7
    values = computed(WEEK_OF_BARS, one=feature("sma", source=source, length=1)).columns["one", "value"].values
    known = values[~np.isnan(values)]
    assert len(known) > 90
    assert (known == np.rint(known)).all()


def test_a_feature_on_a_feature_reads_it_from_its_own_slice() -> None:
    made = computed(WEEK_OF_BARS, raw=feature("sma", length=8), smooth=feature("sma", source="raw", length=4))
    closes = GRID.to_prices(made.bars[Timeframe("15m")].close)
    column = made.columns["smooth", "value"]
    assert column.first_row == 6 * 96 - 12
    row = column.first_row + 10
    assert np.isnan(column.values[:row]).all()
    expected = np.mean([closes[k - 7 : k + 1].mean() for k in range(row - 3, row + 1)])
    assert prices(column)[row] == pytest.approx(expected, rel=1e-12)


def test_equal_specs_share_their_columns_and_every_output_is_there() -> None:
    made = computed(WEEK_OF_BARS, **SPECS)
    assert made.columns["fast", "value"].values is made.columns["fast_again", "value"].values
    for name, spec in SPECS.items():
        entry = INDICATORS[spec["indicator"]] if "indicator" in spec else STRUCTURES[spec["type"]]
        for output in entry.outputs:
            assert len(made.columns[name, output.name].values) == len(made.bars[Timeframe(spec["timeframe"])])
    assert {t.name for t in made.bars} == {"1m", "5m", "15m", "1h"}


def test_total_outputs_have_a_value_on_every_bar_from_their_declared_first_one() -> None:
    made, plan = computed(WEEK_OF_BARS, **SPECS), planned(**SPECS)
    for (name, output), column in made.columns.items():
        declared = plan.features[name].entry.output(output)
        if declared is not None and declared.total and declared.undefined_when is None:
            begun = column.first_row + plan.features[name].first_valid_bars[output]
            missing = np.isnan(column.values)
            assert missing[:begun].all(), (name, output)
            assert not missing[begun:].any(), (name, output)


def test_with_all_history_every_feature_is_ready_at_the_window_start() -> None:
    base = WEEK_OF_BARS.between(planned(**SPECS).history_start_ms(FROM), WINDOW.to_ms)
    made = computed(base, **SPECS)
    assert made.ready_ms is not None
    assert made.ready_ms <= FROM


def test_first_valid_history_alone_is_just_enough_to_be_ready_at_the_window_start() -> None:
    plan = planned(**SPECS)
    start = plan.first_valid_start_ms(FROM)
    assert compute_features(plan, WEEK_OF_BARS.between(start, WINDOW.to_ms), GRID, WINDOW).ready_ms == FROM
    later = compute_features(plan, WEEK_OF_BARS.between(start + HOUR_MS, WINDOW.to_ms), GRID, WINDOW)
    assert later.ready_ms == FROM + HOUR_MS


def test_missing_history_moves_the_start_to_where_the_last_feature_begins() -> None:
    bars = WEEK_OF_BARS.between(FROM - 2 * HOUR_MS, WINDOW.to_ms)
    assert computed(bars, fast=feature("ema", length=5)).ready_ms == FROM - 2 * HOUR_MS + minutes(5 * 15)
    both = computed(bars, slow=feature("ema", "1h", length=5), fast=feature("ema", length=5))
    assert both.ready_ms == FROM + 3 * HOUR_MS
    column = both.columns["slow", "value"]
    assert both.bars[column.timeframe].ts_open_ms[column.first_row] == FROM - 2 * HOUR_MS


def test_close_is_the_typical_price_where_everybody_means_it_and_another_price_is_the_price_itself() -> None:
    specs = {source: feature("cci", "1m", source=source, length=14) for source in ("close", "hlc3", "high", "hl2")}
    made = computed(WEEK_OF_BARS, **specs, one=feature("ema", "1m", length=1), of_close=feature("cci", "1m", source="one", length=14))
    bars = made.bars[Timeframe("1m")]
    high, low, close = (getattr(bars, name).astype(float) for name in ("high", "low", "close"))
    expected = {"close": high + low + close, "hlc3": high + low + close, "high": high, "hl2": high + low, "of_close": close}
    for name, price in expected.items():
        column = made.columns[name, "value"]
        for row in (column.first_row + 13, len(bars) - 1):
            window = price[row - 13 : row + 1]
            cci = (window[-1] - window.mean()) / (0.015 * np.abs(window - window.mean()).mean())
            assert column.values[row] == pytest.approx(cci, rel=1e-9), name
    assert known_bytes(made, "close") == known_bytes(made, "hlc3")


@pytest.mark.parametrize("name", ["mfi", "vwap", "kvo"])
def test_the_other_indicators_of_the_typical_price_read_hlc3_once_by_either_word(name: str) -> None:
    usual = defaults(INDICATORS[name])
    made = planned(**{source: feature(name, source=source, **usual) for source in ("close", "hlc3", "high")})
    assert made.features["close"] is made.features["hlc3"]
    assert made.features["close"].source == "hlc3"
    assert made.features["high"].source == "high"
    assert {entry.name for entry in INDICATORS.values() if entry.close_means != "close"} == {"cci", "mfi", "vwap", "kvo"}


def test_bars_that_end_before_a_feature_begins_leave_it_never_ready() -> None:
    made = computed(WEEK_OF_BARS.between(FROM, FROM + HOUR_MS), slow=feature("ema", "1h", length=5), swing=SPECS["pivots"])
    assert made.ready_ms is None
    assert np.isnan(made.columns["slow", "value"].values).all()
    nothing = computed(WEEK_OF_BARS.between(0, 0), **SPECS)
    assert nothing.ready_ms is None
    assert all(len(column.values) == 0 for column in nothing.columns.values())


@pytest.mark.parametrize("short", [19, 20, 21])
def test_an_ema_on_as_many_bars_as_its_length_or_fewer_is_the_same_beside_others(short: int) -> None:
    window = Window(MONDAY, MONDAY + minutes(20 * 15))
    base = walk(20 * 15).between(window.from_ms, window.to_ms)
    lengths = {"fast": 5, "own": short, "slow": 18}
    beside = computed(base, window, **{name: feature("ema", length=length) for name, length in lengths.items()})
    for name, length in lengths.items():
        alone = computed(base, window, **{name: feature("ema", length=length)})
        assert known_bytes(beside, name) == known_bytes(alone, name)
        assert np.isnan(alone.columns[name, "value"].values).sum() == min(length - 1, 20)


def test_emas_of_a_volume_that_is_missing_once_begin_anew_beside_each_other_too() -> None:
    base = walk(300)
    base.volume[150] = np.nan
    window = Window(MONDAY, MONDAY + minutes(300))
    made = computed(base, window, **{f"by_{length}": feature("ema", "1m", source="volume", length=length) for length in (3, 5)})
    for length in (3, 5):
        assert np.flatnonzero(np.isnan(made.columns[f"by_{length}", "value"].values)).tolist() == [
            *range(length - 1),
            *range(150, 150 + length),
        ]


def test_without_features_a_run_is_ready_at_its_window_start() -> None:
    made = computed(WEEK_OF_BARS)
    assert (made.ready_ms, made.columns) == (FROM, {})
    assert {t.name for t in made.bars} == {"1m", "15m"}


def test_a_swing_index_counts_bars_of_its_slice_whatever_history_lies_before() -> None:
    declared = {"pivots": SPECS["pivots"]}
    start = planned(**declared).history_start_ms(FROM)
    for base in (WEEK_OF_BARS, WEEK_OF_BARS.between(start, WINDOW.to_ms)):
        made = computed(base, **declared)
        column, bars = made.columns["pivots", "high_idx"], made.bars[Timeframe("15m")]
        row = int(column.values[-1]) + column.first_row
        assert GRID.to_prices(bars.high[row : row + 1])[0] == prices(made.columns["pivots", "high_level"])[-1]
        assert bars.ts_open_ms[column.first_row] == start


def test_on_its_own_slice_a_column_is_the_array_the_kernel_returned() -> None:
    bars = aggregate(walk(2000), Timeframe("1m"))
    plan = plan_features(play("1m", fast=feature("ema", "1m", length=9)), CATALOGUE)
    window = Window(MONDAY + minutes(27), MONDAY + minutes(2000))
    made = compute_features(plan, bars, GRID, window)
    assert made.columns["fast", "value"].first_row == 0
    assert made.bars[Timeframe("1m")].close is bars.close


@pytest.mark.parametrize(("base", "wanted"), [("1h", "15m"), ("4h", "6h"), ("W", "M")])
def test_a_timeframe_that_base_bars_cannot_build_is_refused(base: str, wanted: str) -> None:
    plan = plan_features(play(base, slow=feature("ema", wanted, length=3)), CATALOGUE)
    with pytest.raises(DataMissing) as caught:
        compute_features(plan, walk(100, timeframe=base), GRID, WINDOW)
    assert [f.fact for f in caught.value.findings] == [f"bars of {wanted} cannot be built from the stored base bars of {base}"]


def test_days_build_weeks_and_months() -> None:
    plan = plan_features(play("D", w=feature("sma", "W", length=2), m=feature("sma", "M", length=2)), CATALOGUE)
    window = Window(MONDAY + 91 * DAY_MS, MONDAY + 200 * DAY_MS)
    made = compute_features(plan, walk(200, timeframe="D"), Grid(Decimal("0.1"), Decimal(1)), window)
    column = made.columns["m", "value"]
    assert made.bars[column.timeframe].ts_open_ms[column.first_row] == MONDAY + 31 * DAY_MS  # February, two months before April
    assert made.ready_ms == window.from_ms


@pytest.mark.parametrize("factor", ["3", "7", "0.001"])
def test_with_every_price_and_the_tick_times_a_factor_each_feature_is_what_it_was(factor: str) -> None:
    # RULE-7: the same bars on a grid of another tick; all values are counted in it, so not one bit moves.
    declared = (
        {name: feature(name, "5m", **defaults(INDICATORS[name])) for name in INDICATORS}
        | {n: SPECS[n] for n in SPECS if "type" in SPECS[n]}
        | SPECS
    )
    here = computed(WEEK_OF_BARS, **declared)
    there = computed(WEEK_OF_BARS, grid=Grid(GRID.tick_size * Decimal(factor), GRID.qty_step), **declared)
    for key, column in here.columns.items():
        assert column.values.tobytes() == there.columns[key].values.tobytes(), key


READS = {("fast_again", "value"), ("bands", "upper"), ("trend", "direction"), ("pivots", "pair_low_level"), ("by_atr", "high_level")}


def test_only_what_is_read_is_kept_with_the_values_it_has_beside_all_else() -> None:
    whole = computed(WEEK_OF_BARS, **SPECS)
    plan = plan_features(play(**SPECS), CATALOGUE, reads=READS)
    made = compute_features(plan, WEEK_OF_BARS, GRID, WINDOW)
    tellers = {("pivots", "pair_version"), ("by_atr", "high_idx")}  # they say why the read ones may be missing
    assert set(made.columns) == READS | tellers
    for key, column in made.columns.items():
        assert column.values.tobytes() == whole.columns[key].values.tobytes()
        assert (column.first_row, column.power) == (whole.columns[key].first_row, whole.columns[key].power)
    assert made.computed == whole.computed == set(SPECS)
    assert made.ready_ms == whole.ready_ms


def test_a_kept_output_holds_no_other_in_memory() -> None:
    plan = plan_features(play(pivots=SPECS["pivots"], twin=SPECS["pivots"]), CATALOGUE, reads={("pivots", "version"), ("twin", "low_idx")})
    base = WEEK_OF_BARS.between(plan.history_start_ms(FROM), WINDOW.to_ms)
    made = compute_features(plan, base, GRID, WINDOW)
    assert set(made.columns) == {("pivots", "version"), ("twin", "low_idx")}
    assert {column.first_row for column in made.columns.values()} == {0}
    assert all(column.values.base is None for column in made.columns.values())
