"""The numpy arrays that every floor hands to the next, by what they hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


def finite_from(values: Float64) -> int:
    """Return the row from which on every value is finite; their number if the last one is not."""
    return np.isfinite(values).tobytes().rfind(0) + 1
