"""What every indicator gives back on clean data: shape, first value, range, total outputs without holes, the same bytes each time."""

import numpy as np
import pytest
from sample_columns import BARS, EVERY_CASE, case_name, cut, first_finite, moved, random_walk, times

from trade.base.catalogue import Entry, Param, Params, ValueType
from trade.indicators import formulas
from trade.indicators.registry import INDICATORS, defaults

MARKET = random_walk()
EVERY = pytest.mark.parametrize(("entry", "params"), EVERY_CASE, ids=map(case_name, EVERY_CASE))
EVERY_PARAM = [(entry, param) for entry in INDICATORS.values() for param in entry.params]


@EVERY
def test_there_is_one_array_per_declared_output(entry: Entry, params: Params) -> None:
    columns = formulas.compute(entry, params, MARKET, times())
    assert list(columns) == [output.name for output in entry.outputs]
    for values in columns.values():
        assert values.dtype == np.float64
        assert values.shape == (BARS,)
        assert values.flags.c_contiguous
        assert not np.isinf(values).any()


@EVERY
def test_the_first_value_stands_where_it_is_declared(entry: Entry, params: Params) -> None:
    columns = formulas.compute(entry, params, MARKET, times())
    declared = entry.first_valid_bars(params)
    totals = {output.name for output in entry.outputs if output.total}
    assert {name: first_finite(columns[name]) for name in totals} == {name: declared[name] for name in totals}
    partials = set(columns) - totals
    assert all(first_finite(columns[name]) >= declared[name] for name in partials)
    if partials:
        assert min(first_finite(columns[name]) for name in partials) == min(declared[name] for name in partials)


@EVERY
def test_a_total_output_has_no_hole_on_a_market_that_moves(entry: Entry, params: Params) -> None:
    columns = formulas.compute(entry, params, MARKET, times())
    for output in entry.outputs:
        known = ~np.isnan(columns[output.name][entry.first_valid_bars(params)[output.name] :])
        assert known.all() if output.total else (known.any() and not known.all())


@EVERY
def test_of_outputs_with_a_side_one_is_there_on_each_bar_the_one_below_the_market_while_the_trend_is_up(
    entry: Entry, params: Params
) -> None:
    sides = {output.side.when: output.name for output in entry.outputs if output.side is not None}
    if not sides:
        return
    columns = formulas.compute(entry, params, MARKET, times())
    up, down = columns[sides["the trend is up"]], columns[sides["the trend is down"]]
    known = slice(max(entry.first_valid_bars(params).values()), None)
    assert (np.isnan(up) != np.isnan(down))[known].all()
    assert not (up[known] > MARKET["close"][known]).any()
    assert not (down[known] < MARKET["close"][known]).any()
    changes = np.flatnonzero(np.diff(np.isnan(up)[known]))
    assert len(changes)
    if "reversal" in columns:  # what the hint says of it
        assert np.flatnonzero(columns["reversal"][known][1:]).tolist() == changes.tolist()
    else:
        assert (columns["direction"][known] == np.where(np.isnan(up), -1, 1)[known]).all()
        assert not np.isnan(columns["trend"][known]).any()


@EVERY
def test_values_keep_their_range_and_type(entry: Entry, params: Params) -> None:
    columns = formulas.compute(entry, params, MARKET, times())
    for output in entry.outputs:
        known = columns[output.name][~np.isnan(columns[output.name])]
        assert output.low is None or known.min() >= output.low
        assert output.high is None or known.max() <= output.high
        assert output.type is ValueType.FLOAT or (known == np.rint(known)).all()


@EVERY
def test_input_shorter_than_the_first_value_gives_only_missing_values(entry: Entry, params: Params) -> None:
    declared = entry.first_valid_bars(params)
    for bars in {0, 1, min(declared.values()), max(declared.values())}:
        columns = formulas.compute(entry, params, cut(MARKET, 0, bars), times(bars))
        for name, values in columns.items():
            assert len(values) == bars
            assert np.isnan(values[: declared[name]]).all()


@EVERY
def test_the_same_input_gives_the_same_bytes(entry: Entry, params: Params) -> None:
    once, again = (formulas.compute(entry, params, MARKET, times()) for _ in range(2))
    assert {name: values.tobytes() for name, values in once.items()} == {name: values.tobytes() for name, values in again.items()}


@pytest.mark.parametrize(("entry", "param"), EVERY_PARAM, ids=[f"{e.name}.{p.name}" for e, p in EVERY_PARAM])
def test_every_parameter_has_its_effect(entry: Entry, param: Param) -> None:
    usual = formulas.compute(entry, defaults(entry), MARKET, times())
    other = formulas.compute(entry, {**defaults(entry), param.name: moved(param)}, MARKET, times())
    late = slice(BARS // 2, None)  # far behind the first values, which a length moves anyway
    assert any(not np.array_equal(usual[name][late], other[name][late], equal_nan=True) for name in usual)


def test_the_input_is_not_written_to() -> None:
    before = {name: values.copy() for name, values in MARKET.items()}
    for values in MARKET.values():
        values.flags.writeable = False
    for entry in INDICATORS.values():
        formulas.compute(entry, defaults(entry), MARKET, times())
    assert all(np.array_equal(MARKET[name], before[name]) for name in before)
