"""The `features` section: each indicator against the catalogue, its timeframe, and what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trade.base.catalogue import Entry, Output, ParamType, ValueType
from trade.base.nearest import did_you_mean, did_you_mean_output, meant
from trade.base.places import Path
from trade.base.timeframe import Timeframe
from trade.play.fields import shown
from trade.play.models import FeatureFile
from trade.play.notes import Notes
from trade.play.params import read_params
from trade.play.scalars import as_text
from trade.play.spec import Feature
from trade.play.timeframes import Roles, resolve

_IN_BAR = ("open", "high", "low", "close", "hl2", "hlc3", "ohlc4")
COLUMNS = ("open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4")
BUILTINS = (
    *("open", "high", "low", "close", "volume", "last_price", "mark_price", "funding_rate", "open_interest"),
    *("timestamp", "hour_utc", "minute_utc", "weekday_utc"),
)
_RESERVED = {*BUILTINS, "hl2", "hlc3"}  # ohlc4 may be an id: it is an indicator too, with the same values
MOST_FEATURES, LONGEST_CHAIN = 500, 50  # each is an array of the whole history; each link adds its settle history to the next
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Known:
    """What the catalogue offers of one kind, and the sentences for what it does not offer yet."""

    kind: str  # indicator | structure
    entries: Mapping[str, Entry]
    not_yet: Mapping[str, str]

    def find(self, name: str, path: Path, notes: Notes) -> Entry | None:
        """Return the entry, or None with the reason said."""
        if name in self.entries:
            return self.entries[name]
        lower = name.lower()
        if lower in self.not_yet:
            notes.error(f"not-yet-{self.kind}", path, f"the {self.kind} '{name}' cannot be run yet", self.not_yet[lower])
        else:
            hint = did_you_mean(name, self.entries, f"`trade play schema` lists every {self.kind}")
            notes.error(f"unknown-{self.kind}", path, f"the {self.kind} '{name}' is not known", hint)
        return None

    def meant(self, value: object, key: str) -> Entry | None:
        """Return the entry that a declaration names under a key, whatever else is wrong with it."""
        name = value.get(key) if isinstance(value, dict) else None
        return self.entries.get(name) if isinstance(name, str) else None


def check_id(name: str, path: Path, notes: Notes) -> bool:
    """Return whether a name may be an id; if not, say why."""
    if name in _RESERVED:
        notes.error("reserved-id", path, f"'{name}' already means a builtin value", f"rename it, as in `my_{name}`", at_key=True)
    elif not _ID.fullmatch(name):
        notes.error(
            "bad-id", path, f"'{name[:60]}' cannot be an id", "write letters, digits and _, not beginning with a digit", at_key=True
        )
    else:
        return True
    return False


@dataclass(frozen=True)
class DeclaredFeatures:
    """The features that are understood, and the ids of those that are not, with what each would be where that is known."""

    found: Mapping[str, Feature]
    broken: Mapping[str, Entry | None]
    known: Known

    def check(self, target: str, timeframe: Timeframe, path: Path, notes: Notes) -> None:
        """Refuse a reference to a feature, or to one of its outputs, that is not there or lives on another timeframe."""
        name, _, output = target.partition(".")
        if name in self.broken:
            entry = self.broken[name]
            if entry is not None:
                _check_output(name, entry, output, path, notes)
            return
        if name not in self.found:
            words = [*COLUMNS, *self.found] if path[-1] in {"source", "input_source"} else list(self.found)
            hint = did_you_mean(name, words, "declare it under features")
            notes.error("unknown-reference", path, f"the feature '{name}' is not declared", hint)
            return
        other = self.found[name]
        _check_output(name, self.known.entries[other.indicator], output, path, notes)
        if other.timeframe != timeframe:
            fact = f"'{name}' is on '{other.timeframe}', its reader on '{timeframe}'"
            notes.error("other-timeframe", path, fact, "give both the same timeframe")


def _check_output(name: str, entry: Entry, output: str, path: Path, notes: Notes) -> None:
    """Refuse an output that a feature has not, or that no other feature can read."""
    read = entry.output(output) if output else entry.outputs[0]
    if read is None:
        fact = f"'{name}' ({entry.name}) has no output '{output}'"
        notes.error("unknown-output", path, fact, did_you_mean_output(output, entry.outputs))
    elif not _is_series(read):
        why = f"is of type {read.type}, not a number" if read.total else "is missing on some bars by design"
        series = [f"{name}.{each.name}" for each in entry.outputs if _is_series(each)]
        hint = f"choose one that has a number on every bar{': ' * bool(series)}{', '.join(series)}"
        notes.error("source-unusable", path, f"'{name}.{read.name}' {why}", hint)


def _is_series(output: Output) -> bool:
    """Return whether an output has a number on every bar, so that another feature may read it."""
    return output.total and output.type in (ValueType.FLOAT, ValueType.INT)


def read_features(raw: object, roles: Roles, known: Known, notes: Notes) -> DeclaredFeatures:
    """Return what is understood of the section; every mistake is said."""
    if not isinstance(raw, dict):
        notes.error("wrong-type", ("features",), f"{shown(raw)}, not a map", "write id: {indicator: ..., params: {...}}")
        return DeclaredFeatures({}, {}, known)
    if len(raw) > MOST_FEATURES:
        fact = f"'{len(raw)}' features are more than '{MOST_FEATURES}'"
        notes.error("too-many-parts", ("features",), fact, "a Play is one strategy; split it", at_key=True)
        return DeclaredFeatures({}, dict.fromkeys(raw), known)
    found: dict[str, Feature] = {}
    for name, value in raw.items():
        before = len(notes.findings)
        feature = _feature(name, value, roles, known, notes)
        if feature is not None and len(notes.findings) == before:
            found[name] = feature
    broken = {name: known.meant(value, "indicator") for name, value in raw.items() if name not in found}
    features = DeclaredFeatures(found, broken, known)
    for feature in found.values():
        for path, target in _references(feature, features):
            features.check(target, feature.timeframe, path, notes)
    _check_chains(features, notes)
    return features


def _feature(name: str, value: object, roles: Roles, known: Known, notes: Notes) -> Feature | None:
    path: Path = ("features", name)
    check_id(name, path, notes)
    file = notes.read(FeatureFile, value, path, _under_params(value, known))
    if file is None:
        return None
    timeframe = resolve(file.tf, roles, (*path, "tf"), notes)
    entry = known.find(file.indicator, (*path, "indicator"), notes)
    if entry is None:
        return None
    params = read_params(entry, file.params, (*path, "params"), notes)
    source = _source(file, entry, path, notes)
    return None if timeframe is None else Feature(name, entry.name, params, timeframe, source, notes.document.place(path))


def _under_params(value: object, known: Known) -> Mapping[str, str]:
    """Return what to do with parameters that stand beside the indicator instead of under `params`."""
    entry = known.meant(value, "indicator")
    if entry is None or not isinstance(value, dict):
        return {}
    names = [param.name for param in entry.params]
    found = {key: meant(key, names) for key in value if key not in FeatureFile.model_fields}
    return {key: f"write `params: {{{name}: {as_text(value[key])}}}`" for key, name in found.items() if name is not None}


def _source(file: FeatureFile, entry: Entry, path: Path, notes: Notes) -> str:
    if file.source is not None and file.input_source is not None:
        notes.error("contradiction", (*path, "input_source"), "'source' and 'input_source' are both given", "keep `source`", at_key=True)
    key = "input_source" if file.source is None else "source"
    source = file.source or file.input_source or "close"
    if "source" not in entry.inputs and source != "close":
        reads = ", ".join(entry.inputs) or "nothing"
        notes.error("no-source", (*path, key), f"'{entry.name}' reads {reads}, so '{source}' has no effect", f"remove `{key}`")
    if entry.source_in_bar and source not in _IN_BAR:
        fact = f"'{entry.name}' measures its source against the bar's high and low, and '{source}' does not lie between them"
        notes.error("source-outside-bar", (*path, key), fact, "use one of " + ", ".join(_IN_BAR))
    return source


def _references(feature: Feature, features: DeclaredFeatures) -> Iterator[tuple[Path, str]]:
    """Yield what a feature reads of other features: the path of the reference, and the reference."""
    path: Path = ("features", feature.id)
    if feature.source not in COLUMNS:
        yield (*path, "source"), feature.source
    for param in features.known.entries[feature.indicator].params:
        if param.type is ParamType.FEATURE and param.name in feature.params:
            yield (*path, "params", param.name), str(feature.params[param.name])


def _check_chains(features: DeclaredFeatures, notes: Notes) -> None:
    """Refuse features that read each other in a circle, and chains that are too long; without recursion, however long they are."""
    reads = {name: [target.partition(".")[0] for _, target in _references(f, features)] for name, f in features.found.items()}
    reads = {name: [target for target in targets if target in reads] for name, targets in reads.items()}
    depths = _depths(reads)
    for name, depth in depths.items():
        if depth == LONGEST_CHAIN + 1:
            fact = f"'{name}' reads a feature that reads a feature, and so on: more than '{LONGEST_CHAIN}' in a chain"
            notes.error("too-deep", ("features", name), fact, "let one of them read a bar column")
    seen: set[str] = set()
    for start in reads:
        if start not in depths and start not in seen:
            _say_circle(start, {name: [t for t in reads[name] if t not in depths] for name in reads if name not in depths}, seen, notes)


def _depths(reads: Mapping[str, list[str]]) -> dict[str, int]:
    """Return how many features each chain down from a feature holds at most; none for those that lead into a circle."""
    readers: dict[str, list[str]] = {name: [] for name in reads}
    waits = {name: len(targets) for name, targets in reads.items()}
    for name, targets in reads.items():
        for target in targets:
            readers[target].append(name)
    depths: dict[str, int] = {}
    ready = [name for name, count in waits.items() if count == 0]
    for name in ready:  # grows while it is walked
        depths[name] = 1 + max((depths[target] for target in reads[name]), default=0)
        for reader in readers[name]:
            waits[reader] -= 1
            if waits[reader] == 0:
                ready.append(reader)
    return depths


def _say_circle(start: str, reads: Mapping[str, list[str]], seen: set[str], notes: Notes) -> None:
    """Follow what leads into a circle until it comes back, and say so once."""
    trail: dict[str, None] = {}
    name = start
    while name not in trail and name not in seen:
        trail[name] = None
        name = reads[name][0]
    if name not in seen:
        names = list(trail)
        loop = " -> ".join((*names[names.index(name) :], name))
        fact = f"features read each other in a circle: '{loop}'"
        notes.error("reference-cycle", ("features", name), fact, "let one of them read a bar column")
    seen.update(trail)
