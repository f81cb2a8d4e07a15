"""The conditions under which a total output of a structure may be missing, by the word its registry entry names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Bool, Float64
from trade.base.catalogue import Entry

NO_HIGH_YET = "no_high_yet"
NO_LOW_YET = "no_low_yet"
NO_PAIR_YET = "no_pair_yet"

# The output that tells, and its value while the condition holds.
_CONDITIONS: Mapping[str, tuple[str, float]] = {
    NO_HIGH_YET: ("high_idx", -1.0),
    NO_LOW_YET: ("low_idx", -1.0),
    NO_PAIR_YET: ("pair_version", 0.0),
}


def told_by(entry: Entry, output: str) -> str:
    """Return the output that tells on which bars another may be missing; the output itself when it registers no condition."""
    declared = entry.output(output)
    return output if declared is None or declared.undefined_when is None else _CONDITIONS[declared.undefined_when][0]


def undefined(entry: Entry, output: str, outputs: Mapping[str, Float64]) -> Bool:
    """Return on which bars the registered condition of an output holds, given it and what it is `told_by`, shape [n].

    It holds nowhere when the output registers none.
    """
    declared = entry.output(output)
    if declared is None or declared.undefined_when is None:
        return np.zeros(len(outputs[output]), np.bool_)
    teller, value = _CONDITIONS[declared.undefined_when]
    holds: Bool = outputs[teller] == value
    return holds
