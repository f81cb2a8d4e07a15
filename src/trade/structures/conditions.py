"""The conditions under which a total output of a structure may be missing, by the word its registry entry names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from trade.base.arrays import Bool, Float64
from trade.base.catalogue import Entry

NO_HIGH_YET = "no_high_yet"
NO_LOW_YET = "no_low_yet"
NO_PAIR_YET = "no_pair_yet"

_CONDITIONS: Mapping[str, Callable[[Mapping[str, Float64]], Bool]] = {
    NO_HIGH_YET: lambda outputs: outputs["high_idx"] == -1,
    NO_LOW_YET: lambda outputs: outputs["low_idx"] == -1,
    NO_PAIR_YET: lambda outputs: outputs["pair_version"] == 0,
}


def undefined(entry: Entry, output: str, outputs: Mapping[str, Float64]) -> Bool:
    """Return on which bars the registered condition of an output holds, given all outputs, shape [n]; nowhere when it registers none."""
    declared = entry.output(output)
    if declared is None or declared.undefined_when is None:
        return np.zeros(len(outputs[output]), np.bool_)
    return _CONDITIONS[declared.undefined_when](outputs)
