"""Every pattern has the property that defines it, over seeds and lengths."""

from __future__ import annotations

import pytest
from defining import DEFINING
from measures import draw

from trade.base.errors import Malformed
from trade.synthetic.pattern import mirrored
from trade.synthetic.registry import FAMILIES, PATTERNS, find_pattern

INCUMBENT = """trending ranging volatile multi_tf_aligned trend_up_clean trend_down_clean trend_grinding trend_parabolic trend_exhaustion
trend_stairs range_tight range_wide range_ascending range_descending reversal_v_bottom reversal_v_top reversal_double_bottom
reversal_double_top breakout_clean breakout_false breakout_retest vol_squeeze_expand vol_spike_recover vol_spike_continue vol_decay
liquidity_hunt_lows liquidity_hunt_highs choppy_whipsaw accumulation distribution mtf_aligned_bull mtf_aligned_bear mtf_pullback_bull
mtf_pullback_bear displacement_impulse trending_with_gaps equal_highs_lows ob_retest"""


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("length", [1_000, 10_080, 43_200])
def test_a_pattern_is_what_its_name_says(name, length):
    assert [seed for seed in (1, 7, 42) if not DEFINING[name](draw(name, seed, length))] == []


@pytest.mark.deep
@pytest.mark.parametrize("length", [1_000, 10_080, 43_200, 129_600])
def test_a_pattern_holds_for_nearly_every_seed(length):
    failing = {name: sum(not holds(draw(name, seed, length)) for seed in range(50)) for name, holds in DEFINING.items()}
    assert {name: count for name, count in failing.items() if count > 2} == {}


def test_no_property_holds_for_all_patterns():
    for name, holds in DEFINING.items():
        assert not all(holds(draw(other, 42, 10_080)) for other in PATTERNS), name


def test_all_names_of_the_incumbent_are_there():
    assert sorted(PATTERNS) == sorted(INCUMBENT.split())
    assert sum(len(family) for family in FAMILIES.values()) == 38


def test_every_pattern_says_what_it_means_and_what_defines_it():
    texts = [text for pattern in PATTERNS.values() for text in (pattern.meaning, pattern.defining)]
    assert len(set(texts)) == len(texts)
    assert all(text and "\n" not in text and not text.endswith(".") for text in texts)


def test_points_run_in_time():
    for pattern in PATTERNS.values():
        walls = () if pattern.walls is None else (pattern.walls.floor, pattern.walls.ceiling)
        for points in (pattern.path, pattern.volatility_pct, *walls):
            at = [time for time, _ in points]
            assert at == sorted(set(at)), pattern.name
            assert 0 <= at[0] < at[-1] <= 1000, pattern.name


def test_a_mirrored_pattern_mirrors_back():
    pattern = PATTERNS["liquidity_hunt_lows"]
    words = {"name": pattern.name, "meaning": pattern.meaning, "defining": pattern.defining}
    assert mirrored(mirrored(pattern, **words), **words) == pattern


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(Malformed) as refused:
        find_pattern("range_wid")
    (finding,) = refused.value.findings
    assert finding.code == "unknown-pattern"
    assert finding.data["nearest"][0] == "range_wide"
