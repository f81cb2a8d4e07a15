"""One thing to compute: an indicator or a structure with its inputs resolved down to bar columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from trade.base.catalogue import Entry, Params, ParamType
from trade.base.timeframe import Timeframe
from trade.features.prices import VOLUME


@dataclass(frozen=True, eq=False)
class Ref:
    """One output of another node, read on the same bars."""

    node: FeatureNode
    output: str

    @property
    def identity(self) -> str:
        return f"{self.node.identity}.{self.output}"

    @property
    def power(self) -> int:
        return self.node.output_power(self.output)


@dataclass(frozen=True, eq=False)
class FeatureNode:
    """A spec that two features may share, whatever their ids are.

    `source` is a bar column, hl2/hlc3/ohlc4 or another node's output; None when the entry reads no source. `features` are the
    outputs that parameters name ("atr_key"), `uses` the structures by type. Dependencies are computed on this node's own slice.
    """

    entry: Entry
    is_structure: bool
    params: Params
    timeframe: Timeframe
    source: str | Ref | None
    features: Mapping[str, Ref]
    uses: Mapping[str, FeatureNode]

    @cached_property
    def identity(self) -> str:
        """Everything the values depend on but the window and the data, as text: equal identity, equal columns."""
        named = {p.name for p in self.entry.params if p.type is ParamType.FEATURE}
        parts = [f"{name}={value!r}" for name, value in sorted(self.params.items()) if name not in named]
        parts += [f"{name}={ref.identity}" for name, ref in sorted(self.features.items())]
        parts += [f"uses={node.identity}" for _, node in sorted(self.uses.items())]
        if self.source is not None:
            parts.append(f"of={self.source if isinstance(self.source, str) else self.source.identity}")
        kind = "structure" if self.is_structure else "indicator"
        return f"{kind}:{self.entry.name}({','.join(parts)})@{self.timeframe}"

    @cached_property
    def power(self) -> int:
        """1 if everything it reads is a price, in whole price units (RULE-7); else 0: all of it is in the quote currency.

        A volume beside prices is read as it is; a pure number beside prices (the true range of an rsi) is what the Play asks for.
        """
        bars = [self.source if name == "source" else name for name in self.entry.inputs if name != VOLUME]
        powers = [column.power if isinstance(column, Ref) else int(column != VOLUME) for column in bars]
        powers += [ref.power for ref in self.features.values()] + [node.power for node in self.uses.values()]
        return min(powers, default=0)

    def output_power(self, name: str) -> int:
        """Return the power of the price unit that an output is measured in: 1 for prices of whole prices, else 0."""
        output = self.entry.output(name)
        return self.power if output is not None and output.in_source_unit else 0

    @cached_property
    def first_valid_bars(self) -> Mapping[str, int]:
        """Per output, the row of its slice from which it has a value on clean data, dependencies included (TIME-7).

        A kernel starts at the first value of its source, so the two counts add up; a parameter's feature and a used structure
        are read beside the bars, so the later one decides.
        """
        source = self.source
        before = source.node.first_valid_bars[source.output] if isinstance(source, Ref) else 0
        beside = [ref.node.first_valid_bars[ref.output] for ref in self.features.values()]
        beside += [node.ready_after_bars for node in self.uses.values()]
        own = self.entry.first_valid_bars(self.params)
        return {name: max([before + bars, *beside]) for name, bars in own.items()}

    @property
    def ready_after_bars(self) -> int:
        """The row from which every output has begun; partial outputs, which may wait for an event, do not count."""
        total = [o.name for o in self.entry.outputs if o.total]
        return max(self.first_valid_bars[name] for name in total or self.first_valid_bars)

    @cached_property
    def settle_bars(self) -> int:
        """How many bars before the window the slice starts: the entry's own count after that of its dependencies (TIME-8).

        A structure reacts to the events of those it uses, not to bars, so it needs their history once more. And it is never less than
        what the first value takes, so that with all history stored no feature moves the start.
        """
        refs = [*self.features.values(), *([self.source] if isinstance(self.source, Ref) else [])]
        before = [ref.node.settle_bars for ref in refs] + [2 * node.settle_bars for node in self.uses.values()]
        return max(self._own_settle_bars + max(before, default=0), self.ready_after_bars + 1)

    @property
    def _own_settle_bars(self) -> int:
        bars, span_ms = self.entry.settle_bars(self.params), self.entry.settle_ms
        return bars if span_ms is None else max(bars, -(-span_ms(self.params) // self.timeframe.length_ms))
