"""What every generated minute has in common with a real one: how wild its step is, and how busy its hour."""

from __future__ import annotations

import numpy as np

# Sixteen equally likely factors (in 1/16) on each step: mostly calm, sometimes wild, which gives the fat tails.
TAIL_16THS = np.array([9, 9, 9, 10, 10, 11, 11, 12, 12, 13, 14, 15, 17, 20, 27, 44], np.int64)
# Activity by UTC hour, in percent: quiet in the Asian night, busiest when Europe and America overlap.
HOUR_PCT = np.array([92, 86, 82, 78, 76, 78, 84, 94, 104, 106, 104, 102, 108, 124, 136, 134, 126, 116, 108, 102, 98, 98, 100, 98], np.int64)
