"""Computing one feature, with what it depends on, on the bars of its own slice (TIME-8)."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.arrays import Float64, Int64
from trade.features.node import FeatureNode, Ref
from trade.features.prices import Prices
from trade.indicators import formulas
from trade.structures.detect import detect

Columns = Mapping[str, Float64]


class Slice:
    """The bars from row `first` on, and every node computed on them, each once.

    It is thrown away with the feature: another feature's slice starts elsewhere, and a year of a structure's columns is large.
    """

    def __init__(self, prices: Prices, first: int) -> None:
        self._prices, self.first = prices, first
        self._done: dict[str, Columns] = {}

    @property
    def ts_open_ms(self) -> Int64:
        return self._prices.ts_open_ms[self.first :]

    def outputs(self, node: FeatureNode) -> Columns:
        """Return every output of a node, shape [bars of the slice]."""
        if node.identity not in self._done:
            self._done[node.identity] = self._compute(node)
        return self._done[node.identity]

    def inputs(self, node: FeatureNode) -> Columns:
        """Return what a node's kernel reads: its entry's inputs, and the features that its parameters name."""
        columns = {name: self._column(node, name) for name in node.entry.inputs}
        return columns | {param: self._ref(node, ref) for param, ref in node.features.items()}

    def _compute(self, node: FeatureNode) -> Columns:
        if not node.is_structure:
            return formulas.compute(node.entry, node.params, self.inputs(node), self.ts_open_ms)
        return detect(node.entry, node.params, self.inputs(node), {kind: self.outputs(used) for kind, used in node.uses.items()})

    def _column(self, node: FeatureNode, name: str) -> Float64:
        source = node.source if name == "source" else name
        if isinstance(source, Ref):
            return self._ref(node, source)
        if source is None:
            raise ValueError(f"{node.identity} reads a source and has none")
        column = self._prices.whole(source) if node.power else self._prices.plain(source)
        return column[self.first :]

    def _ref(self, node: FeatureNode, ref: Ref) -> Float64:
        values = self.outputs(ref.node)[ref.output]
        return self._prices.unit.plain(values) if ref.power > node.power else values
