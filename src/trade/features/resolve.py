"""From what a Play declares to nodes: ids become references. Reading the Play has checked that every reference holds."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.catalogue import Catalogue, Entry, ParamType, ParamValue
from trade.features.node import FeatureNode, Ref
from trade.features.prices import PRICES
from trade.play.spec import Feature, Play, Structure


class Resolver:
    """Builds the node of each declared id once; equal specs get the same node."""

    def __init__(self, play: Play, catalogue: Catalogue) -> None:
        self._play, self._catalogue = play, catalogue
        self._by_id: dict[str, FeatureNode] = {}
        self._by_identity: dict[str, FeatureNode] = {}

    def node(self, name: str) -> FeatureNode:
        """Return the node of a declared id."""
        if name not in self._by_id:
            feature = self._play.features.get(name)
            node = self._structure(self._play.structures[name]) if feature is None else self._feature(feature)
            self._by_id[name] = self._by_identity.setdefault(node.identity, node)
        return self._by_id[name]

    def _feature(self, feature: Feature) -> FeatureNode:
        entry = self._catalogue.indicators[feature.indicator]
        named = entry.close_means if feature.source == "close" else feature.source
        source = self._source(named) if "source" in entry.inputs else None
        features = self._named(entry, feature.params)
        return FeatureNode(entry, False, _typed(entry, feature.params), feature.timeframe, source, features, {})

    def _structure(self, structure: Structure) -> FeatureNode:
        entry = self._catalogue.structures[structure.type]
        uses = {self._play.structures[key].type: self.node(key) for key in structure.uses}
        source = str(structure.params["source"]) if "source" in entry.inputs else None
        features = self._named(entry, structure.params)
        return FeatureNode(entry, True, _typed(entry, structure.params), structure.timeframe, source, features, uses)

    def _source(self, text: str) -> str | Ref:
        return text if text in PRICES else self._ref(text)

    def _named(self, entry: Entry, params: Mapping[str, ParamValue]) -> Mapping[str, Ref]:
        """Return the outputs that FEATURE parameters name, by parameter."""
        texts = {p.name: params.get(p.name) for p in entry.params if p.type is ParamType.FEATURE}
        return {name: self._ref(str(text)) for name, text in texts.items() if text is not None}

    def _ref(self, text: str) -> Ref:
        """Return the output that "id" or "id.output" means."""
        name, _, wanted = text.partition(".")
        node = self.node(name)
        return Ref(node, wanted or node.entry.outputs[0].name)


def _typed(entry: Entry, params: Mapping[str, ParamValue]) -> Mapping[str, ParamValue]:
    """Return the parameters with numbers in their declared type, so that `std: 2` and `std: 2.0` are one spec."""
    floats = {p.name for p in entry.params if p.type is ParamType.FLOAT}
    return {name: float(value) if name in floats and isinstance(value, int) else value for name, value in params.items()}
