"""The parabolic stop by hand, with a start and a step that differ; and kernels of ours compile once."""

from typing import Any

import numpy as np
import pytest
from sample_columns import random_walk, times

from trade.base.catalogue import Entry
from trade.indicators import formulas
from trade.indicators.psar import parabolic
from trade.indicators.registry import INDICATORS, defaults
from trade.indicators.supertrend import trailing_band

PSAR = INDICATORS["psar"]


def psar(high: list[float], low: list[float], close: list[float], **params: float) -> dict[str, np.ndarray]:
    market = {"high": np.array(high, float), "low": np.array(low, float), "source": np.array(close, float)}
    return formulas.compute(PSAR, {"af0": 0.02, "af": 0.02, "max_af": 0.2, **params}, market, times(len(high)))


def test_a_rising_market_pulls_the_stop_up_by_the_acceleration() -> None:
    # extreme 11 from bar 1, stop from the low of 9: 9 + 0.02 * 2 = 9.04, held down to the low of 9; bar 2 the same;
    # bar 3: extreme 12 with af 0.04 after one new high; 9 + 0.04 * 3 = 9.12
    out = psar(high=[10, 11, 12, 13], low=[9, 10, 11, 12], close=[9.5, 10.5, 11.5, 12.5])
    np.testing.assert_allclose(out["long"], [np.nan, 9.0, 9.0, 9.12])
    np.testing.assert_allclose(out["af"], [np.nan, 0.02, 0.04, 0.06])
    assert np.isnan(out["short"]).all()


def test_the_step_after_a_new_extreme_is_af_and_the_start_is_af0() -> None:
    out = psar(high=[10, 11, 12, 13], low=[9, 10, 11, 12], close=[9.5, 10.5, 11.5, 12.5], af0=0.03, af=0.05)
    np.testing.assert_allclose(out["af"], [np.nan, 0.03, 0.08, 0.13])


def test_touching_through_the_stop_turns_it_to_the_extreme() -> None:
    out = psar(high=[10, 11, 12, 9], low=[9, 10, 11, 7], close=[9.5, 10.5, 11.5, 8], af0=0.03)
    assert out["reversal"].tolist()[1:] == [0.0, 0.0, 1.0]
    assert out["short"][3] == 12.0
    assert out["af"][3] == 0.03


def test_the_acceleration_stops_at_its_maximum() -> None:
    market = random_walk(2_000)
    out = formulas.compute(PSAR, {"af0": 0.02, "af": 0.05, "max_af": 0.11}, market, times())
    assert np.nanmax(out["af"]) == pytest.approx(0.11)


@pytest.mark.parametrize(("entry", "kernel"), [(PSAR, parabolic), (INDICATORS["supertrend"], trailing_band)])
def test_the_kernel_has_one_signature(entry: Entry, kernel: Any) -> None:
    sealed = random_walk(50)
    for values in sealed.values():
        values.flags.writeable = False
    formulas.compute(entry, defaults(entry), sealed, times(50))
    formulas.compute(entry, defaults(entry), random_walk(50), times(50))
    assert len(kernel.signatures) == 1
