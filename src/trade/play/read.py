"""`read_play`: one file to a draft and everything that is wrong with it, in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel

from trade.base.catalogue import Catalogue
from trade.base.findings import Finding, Full, Place, and_more, by_place
from trade.base.hashing import json_hash
from trade.base.measures import Measure
from trade.base.nearest import did_you_mean
from trade.base.places import Path, path_text
from trade.base.plain_file import read_plain
from trade.base.synthetic import BOOTSTRAP, FEWEST_BARS, MOST_BARS
from trade.play.canonical import VERSION, as_blocks, canonical_play, in_order
from trade.play.document import Document, read_document
from trade.play.draft import Draft
from trade.play.dump import resolved
from trade.play.entry import build_entry
from trade.play.expected import read_expected
from trade.play.features import DeclaredFeatures, Known, read_features
from trade.play.fields import shown
from trade.play.head import Head, read_head
from trade.play.intents import check_intents, find_intents
from trade.play.measures import measures_of
from trade.play.models import AccountFile, EntryFile, ExecutionFile, PolicyFile, RiskFile, RiskModelFile, ValidationFile
from trade.play.nodes import MAX_BYTES
from trade.play.notes import Notes
from trade.play.overrides import Override, override
from trade.play.risk import build_risk, check_both
from trade.play.scalars import as_plain
from trade.play.spec import Account, EntryOrder, Execution, Expected, Play, Policy, Risk, RuleSource, Structure, Validation
from trade.play.structures import read_structures
from trade.play.timeframes import Roles, read_timeframes
from trade.play.unsupported import check_sections
from trade.play.variables import substitute

Model = TypeVar("Model", bound=BaseModel)

_NOTHING: Mapping[str, str] = {}


def read_play(
    source: FilePath | str,
    catalogue: Catalogue,
    not_yet: Mapping[str, str] = _NOTHING,
    file: str = "",
    overrides: Iterable[Override] = (),
) -> tuple[Draft, tuple[Finding, ...]]:
    """Return what a Play file, or its text, says and every finding, sorted by place; nothing is raised for a bad file.

    `not_yet` maps names of indicators and structures that are known but not built to a sentence that says so. `overrides` replace
    scalars of the file before anything is read.
    """
    if isinstance(source, FilePath):
        file = file or str(source)
        try:
            text: str | bytes = read_plain(source, MAX_BYTES + 1)
        except OSError as error:
            fact = f"the file '{source}' cannot be read: {(error.strerror or 'unknown reason').lower()}"
            return _empty(file), (Finding("unreadable-file", fact, "check the path and its permissions", place=Place(file)),)
    else:
        text = source
    document, findings = read_document(text, file)
    if document.data is None:
        return _empty(file), by_place(findings)
    document, also = override(document, overrides)
    return _read(document, (*findings, *also), catalogue, not_yet)


def read_again(play: Play, catalogue: Catalogue, not_yet: Mapping[str, str] = _NOTHING) -> tuple[Draft, tuple[Finding, ...]]:
    """Return what is said of a Play whatever file it came from: of what is hashed of its resolved form. Its places are paths only."""
    hashed = {key: value for key, value in resolved(play).items() if key not in {"description", "validation"}}
    return _read(Document("", hashed, {}, {}), (), catalogue, not_yet)


def _read(
    document: Document, findings: tuple[Finding, ...], catalogue: Catalogue, not_yet: Mapping[str, str]
) -> tuple[Draft, tuple[Finding, ...]]:
    notes = Notes(document)
    try:
        data = substitute(document.data or {}, notes)
        draft = _Reading(document, data, notes, catalogue, not_yet).draft(len(findings) == 0)
    except Full:
        return _empty(document.file), by_place(and_more((*findings, *notes.findings), document.file))
    return draft, by_place((*findings, *notes.findings))


def _empty(file: str) -> Draft:
    return Draft(file, None, {}, None, {}, {}, {}, frozenset(), RuleSource({}, {}, {}), None, None)


class _Reading:
    """One pass over the sections of a file, variables already filled in."""

    def __init__(self, document: Document, data: dict[str, Any], notes: Notes, catalogue: Catalogue, not_yet: Mapping[str, str]) -> None:
        self.document, self.data, self.notes = document, data, notes
        self.patterns = catalogue.patterns
        self.indicators = Known("indicator", catalogue.indicators, not_yet)
        self.detectors = Known("structure", catalogue.structures, not_yet)

    def draft(self, readable: bool) -> Draft:
        head = read_head(self.data, self.notes)
        roles, exec_role = read_timeframes(self.data, head.file, self.notes)
        features = read_features(self.data.get("features", {}), roles, self.indicators, self.notes)
        structures, lost = read_structures(self.data.get("structures", {}), roles, self.detectors, features, self.notes)
        account, risk, policy, execution, entry = self.money(head)
        expected = read_expected(self.data["expected"], self.notes) if "expected" in self.data else None
        validation = self.validation()
        rules = self.rules(measures_of(risk, entry, "risk_model" if "risk_model" in self.data else "risk"))
        if rules.actions:
            section = "risk_model" if "risk_model" in self.data else "risk"
            check_intents(find_intents(rules.actions), policy, risk, section, self.notes)
        play = None
        if (
            readable
            and not self.notes.failed
            and roles
            and account
            and risk
            and policy
            and execution
            and entry
            and head.name
            and head.symbol
        ):
            play = _play(head, roles, exec_role, account, features, structures, rules, policy, risk, entry, execution, expected, validation)
        return Draft(
            file=self.document.file,
            play=play,
            timeframes=roles,
            exec_timeframe=roles.get("exec"),
            features=features.found,
            structures=structures,
            broken={**features.broken, **lost},
            settled=frozenset(path_text(path) for path in self.notes.settled),
            rules=rules,
            policy=policy,
            risk=risk,
        )

    def section(self, key: str, model: type[Model]) -> Model | None:
        return self.notes.read(model, self.data.get(key, {}), (key,))

    def money(self, head: Head) -> tuple[Account | None, Risk | None, Policy | None, Execution | None, EntryOrder | None]:
        check_both(self.data, self.notes)
        account, policy = self.section("account", AccountFile), self.section("position_policy", PolicyFile)
        entry, execution = self.section("entry", EntryFile), self.section("execution", ExecutionFile)
        short = self.section("risk", RiskFile) if "risk" in self.data else None
        full = self.section("risk_model", RiskModelFile) if "risk_model" in self.data else None
        sections = {
            "account": account,
            "position_policy": policy,
            "entry": entry,
            "execution": execution,
            "risk": short,
            "risk_model": full,
        }
        check_sections(self.notes, {**sections, "deploy": head.file.deploy, "risk_limits": head.file.risk_limits})
        lacking = ("risk" in self.data and short is None) or ("risk_model" in self.data and full is None)
        return (
            _account(account, execution or ExecutionFile(), self.notes) if account else None,
            None if lacking else build_risk(short, full, account or AccountFile(), self.notes),
            Policy(policy.mode, policy.exit_mode) if policy else None,
            Execution(execution.intrabar, execution.limit_fill, execution.anchor, execution.on_liquidation) if execution else None,
            build_entry(entry, self.notes) if entry else None,
        )

    def validation(self) -> Validation:
        file = self.section("validation", ValidationFile) or ValidationFile()
        if file.pattern is not None and file.pattern not in self.patterns and not file.pattern.startswith(BOOTSTRAP):
            hint = did_you_mean(file.pattern, self.patterns, "`trade data patterns` lists them")
            self.notes.error("unknown-pattern", ("validation", "pattern"), f"unknown pattern '{file.pattern}'", hint)
        if file.bars is not None and not FEWEST_BARS <= file.bars <= MOST_BARS:
            fact = f"'{file.bars}' minutes are not {FEWEST_BARS} to {MOST_BARS}, and a synthetic run refuses them"
            self.notes.warn("bad-synthetic-bars", ("validation", "bars"), fact, "43200 are 30 days; other runs do not read it")
        return Validation(file.pattern, file.bars, file.seed)

    def rules(self, measures: Mapping[Measure, tuple[Path, str]]) -> RuleSource:
        setups, actions = self.data.get("setups", {}), self.data.get("actions")
        if not isinstance(setups, dict):
            self.notes.error("wrong-type", ("setups",), f"{shown(setups)}, not a map", "write id: {all: [...]}")
            setups = {}
        if "actions" not in self.data:
            self.notes.error("missing-key", ("actions",), "the key 'actions' is missing", "add `actions: {entry_long: {all: [...]}}`")
        elif not isinstance(actions, dict | list):
            self.notes.error(
                "wrong-type", ("actions",), f"{shown(actions)}, not intents", "write intents with their rules, or a list of blocks"
            )
        elif not actions:
            self.notes.error("no-entry", ("actions",), "no action is given", "add entry_long or entry_short")
        if not isinstance(actions, dict | list) or not actions:
            self.notes.settled.add(("actions",))
            actions = {}
        return RuleSource(as_plain(setups), as_plain(actions), self.document.places, measures)


def _account(file: AccountFile, execution: ExecutionFile, notes: Notes) -> Account:
    if file.equity_floor_usdt >= file.starting_equity_usdt:
        fact = f"the floor '{file.equity_floor_usdt}' is not below the starting equity '{file.starting_equity_usdt}'"
        notes.error("contradiction", ("account", "equity_floor_usdt"), fact, "lower the floor; 0 is off")
    if file.mm_deduction and file.maintenance_margin_rate is None:
        fact = "'mm_deduction' has no effect: the instrument's tiers have deductions of their own"
        notes.error("missing-key", ("account", "mm_deduction"), fact, "add `maintenance_margin_rate:` beside it, or remove it")
    return Account(
        starting_equity_usdt=file.starting_equity_usdt,
        max_leverage=file.max_leverage,
        max_drawdown_pct=file.max_drawdown_pct,
        equity_floor_usdt=file.equity_floor_usdt,
        taker_bps=file.fee_model.taker_bps,
        maker_bps=file.fee_model.maker_bps,
        slippage_bps=file.slippage_bps,
        min_trade_notional_usdt=file.min_trade_notional_usdt,
        max_notional_usdt=file.max_notional_usdt,
        max_margin_usdt=file.max_margin_usdt,
        maintenance_margin_rate=file.maintenance_margin_rate,
        mm_deduction_usdt=file.mm_deduction,
        on_sl_beyond_liq=_beyond_liquidation(file, execution, notes),
    )


def _beyond_liquidation(account: AccountFile, execution: ExecutionFile, notes: Notes) -> str:
    """Return what stands under execution, or in the older place under account (STOP-2)."""
    older, here = account.on_sl_beyond_liq, execution.on_sl_beyond_liq
    if older is None:
        return here
    if "on_sl_beyond_liq" in execution.model_fields_set and older != here:
        fact = f"'on_sl_beyond_liq' is '{older}' under account, '{here}' under execution"
        notes.error("contradiction", ("account", "on_sl_beyond_liq"), fact, "keep the one under execution", at_key=True)
    return older


def _play(
    head: Head,
    roles: Roles,
    exec_role: str,
    account: Account,
    features: DeclaredFeatures,
    structures: Mapping[str, Structure],
    rules: RuleSource,
    policy: Policy,
    risk: Risk,
    entry: EntryOrder,
    execution: Execution,
    expected: Expected | None,
    validation: Validation,
) -> Play:
    symbol = head.symbol or ""
    known, structures = dict(sorted(features.found.items())), in_order(structures)
    rules = replace(rules, setups=dict(sorted(rules.setups.items())), actions=as_blocks(rules.actions))
    canonical = canonical_play(symbol, roles, exec_role, account, known, structures, rules, policy, risk, entry, execution, expected)
    return Play(
        version=VERSION,
        name=head.name or "",
        description=head.description,
        symbol=symbol,
        exec_timeframe=roles["exec"],
        timeframes=roles,
        account=account,
        features=known,
        structures=structures,
        rules=rules,
        policy=policy,
        risk=risk,
        entry=entry,
        execution=execution,
        expected=expected,
        validation=validation,
        canonical=canonical,
        play_hash=json_hash(canonical),
    )
