"""The registry says what a Play may write, without importing anything that computes.

What it says, every name with its defaults and outputs, is pinned by `docs/indicators.md`, which is rendered from it: who changes a default
changes the page, and every Play that leaves it out.
"""

import json
import subprocess
import sys
from math import ceil, log
from pathlib import Path

import pytest

from trade.base.catalogue import Entry, ParamType
from trade.indicators.registry import FAMILIES, INDICATORS, NOT_YET, UNDEFINED_WORDS, defaults

ENTRIES = list(INDICATORS.values())


def test_a_name_is_built_or_refused() -> None:
    assert len(INDICATORS) == sum(map(len, FAMILIES.values()))
    assert not set(NOT_YET) & set(INDICATORS)
    assert all(NOT_YET.values())


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
def test_every_entry_says_what_it_is_whose_it_is_and_where_tradingview_differs(entry: Entry) -> None:
    assert entry.doc
    assert entry.values_of
    assert entry.tradingview
    assert {output.undefined_when for output in entry.outputs} <= {None, *UNDEFINED_WORDS}


def test_every_entry_names_all_who_compute_it_and_nobody_else() -> None:
    script = Path(__file__).with_name("what_runs.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {entry.name: entry.computed_by for entry in ENTRIES} == json.loads(done.stdout)


def test_an_ema_settles_in_its_first_window_and_its_memory() -> None:
    memory = ceil(log(1e-11) / log(49 / 51))  # (1 - 2/51)^n of what was before is left
    assert INDICATORS["ema"].settle_bars({"length": 50}) == 50 + memory


def test_importing_the_registry_imports_nothing_that_computes() -> None:
    heavy = "{'pandas', 'talib', 'numba', 'pandas_ta_classic', 'pyarrow'}"
    code = f"import sys, trade.indicators.registry, trade.indicators.conditions; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_lengths_named_fast_and_slow_must_rise_in_that_order() -> None:
    for entry in ENTRIES:
        fast_and_slow = [param.name for param in entry.params if param.name in ("fast", "medium", "slow")]
        assert list(entry.rising) == fast_and_slow, entry.name
        values = [defaults(entry)[name] for name in entry.rising]
        assert values == sorted(set(values)), entry.name
