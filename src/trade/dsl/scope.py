"""What a rule may name, and the context in which rules are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from trade.base.catalogue import Catalogue, Entry, Output, ValueType
from trade.base.timeframe import BASE, Timeframe
from trade.dsl.builtins import BASE_COLUMNS, BUILTINS
from trade.dsl.ranges import Range, bounds
from trade.dsl.tree import Operand
from trade.play.spec import Feature, Structure


@dataclass(frozen=True)
class Scope:
    """The declarations of a Play; `mode` is the position mode.

    `broken` ids were declared wrongly: naming them is no second error, but naming an output is that their entry, if known, has not.
    """

    features: Mapping[str, Feature]
    structures: Mapping[str, Structure]
    catalogue: Catalogue
    exec_timeframe: Timeframe
    mode: str
    broken: Mapping[str, Entry | None] = field(default_factory=dict)

    def outputs(self, name: str) -> tuple[Output, ...] | None:
        """Return the outputs behind an id, the primary one first; None if nothing of that name is declared, or nobody knows as what."""
        if name in self.broken:
            entry = self.broken[name]
            return None if entry is None else entry.outputs
        if name in self.features:
            return self.catalogue.indicators[self.features[name].indicator].outputs
        if name in self.structures:
            return self.catalogue.structures[self.structures[name].type].outputs
        return (BUILTINS[name],) if name in BUILTINS else None

    def timeframe(self, name: str) -> Timeframe:
        """Return the timeframe of the bars behind a known id."""
        if name in self.features:
            return self.features[name].timeframe
        if name in self.structures:
            return self.structures[name].timeframe
        return BASE if name in BASE_COLUMNS else self.exec_timeframe

    def names(self) -> Iterator[str]:
        """Yield every way to name a column: ids, and `id.output` where there are several."""
        for name in (*self.features, *self.structures, *BUILTINS):
            yield name
            if name not in self.broken:
                outputs = self.outputs(name) or ()
                yield from (f"{name}.{output.name}" for output in outputs if len(outputs) > 1)


@dataclass(frozen=True)
class Term:
    """A typed operand: its value type, the range its values keep, and the words of an ENUM or of whole numbers."""

    operand: Operand
    type: ValueType
    range: Range
    words: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        return self.type in (ValueType.FLOAT, ValueType.INT)


def term_of(operand: Operand, output: Output) -> Term:
    """Return the term of a column or instant part with this output."""
    low = 0.0 if output.minus_one_is_missing else output.low
    return Term(operand, output.type, bounds(low, output.high), output.words)
