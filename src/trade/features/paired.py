"""Emas of prices, two by two: each waits for its own last value, so that two in one pass take the time of one."""

from __future__ import annotations

from collections.abc import Mapping

from trade.features.node import FeatureNode
from trade.features.prices import VOLUME
from trade.features.slices import Columns, Slice
from trade.indicators.columns import writable
from trade.indicators.recursions import two_emas


def is_ema_of_prices(node: FeatureNode) -> bool:
    """Return whether a node can be one of a pair: prices are whole numbers and never missing, so nothing has to be looked for."""
    return node.entry.name == "ema" and isinstance(node.source, str) and node.source != VOLUME


def paired_emas(slices: Mapping[FeatureNode, Slice]) -> Mapping[str, Columns]:
    """Return the outputs of emas of prices by identity; those of an odd one, or of one on too few bars, are left to its formula."""
    emas = [node for node, own in slices.items() if len(own.ts_open_ms) > node.ready_after_bars]
    emas.sort(key=lambda node: node.timeframe.length_ms)  # those of one length go side by side to the end
    made: dict[str, Columns] = {}
    for one, two in zip(emas[::2], emas[1::2], strict=False):
        (first, first_length), (second, second_length) = (
            (writable(slices[node].inputs(node)["source"]), node.ready_after_bars + 1) for node in (one, two)
        )
        values = two_emas(first, first_length, second, second_length)
        made |= {node.identity: {"value": column} for node, column in zip((one, two), values, strict=True)}
    return made
