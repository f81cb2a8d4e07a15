"""From what a Play declares to nodes: ids become references, and every reference that does not hold is a finding."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.catalogue import Catalogue, Entry, ParamType, ParamValue, ValueType
from trade.base.findings import Finding, Place
from trade.base.timeframe import Timeframe
from trade.features.node import FeatureNode, Ref
from trade.features.prices import PRICES
from trade.indicators.registry import NOT_YET as INDICATORS_NOT_YET
from trade.play.spec import Feature, Play, Structure
from trade.structures.registry import NOT_YET as STRUCTURES_NOT_YET
from trade.structures.requirements import requirements


class Resolver:
    """Builds the node of each declared id once; equal specs get the same node. `found` collects what is wrong."""

    def __init__(self, play: Play, catalogue: Catalogue) -> None:
        self._play, self._catalogue = play, catalogue
        self._by_id: dict[str, FeatureNode | None] = {}
        self._by_identity: dict[str, FeatureNode] = {}
        self._open: list[str] = []
        self.found: list[Finding] = []

    def node(self, name: str) -> FeatureNode | None:
        """Return the node of a declared id, or None when it or something it needs is wrong (and found)."""
        if name not in self._by_id:
            self._open.append(name)
            feature = self._play.features.get(name)
            node = self._feature(feature) if feature is not None else self._structure(self._play.structures[name])
            self._by_id[name] = node and self._by_identity.setdefault(node.identity, node)
            self._open.pop()
        return self._by_id[name]

    def _say(self, code: str, fact: str, hint: str, place: Place) -> None:
        self.found.append(Finding(code, fact, hint, place=place))

    def _feature(self, feature: Feature) -> FeatureNode | None:
        entry = self._catalogue.indicators.get(feature.indicator)
        if entry is None:
            reason = INDICATORS_NOT_YET.get(feature.indicator, "no indicator has this name")
            hint = "known: " + ", ".join(self._catalogue.indicators)
            self._say("unknown-indicator", f"{feature.indicator!r}: {reason}", hint, feature.place)
            return None
        if "source" not in entry.inputs and feature.source != "close":
            fact = f"{entry.name!r} reads {', '.join(entry.inputs)} and no source, so {feature.source!r} would be ignored"
            self._say("source-not-read", fact, "remove 'source'", feature.place)
            return None
        named = entry.close_means if feature.source == "close" else feature.source
        source = self._source(named, feature) if "source" in entry.inputs else None
        features = self._named(entry, feature.params, feature.timeframe, feature.place)
        if features is None or ("source" in entry.inputs and source is None):
            return None
        return FeatureNode(entry, False, _typed(entry, feature.params), feature.timeframe, source, features, {})

    def _source(self, text: str, feature: Feature) -> str | Ref | None:
        return text if text in PRICES else self._ref(text, feature.timeframe, feature.place)

    def _structure(self, structure: Structure) -> FeatureNode | None:
        entry = self._catalogue.structures.get(structure.type)
        if entry is None:
            reason = STRUCTURES_NOT_YET.get(structure.type, "no structure has this name")
            hint = "built: " + ", ".join(self._catalogue.structures)
            self._say("unknown-structure", f"{structure.type!r}: {reason}", hint, structure.place)
            return None
        wrong = requirements(structure.type, structure.params, structure.place)
        self.found.extend(wrong)
        uses = self._uses(entry, structure)
        features = self._named(entry, structure.params, structure.timeframe, structure.place)
        if wrong or uses is None or features is None:
            return None
        source = str(structure.params["source"]) if "source" in entry.inputs else None
        return FeatureNode(entry, True, _typed(entry, structure.params), structure.timeframe, source, features, uses)

    def _uses(self, entry: Entry, structure: Structure) -> Mapping[str, FeatureNode] | None:
        """Return the structures that one uses, by type; None when one is unknown, elsewhere, unread, twice there or missing."""
        before, nodes = len(self.found), dict[str, FeatureNode | None]()
        allowed = (*entry.uses, *entry.optional_uses)
        for key in structure.uses:
            used = self._play.structures.get(key)
            if used is None:
                self._say("unknown-uses", f"no structure has the key {key!r}", "declare it above this one", structure.place)
            elif used.timeframe != structure.timeframe:
                fact = f"{key!r} is on {used.timeframe}, but {structure.key!r} is on {structure.timeframe}"
                self._say("uses-timeframe", fact, "put both on the same timeframe", structure.place)
            elif used.type not in allowed or used.type in nodes:
                fact = f"{structure.type!r} uses {', '.join(allowed) or 'no structure'}, each once; {key!r} is a further {used.type!r}"
                self._say("uses-not-read", fact, f"remove {key!r} from 'uses'", structure.place)
            else:
                nodes[used.type] = self._enter(key, structure.place)
        missing = [kind for kind in entry.uses if kind not in nodes]
        if missing and len(self.found) == before:
            self._say("uses-missing", f"{structure.type!r} needs a {missing[0]!r}", f"add 'uses: <key of a {missing[0]}>'", structure.place)
        ready = {kind: node for kind, node in nodes.items() if node is not None}
        return ready if len(ready) == len(nodes) and not missing else None

    def _named(self, entry: Entry, params: Mapping[str, ParamValue], timeframe: Timeframe, place: Place) -> Mapping[str, Ref] | None:
        """Return the outputs that FEATURE parameters name, by parameter; None when one of them is wrong."""
        texts = {p.name: params.get(p.name) for p in entry.params if p.type is ParamType.FEATURE}
        refs = {name: self._ref(str(text), timeframe, place) for name, text in texts.items() if text is not None}
        ready = {name: ref for name, ref in refs.items() if ref is not None}
        return ready if len(ready) == len(refs) else None

    def _ref(self, text: str, timeframe: Timeframe, place: Place) -> Ref | None:
        """Return the output that "id" or "id.output" means; None (and a finding) when it cannot be read as a series."""
        name, _, wanted = text.partition(".")
        feature = self._play.features.get(name)
        if feature is None:
            fact = f"{name!r} is a structure" if name in self._play.structures else f"no feature is named {name!r}"
            hint = f"use one of {', '.join(PRICES)}, or the id of a feature: {', '.join(self._play.features)}"
            self._say("unknown-source", fact, hint, place)
            return None
        if feature.timeframe != timeframe:
            fact = f"{name!r} is on {feature.timeframe}, but is read on {timeframe}"
            self._say("source-timeframe", fact, "put both on the same timeframe", place)
            return None
        node = self._enter(name, place)
        return None if node is None else self._output(node, name, wanted, place)

    def _output(self, node: FeatureNode, name: str, wanted: str, place: Place) -> Ref | None:
        output = node.entry.output(wanted) if wanted else node.entry.outputs[0]
        if output is None:
            hint = "outputs: " + ", ".join(o.name for o in node.entry.outputs)
            self._say("unknown-output", f"{name!r} has no output {wanted!r}", hint, place)
            return None
        if not output.total or output.type not in (ValueType.FLOAT, ValueType.INT):
            why = "is missing on some bars by design" if not output.total else f"is {output.type}, not a number"
            self._say("source-unusable", f"'{name}.{output.name}' {why}", "choose an output that has a number on every bar", place)
            return None
        return Ref(node, output.name)

    def _enter(self, name: str, place: Place) -> FeatureNode | None:
        if name in self._open:
            circle = " -> ".join([*self._open[self._open.index(name) :], name])
            self._say("feature-cycle", f"{circle} goes in a circle", "let one of them read the bars", place)
            return None
        return self.node(name)


def _typed(entry: Entry, params: Mapping[str, ParamValue]) -> Mapping[str, ParamValue]:
    """Return the parameters with numbers in their declared type, so that `std: 2` and `std: 2.0` are one spec."""
    floats = {p.name for p in entry.params if p.type is ParamType.FLOAT}
    return {name: float(value) if name in floats and isinstance(value, int) else value for name, value in params.items()}
