"""What a Play needs computed, and the history it takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from trade.base.calendar import ClosedSpans, always_open, back
from trade.base.catalogue import Catalogue, Output
from trade.base.timeframe import Timeframe
from trade.features.node import FeatureNode
from trade.features.resolve import Resolver
from trade.play.spec import Play
from trade.structures.conditions import told_by


@dataclass(frozen=True)
class Demand:
    """The bars that one feature or structure wants before a window: how many, and the open of the first of them (TIME-7)."""

    name: str
    timeframe: Timeframe
    bars: int
    start_ms: int


@dataclass(frozen=True)
class Plan:
    """The node of every declared feature and structure by id, in the Play's order; equal specs share one node.

    `closed` says when no bar is expected: bars before the window are counted on the grid of the instrument's calendar. `reads` are the
    outputs that somebody reads, by (feature id, output); None stands for all. What nobody reads is not kept.
    """

    exec_timeframe: Timeframe
    features: Mapping[str, FeatureNode]
    closed: ClosedSpans = always_open
    reads: Collection[tuple[str, str]] | None = None

    def kept(self, name: str) -> tuple[Output, ...]:
        """Return the outputs of a feature that are kept: those that are read, and those that say why one of them may be missing."""
        node = self.features[name]
        outputs = node.entry.outputs
        if self.reads is None:
            return outputs
        wanted = {output.name for output in outputs if (name, output.name) in self.reads}
        if node.is_structure:
            wanted |= {told_by(node.entry, output) for output in wanted}
        return tuple(output for output in outputs if output.name in wanted)

    @property
    def nodes(self) -> tuple[FeatureNode, ...]:
        """Each distinct node once."""
        return tuple({node.identity: node for node in self.features.values()}.values())

    @property
    def timeframes(self) -> tuple[Timeframe, ...]:
        """The exec timeframe and those of the features, each once."""
        return tuple(dict.fromkeys([self.exec_timeframe, *(node.timeframe for node in self.nodes)]))

    def history_start_ms(self, window_from_ms: int) -> int:
        """Return the earliest bar open that any slice starts at: what is loaded when stored (TIME-7, TIME-8)."""
        starts = [self.slice_start_ms(node, window_from_ms) for node in self.nodes]
        return min(starts, default=window_from_ms)

    def first_valid_start_ms(self, window_from_ms: int) -> int:
        """Return the bar open from which history must exist for every feature to be known at the window start (TIME-7)."""
        return min((self.first_valid_from_ms(node, window_from_ms) for node in self.nodes), default=window_from_ms)

    def first_valid_from_ms(self, node: FeatureNode, window_from_ms: int) -> int:
        """Return the open of the bar from which history must exist for one feature to be known at the window start."""
        return back(self.closed, node.timeframe, window_from_ms, node.ready_after_bars + 1)

    def settle_demands(self, window_from_ms: int) -> tuple[Demand, ...]:
        """Return what each feature wants so that it has forgotten how it began."""
        return tuple(self._demand(name, node, window_from_ms, node.settle_bars) for name, node in self.features.items())

    def first_valid_demands(self, window_from_ms: int) -> tuple[Demand, ...]:
        """Return what each feature wants so that it has a value at the window start."""
        return tuple(self._demand(name, node, window_from_ms, node.ready_after_bars + 1) for name, node in self.features.items())

    def _demand(self, name: str, node: FeatureNode, window_from_ms: int, bars: int) -> Demand:
        return Demand(name, node.timeframe, bars, back(self.closed, node.timeframe, window_from_ms, bars))

    def slice_start_ms(self, node: FeatureNode, window_from_ms: int) -> int:
        """Return the open of the first bar that a node may read (TIME-8)."""
        return back(self.closed, node.timeframe, window_from_ms, node.settle_bars)


def plan_features(
    play: Play, catalogue: Catalogue, closed: ClosedSpans = always_open, reads: Collection[tuple[str, str]] | None = None
) -> Plan:
    """Return the plan of an accepted Play."""
    resolver = Resolver(play, catalogue)
    return Plan(play.exec_timeframe, {name: resolver.node(name) for name in (*play.features, *play.structures)}, closed, reads)
