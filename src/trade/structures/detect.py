"""The one door to the detectors: a registry entry and its columns in, its outputs out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Entry, Params
from trade.structures import rolling_window, swing, trend

Columns = Mapping[str, Float64]

_RUN: Mapping[str, Callable[[Params, Columns, Mapping[str, Columns]], Float64]] = {
    "swing": swing.run,
    "trend": trend.run,
    "rolling_window": rolling_window.run,
}


def detect(entry: Entry, params: Params, columns: Columns, dependencies: Mapping[str, Columns]) -> dict[str, Float64]:
    """Return every output of one structure as float64 arrays of the length of its inputs.

    `columns` holds the entry's `inputs` and, under the parameter's own name, the column of each feature that a parameter names
    (swing: "atr_key"). `dependencies` holds the outputs of the structures in `uses`, by type. Prices are floats, all arrays of one slice.
    """
    inputs = {name: _plain(column) for name, column in columns.items()}
    uses = {kind: {name: _plain(column) for name, column in outputs.items()} for kind, outputs in dependencies.items()}
    rows = _RUN[entry.name](params, inputs, uses)
    return {output.name: rows[k] for k, output in enumerate(entry.outputs)}


def _plain(column: Float64) -> Float64:
    # One signature per kernel: a strided or read-only array would compile it again.
    return np.require(column, np.float64, ["C", "W"])
