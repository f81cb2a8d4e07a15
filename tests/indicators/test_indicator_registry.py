"""The registry says of 43 names what a Play may write, without importing anything that computes."""

import subprocess
import sys
from math import ceil, log

import pytest

from trade.base.catalogue import Entry, ParamType
from trade.indicators.registry import INDICATORS, NOT_YET, UNDEFINED_WORDS, defaults

# name: defaults, then outputs with the primary one first, as existing Plays know them
KNOWN = {
    "ema": ({"length": 10}, "value"),
    "sma": ({"length": 10}, "value"),
    "wma": ({"length": 10}, "value"),
    "dema": ({"length": 10}, "value"),
    "tema": ({"length": 10}, "value"),
    "zlma": ({"length": 10}, "value"),
    "kama": ({"length": 10}, "value"),
    "trima": ({"length": 10}, "value"),
    "alma": ({"length": 9, "sigma": 6.0, "offset": 0.85}, "value"),
    "rsi": ({"length": 14}, "value"),
    "atr": ({"length": 14}, "value"),
    "natr": ({"length": 14}, "value"),
    "cci": ({"length": 14}, "value"),
    "willr": ({"length": 14}, "value"),
    "roc": ({"length": 10}, "value"),
    "mom": ({"length": 10}, "value"),
    "mfi": ({"length": 14}, "value"),
    "cmf": ({"length": 20}, "value"),
    "obv": ({}, "value"),
    "cmo": ({"length": 14}, "value"),
    "linreg": ({"length": 14}, "value"),
    "midprice": ({"length": 2}, "value"),
    "ohlc4": ({}, "value"),
    "uo": ({"fast": 7, "medium": 14, "slow": 28}, "value"),
    "vwap": ({"anchor": "D"}, "value"),
    "trix": ({"length": 30, "signal": 9}, "trix signal"),
    "ppo": ({"fast": 12, "slow": 26, "signal": 9}, "ppo histogram signal"),
    "macd": ({"fast": 12, "slow": 26, "signal": 9}, "macd signal histogram"),
    "bbands": ({"length": 5, "std": 2.0}, "middle lower upper bandwidth percent_b"),
    "stoch": ({"k": 14, "d": 3, "smooth_k": 3}, "k d"),
    "stochrsi": ({"length": 14, "rsi_length": 14, "k": 3, "d": 3}, "k d"),
    "adx": ({"length": 14}, "adx dmp dmn adxr"),
    "aroon": ({"length": 14}, "osc up down"),
    "kc": ({"length": 20, "scalar": 2.0}, "basis lower upper"),
    "donchian": ({"lower_length": 20, "upper_length": 20}, "middle lower upper"),
    "supertrend": ({"length": 7, "multiplier": 3.0}, "trend direction long short"),
    "psar": ({"af0": 0.02, "af": 0.02, "max_af": 0.2}, "long short af reversal"),
    "squeeze": ({"bb_length": 20, "bb_std": 2.0, "kc_length": 20, "kc_scalar": 1.5}, "sqz on off no_sqz"),
    "vortex": ({"length": 14}, "vip vim"),
    "dm": ({"length": 14}, "dmp dmn"),
    "fisher": ({"length": 9}, "fisher signal"),
    "tsi": ({"fast": 13, "slow": 25, "signal": 13}, "tsi signal"),
    "kvo": ({"fast": 34, "slow": 55, "signal": 13}, "kvo signal"),
}
ENTRIES = list(INDICATORS.values())


def test_every_name_stands_with_its_defaults_and_outputs() -> None:
    assert {name: (dict(defaults(e)), " ".join(o.name for o in e.outputs)) for name, e in INDICATORS.items()} == KNOWN
    assert len(INDICATORS) == 43


def test_what_came_later_is_refused_by_name() -> None:
    assert set(NOT_YET) == {"volume_profile", "anchored_volume_profile", "anchored_vwap", "session_levels"}
    assert not set(NOT_YET) & set(INDICATORS)


@pytest.mark.parametrize("entry", ENTRIES, ids=INDICATORS)
def test_every_default_is_allowed(entry: Entry) -> None:
    for param in entry.params:
        if param.type is ParamType.CHOICE:
            assert param.default in param.choices
        else:
            assert param.low <= param.default <= param.high
            assert isinstance(param.default, int if param.type is ParamType.INT else float)


@pytest.mark.parametrize("entry", ENTRIES, ids=INDICATORS)
def test_every_output_has_a_first_valid_bar_that_the_settle_history_reaches(entry: Entry) -> None:
    params = defaults(entry)
    assert list(entry.first_valid_bars(params)) == [output.name for output in entry.outputs]
    assert entry.settle_bars(params) >= max(entry.first_valid_bars(params).values())


@pytest.mark.parametrize("entry", ENTRIES, ids=INDICATORS)
def test_every_entry_says_who_computes_it_and_what_it_is(entry: Entry) -> None:
    assert entry.computed_by in {"ta-lib", "pandas-ta", "numpy", "numba"}
    assert entry.doc
    assert {output.undefined_when for output in entry.outputs} <= {None, *UNDEFINED_WORDS}


def test_an_ema_settles_in_its_first_window_and_its_memory() -> None:
    memory = ceil(log(1e-11) / log(49 / 51))  # (1 - 2/51)^n of what was before is left
    assert INDICATORS["ema"].settle_bars({"length": 50}) == 50 + memory


def test_importing_the_registry_imports_nothing_that_computes() -> None:
    heavy = "{'pandas', 'talib', 'numba', 'pandas_ta_classic', 'pyarrow'}"
    code = f"import sys, trade.indicators.registry, trade.indicators.conditions; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_averages_named_fast_and_slow_must_rise_in_that_order() -> None:
    named = {entry.name: entry.rising for entry in ENTRIES if {"fast", "slow"} <= {param.name for param in entry.params}}
    assert named == {**dict.fromkeys(("macd", "ppo", "tsi", "kvo"), ("fast", "slow")), "uo": ("fast", "medium", "slow")}
    assert [entry.name for entry in ENTRIES if entry.rising and entry.name not in named] == []
    assert all(sorted(values) == values for e in ENTRIES for values in [[defaults(e)[name] for name in e.rising]])
