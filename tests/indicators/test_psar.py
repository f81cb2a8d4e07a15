"""The parabolic stop by hand, and with a start and a step that differ."""

import numpy as np
import pytest
from sample_columns import random_walk, times

from trade.indicators import vendor
from trade.indicators.psar import parabolic
from trade.indicators.registry import INDICATORS

PSAR = INDICATORS["psar"]


def psar(high: list[float], low: list[float], close: list[float], **params: float) -> dict[str, np.ndarray]:
    market = {"high": np.array(high, float), "low": np.array(low, float), "source": np.array(close, float)}
    return vendor.compute(PSAR, {"af0": 0.02, "af": 0.02, "max_af": 0.2, **params}, market, times(len(high)))


def test_a_rising_market_pulls_the_stop_up_by_the_acceleration() -> None:
    # extreme 11 from bar 1, stop from 9.5: 9.5 + 0.02 * 1.5 = 9.53, held down to the low of 9; bar 2: 9 + 0.02 * 2 = 9.04 -> low 9
    # bar 3: extreme 12 with af 0.06 after two new highs; 9 + 0.04 * 3 = 9.12
    out = psar(high=[10, 11, 12, 13], low=[9, 10, 11, 12], close=[9.5, 10.5, 11.5, 12.5])
    np.testing.assert_allclose(out["long"], [np.nan, 9.0, 9.0, 9.12])
    np.testing.assert_allclose(out["af"], [0.02, 0.02, 0.04, 0.06])
    assert np.isnan(out["short"]).all()


def test_the_step_after_a_new_extreme_is_af_and_the_start_is_af0() -> None:
    out = psar(high=[10, 11, 12, 13], low=[9, 10, 11, 12], close=[9.5, 10.5, 11.5, 12.5], af0=0.03, af=0.05)
    np.testing.assert_allclose(out["af"], [0.03, 0.03, 0.08, 0.13])


def test_touching_through_the_stop_turns_it_to_the_extreme() -> None:
    out = psar(high=[10, 11, 12, 9], low=[9, 10, 11, 7], close=[9.5, 10.5, 11.5, 8], af0=0.03)
    assert out["reversal"].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert out["short"][3] == 12.0
    assert out["af"][3] == 0.03


def test_the_acceleration_stops_at_its_maximum() -> None:
    market = random_walk(2_000)
    out = vendor.compute(PSAR, {"af0": 0.02, "af": 0.05, "max_af": 0.11}, market, times())
    assert out["af"].max() == pytest.approx(0.11)


def test_the_kernel_has_one_signature() -> None:
    sealed = random_walk(50)
    for values in sealed.values():
        values.flags.writeable = False
    vendor.compute(PSAR, {"af0": 0.02, "af": 0.02, "max_af": 0.2}, sealed, times(50))
    vendor.compute(PSAR, {"af0": 0.02, "af": 0.02, "max_af": 0.2}, random_walk(50), times(50))
    assert len(parabolic.signatures) == 1
