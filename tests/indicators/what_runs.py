"""Print, as JSON, what runs for each indicator: TA-Lib, kernels of ours, our sums of windows in numpy.

A program of its own: kernels are left uncompiled here, so that a profiler sees them called.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import CodeType, FrameType

import trade.kernels

KERNELS = set[CodeType]()


def uncompiled(function: Callable[..., object]) -> Callable[..., object]:
    KERNELS.add(function.__code__)
    return function


trade.kernels.kernel = uncompiled  # type: ignore[assignment]

import numpy as np  # noqa: E402 - whoever imports a kernel takes the one above
import talib  # noqa: E402
from sample_columns import Columns, random_walk, times, with_usual_source  # noqa: E402

from trade.base.catalogue import Entry  # noqa: E402
from trade.features import paired  # noqa: E402
from trade.indicators import windows  # noqa: E402
from trade.indicators.columns import segments  # noqa: E402
from trade.indicators.formulas import KERNELS as FORMULAS  # noqa: E402
from trade.indicators.registry import INDICATORS, defaults  # noqa: E402

BARS = 400
FRACTIONS = random_walk(BARS)
WHOLE = {name: np.rint(values) for name, values in FRACTIONS.items()}  # prices are whole in every run, a feature as source is not
SUMS = ("totals", "ramps", "weighted_mean", "mean_total_spread", "distance_from_mean", "not_above")
NUMPY = {getattr(windows, name).__code__ for name in SUMS}


def ran(entry: Entry, columns: Columns) -> set[str]:
    """Return who is called on the way from the columns to the outputs."""
    found = set[str]()

    def look(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            if frame.f_code.co_filename == talib.__file__:
                found.add("ta-lib")
            elif frame.f_code in KERNELS:
                found.add("numba")
            elif frame.f_code in NUMPY:
                found.add("numpy")

    ((_, part),) = segments(entry, with_usual_source(entry, columns), times(BARS))
    with np.errstate(all="ignore"):
        sys.setprofile(look)
        FORMULAS[entry.name](part, defaults(entry))
        sys.setprofile(None)
    return found


def ran_in_a_pair() -> set[str]:
    """Return who is called for two emas of prices at once, as `features.paired` does."""
    found = set[str]()
    sys.setprofile(lambda frame, event, _: found.add("numba") if event == "call" and frame.f_code in KERNELS else None)
    paired.two_emas(WHOLE["close"], 5, WHOLE["close"], 7)
    sys.setprofile(None)
    return found


if __name__ == "__main__":
    by_name = {name: ran(entry, WHOLE) | ran(entry, FRACTIONS) for name, entry in INDICATORS.items()}
    by_name["ema"] |= ran_in_a_pair()
    json.dump({name: ", ".join(sorted(found)) or "numpy" for name, found in by_name.items()}, sys.stdout)
