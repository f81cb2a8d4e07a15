"""Nothing is ignored: each kind of mistake is refused with line, path, fact and hint; all mistakes at once."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from play_catalogue import FULL, MINIMAL, changed, only, read, said, without

from trade.base.findings import Severity, errors


@pytest.mark.parametrize(
    ("path", "value", "code", "fact", "hint"),
    [
        ("acount", {}, "unknown-key", "'acount'", "`account`"),
        ("backtest", {"equity": 5000}, "unknown-key", "'backtest'", "account.starting_equity_usdt"),
        ("account.max_levrage", 3, "unknown-key", "'max_levrage'", "`max_leverage`"),
        ("account.fee_model.taker", 3, "unknown-key", "'taker'", "`taker_bps`"),
        ("account.max_leverage", 0, "out-of-range", "'0' is not above '0'", "above 0"),
        ("account.max_leverage", 2.555, "too-many-decimals", "'2.555'", "2 decimals"),
        ("account.max_leverage", "3", "wrong-type", "'3' is text", "remove the quotes"),
        ("account.max_leverage", True, "wrong-type", "'true' is a truth value", "number"),
        ("account.max_leverage", None, "wrong-type", "empty", "number"),
        ("account.slippage_bps", 1.000001, "too-many-decimals", "'1.000001'", "5 decimals"),
        ("account.slippage_bps", -1, "out-of-range", "'-1'", "at least 0"),
        ("account.fee_model.maker_bps", 100, "out-of-range", "'100' is not below '100'", "below 100"),
        ("account.starting_equity_usdt", -5, "out-of-range", "'-5' is not above '0'", "above 0"),
        ("account.starting_equity_usdt", 1234567890.1234567, "too-many-digits", "digits", "15"),
        ("account.max_drawdown_pct", 120, "out-of-range", "'120'", "at most 100"),
        ("account.equity_floor_usdt", 10000, "contradiction", "not below the starting equity", "lower"),
        ("account.mm_deduction", 3, "missing-key", "no effect", "maintenance_margin_rate"),
        ("execution.on_sl_beyond_liq", "wran", "unknown-word", "'wran'", "`warn`"),
        ("account.on_sl_beyond_liq", "adjst", "unknown-word", "'adjst'", "`adjust`"),
        ("account", None, "wrong-type", "empty", "leave it out"),
        ("account", [1], "wrong-type", "a list, not a map", "`account: {max_leverage: 3}`"),
        ("version", "2.1.0", "unknown-version", "'2.1.0'", "3.0.0"),
        ("name", "../evil", "bad-text", "'../evil'", "slash"),
        ("symbol", "btcusdt", "bad-text", "'btcusdt'", "capitals"),
        ("symbol", 1000, "wrong-type", "'1000' is a number", "BTCUSDT"),
        ("symbol_universe", ["BTCUSDT"], "contradiction", "both", "symbol"),
        ("timeframes.exec", "15m", "exec-not-a-role", "'15m'", "`exec: low_tf`"),
        ("timeframes.low_tf", "7m", "unknown-word", "'7m'", "1m"),
        ("timeframes.med_tf", "5m", "timeframe-order", "faster", "low <= med <= high"),
        ("timeframes.low", "5m", "unknown-key", "'low'", "`low_tf`"),
        ("tf", "15m", "contradiction", "both", "remove"),
        ("features.rsi_14.indicator", "rsj", "unknown-indicator", "'rsj'", "`rsi`"),
        ("features.rsi_14.indicator", "session_levels", "not-yet-indicator", "'session_levels'", "later"),
        ("features.rsi_14.params", {"lenght": 14}, "unknown-param", "'lenght'", "`length`"),
        ("features.rsi_14.params.length", 0, "out-of-range", "'0' is not a whole number at least 1", "at most 1000"),
        ("features.rsi_14.params.length", 14.5, "wrong-type", "'14.5'", "whole number"),
        ("features.rsi_14.params.length", "14", "wrong-type", "'14' is text", "remove the quotes: `14`"),
        ("features.rsi_14.params.length", "x", "wrong-type", "'x' is text", "whole number"),
        ("features.rsi_14.tf", "8h", "unknown-timeframe", "'8h'", "known: 1m"),
        ("features.rsi_14.tf", "1d", "unknown-timeframe", "'1d'", "`D`"),
        ("features.rsi_14.tf", "5m", "not-yet-faster-than-exec", "faster than exec '15m'", "exec"),
        ("features.rsi_14.source", "closs", "unknown-reference", "'closs'", "`close`"),
        ("features.rsi_14.sorce", "close", "unknown-key", "'sorce'", "`source`"),
        ("features.2x", {"indicator": "rsi"}, "bad-id", "'2x'", "letters"),
        ("features.close", {"indicator": "rsi"}, "reserved-id", "'close'", "my_close"),
        ("features", ["rsi"], "wrong-type", "a list, not a map", "indicator"),
        ("features.a", {"indicator": "atr", "source": "high"}, "no-source", "'atr' reads high, low, close", "remove"),
        ("features.a", {"indicator": "atr", "params": {"mamode": "rmaa"}}, "unknown-word", "'rmaa'", "`rma`"),
        ("features.a", {"indicator": "spread", "params": {"fast": "rsi_14"}}, "missing-param", "'slow'", "feature"),
        ("features.a", {"indicator": "ema", "source": "a"}, "reference-cycle", "'a -> a'", "bar column"),
        ("features.a", {"indicator": "ema", "source": "rsi_14.foo"}, "unknown-output", "no output 'foo'", "value"),
        ("features.a", {"indicator": "ema", "tf": "1h", "source": "rsi_14"}, "other-timeframe", "'rsi_14' is on '15m'", "same"),
        ("structures", {"exec": {"swing": {}}}, "wrong-type", "a map, not a list", "type: swing"),
        ("structures.exec", [{"type": "swing", "params": {"left": 1, "right": 1}}], "missing-key", "'key'", "add"),
        ("structures.exec", [{"type": "zone", "key": "z"}], "not-yet-structure", "'zone'", "zones come"),
        ("structures.exec", [{"type": "swng", "key": "z"}], "unknown-structure", "'swng'", "`swing`"),
        ("structures.exec", [{"type": "trend", "key": "t"}], "missing-use", "needs a 'swing'", "declare"),
        ("structures.exec", [{"type": "trend", "key": "t", "uses": "s"}], "unknown-structure", "'s'", "first"),
        ("structures.exec", [{"type": "swing", "key": "s", "params": {"left": 5}}], "missing-param", "'right'", "whole number"),
        ("structures.exec", [{"type": "rolling_window", "key": "rsi_14"}], "duplicate-id", "'rsi_14' is a feature", "rename"),
        ("setups", ["a"], "wrong-type", "a list, not a map", "id"),
        ("actions", "entry_long", "wrong-type", "text", "intents"),
        ("actions", {}, "no-entry", "no action", "entry_long"),
        ("actions", {"no_action": {"all": []}}, "no-entry", "no action enters", "entry_long"),
        ("position_policy.mode", "long", "unknown-word", "'long'", "`long_only`"),
        ("position_policy.exit_mode", "signals", "unknown-word", "'signals'", "`signal`"),
        ("risk.stop_loss_pct", 0, "out-of-range", "'0'", "above 0"),
        ("risk.stop_los_pct", 2, "unknown-key", "'stop_los_pct'", "`stop_loss_pct`"),
        ("risk.stop_loss", {"type": "percent", "value": 2}, "contradiction", "both", "keep one"),
        ("risk_model", {"stop_loss": {"type": "percent", "value": 2}}, "contradiction", "'risk' and 'risk_model'", "keep one"),
        ("risk.max_position_pct", 150, "out-of-range", "'150'", "at most 100"),
        ("execution.intrabar", "best", "unknown-word", "'best'", "worst"),
        ("execution.basis", "price", "unknown-key", "'basis'", "write it under risk or risk_model"),
        ("execution.slippage_bps", 2, "unknown-key", "'slippage_bps'", "write it under account"),
        ("account.taker_bps", 5, "unknown-key", "'taker_bps'", "write it under account.fee_model"),
        ("account.mode", "long_only", "unknown-key", "'mode'", "write it under position_policy"),
        ("account.symbol", "BTCUSDT", "unknown-key", "'symbol'", "write it at the top of the file"),
        ("risk.stop_loss", {"type": "percent", "value": 2, "basis": "price"}, "unknown-key", "'basis'", "write it under risk"),
        ("risk.sizing", {"model": "fixed_usdt", "value": 2}, "unknown-key", "'sizing'", "write it under risk_model"),
        ("max_leverage", 3, "unknown-key", "'max_leverage'", "write it under account or risk_model.sizing"),
        ("features.rsi_14.value", 3, "unknown-key", "'value'", "known: indicator"),
        ("validation.pattern", "range_wid", "unknown-pattern", "'range_wid'", "`range_wide`"),
        ("validation.pattern", "sideways", "unknown-pattern", "'sideways'", "known: range_wide, range_tight, on"),
        ("validation.seed", -1, "out-of-range", "'-1'", "write 0 to"),
        ("validation.pattern", 3, "wrong-type", "'3' is a number", "pattern"),
        ("expected.total_tradez", {"min": 1}, "unknown-metric", "'total_tradez'", "`total_trades`"),
        ("expected.total_trades", {"mn": 1}, "unknown-key", "'mn'", "`min`"),
        ("expected.total_trades", {"min": 5, "max": 1}, "contradiction", "at least '5'", "swap"),
        ("expected.sharpe", 1, "wrong-type", "not two bounds", "min"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_error_with_path_fact_and_hint(path: str, value: Any, code: str, fact: str, hint: str) -> None:
    found = [f for f in said(changed(MINIMAL, (path, value))) if f.code == code]
    assert len(found) == 1, said(changed(MINIMAL, (path, value)))
    assert path.startswith(found[0].place.path.split(".")[0].split("[")[0])
    assert found[0].place.line == 1
    assert fact in found[0].fact
    assert hint in found[0].hint


_TEN = [
    ("version: '3.0.0'\n  name: x\n", "yaml-syntax", 2, ""),
    ("name: x\nname: y\n", "yaml-duplicate-key", 2, "name"),
    ("acount: {}\n", "unknown-key", 1, "acount"),
    ("account:\n  max_leverage: 1000\n", "out-of-range", 2, "account.max_leverage"),
    ("timeframes:\n  low_tf: 15m\n  exec: 15m\n", "exec-not-a-role", 3, "timeframes.exec"),
    ("features:\n  r: {indicator: rsi, params: {len: 3}}\n", "unknown-param", 2, "features.r.params.len"),
    ("features:\n  r:\n    indicator: rsl\n", "unknown-indicator", 3, "features.r.indicator"),
    ("structures:\n  exec:\n    - {type: trend, key: t, uses: swin}\n", "unknown-structure", 3, "structures.exec[0].uses"),
    ("position_policy:\n  allow_scale_in: true\n", "not-yet-scale-in", 2, "position_policy.allow_scale_in"),
    ("execution:\n  impact: sqrt\n", "not-yet-impact-model", 2, "execution.impact"),
    ("risk:\n  stop_loss_pct: '2'\n", "wrong-type", 2, "risk.stop_loss_pct"),
]


@pytest.mark.parametrize("section", ["stop_loss", "take_profit", "sizing"])
def test_a_key_of_the_risk_model_in_a_part_of_it_is_told_where_it_belongs(section: str) -> None:
    parts = {"stop_loss": {"type": "percent", "value": 2}, "take_profit": {"type": "percent", "value": 4}, "sizing": {"value": 10}}
    parts[section]["basis"] = "price"
    play = {key: value for key, value in MINIMAL.items() if key != "risk"} | {"risk_model": parts}
    [found] = [f for f in said(play) if f.code == "unknown-key"]
    assert (found.place.path, found.hint) == (f"risk_model.{section}.basis", "write it under risk_model")


def test_minutes_that_a_made_market_cannot_have_are_warned_of() -> None:
    for bars in (999, 3_000_001):
        [found] = said(changed(MINIMAL, ("validation.bars", bars)), Severity.WARNING)
        assert (found.code, found.place.path) == ("bad-synthetic-bars", "validation.bars")
        assert f"'{bars}' minutes are not 1000 to 3000000" in found.fact
    assert said(changed(MINIMAL, ("validation.bars", 1000)), Severity.WARNING) == []


def test_a_pattern_may_be_the_mixed_history_of_a_symbol() -> None:
    assert said(changed(MINIMAL, ("validation", {"pattern": "bootstrap:BTCUSDT"}))) == said(MINIMAL)


@pytest.mark.parametrize(("text", "code", "line", "path"), _TEN)
def test_broken_plays_name_the_line_and_the_path(text: str, code: str, line: int, path: str) -> None:
    if "timeframes" not in text and "version" not in text:
        text += "timeframes: {low_tf: 15m, exec: low_tf}\n"
    found = [f for f in said(text) if f.code == code]
    assert [(f.place.file, f.place.line, f.place.path) for f in found] == [("test.yml", line, path)]
    assert found[0].fact
    assert found[0].hint


def test_all_mistakes_of_a_file_are_reported_at_once_sorted_by_place() -> None:
    text = """version: "3.0.0"
nam: x
symbol: BTCUSDT
timeframes: {low_tf: 15m, exec: low_tf}
account: {max_leverage: 0, slipage_bps: 2}
features:
  a: {indicator: rsi, params: {length: x}}
  b: {indicator: emma}
actions: {entry_long: {all: []}}
risk: {stop_loss_pct: 2, take_profit_pct: -1}
execution: {anchor: close}
"""
    found = said(text)
    assert [(f.place.line, f.code) for f in found] == [
        (2, "unknown-key"),
        (5, "out-of-range"),
        (5, "unknown-key"),
        (7, "wrong-type"),
        (8, "unknown-indicator"),
        (10, "out-of-range"),
        (11, "unknown-word"),
    ]


@pytest.mark.parametrize("key", ["version", "name", "symbol", "timeframes", "actions"])
def test_a_required_key_is_missed_by_name(key: str) -> None:
    found = [f for f in said(without(MINIMAL, key)) if f.code == "missing-key"]
    assert [f.place.path for f in found] == [key]
    assert f"'{key}'" in found[0].fact


def test_what_refers_to_a_broken_feature_or_structure_is_no_second_error() -> None:
    broken_feature = changed(
        MINIMAL,
        ("features.a", {"indicator": "rsi", "params": {"len": 3}}),
        ("features.b", {"indicator": "ema", "source": "a"}),
        ("structures.exec", [{"type": "swing", "key": "s", "params": {"left": 1, "right": 1, "atr_key": "a"}}]),
    )
    assert only(broken_feature).code == "unknown-param"
    assert read(broken_feature)[0].broken.keys() == {"a"}
    broken_structure = changed(MINIMAL, ("structures.exec", [{"type": "swing", "key": "s"}, {"type": "trend", "key": "t", "uses": "s"}]))
    assert {f.code for f in said(broken_structure)} == {"missing-param"}
    assert read(broken_structure)[0].broken.keys() == {"s"}


def test_an_output_that_a_broken_feature_has_not_is_said_too() -> None:
    wrong = changed(
        MINIMAL,
        ("features.a", {"indicator": "bbands", "params": {"len": 3}}),
        ("features.b", {"indicator": "ema", "source": "a.uper"}),
        ("features.c", {"indicator": "ema", "source": "a.upper"}),
        ("structures.exec", [{"type": "swing", "key": "s", "params": {"left": 1, "right": 1, "atr_key": "a.lowr"}}]),
    )
    assert [(f.code, f.place.path) for f in said(wrong)] == [
        ("unknown-param", "features.a.params.len"),
        ("unknown-output", "features.b.source"),
        ("unknown-output", "structures.exec[0].params.atr_key"),
    ]


def test_without_timeframes_features_are_broken_but_not_wrong() -> None:
    draft, findings = read(without(MINIMAL, "timeframes"))
    assert [f.code for f in errors(findings)] == ["missing-key"]
    assert draft.broken.keys() == {"rsi_14"}
    assert draft.exec_timeframe is None


def test_what_is_understood_of_a_broken_play_reaches_the_rule_compiler() -> None:
    draft, _ = read(changed(FULL, ("account.max_leverage", 0)))
    assert draft.play is None
    assert set(draft.features) == set(FULL["features"])
    assert set(draft.structures) == {"swing", "trend", "box"}
    assert draft.rules.actions == FULL["actions"]
    assert draft.rules.places["actions", "entry_long", "all", 1].path == "actions.entry_long.all[1]"
    assert draft.policy is not None
    assert draft.risk is not None


def test_structure_references_stay_on_their_timeframe() -> None:
    play = changed(
        MINIMAL,
        ("structures.1h", [{"type": "swing", "key": "s", "params": {"left": 1, "right": 1}}]),
        ("structures.exec", [{"type": "trend", "key": "t", "uses": "s"}]),
    )
    assert "on '1h', not on '15m'" in only(play).fact


def test_a_structure_cannot_use_another_kind_or_the_same_kind_twice() -> None:
    swings = [{"type": "swing", "key": key, "params": {"left": 1, "right": 1}} for key in ("s", "r")]
    play = changed(MINIMAL, ("structures.exec", [*swings, {"type": "trend", "key": "t", "uses": ["s", "r"]}]))
    assert "a second 'swing'" in only(play).fact
    play = changed(MINIMAL, ("structures.exec", [swings[0], {"type": "swing", "key": "x", "params": {"left": 1, "right": 1}, "uses": "s"}]))
    assert only(play).code == "wrong-use"
    play = changed(MINIMAL, ("structures.exec", [swings[0], swings[0]]))
    assert only(play).code == "duplicate-id"


def test_a_longer_circle_of_features_is_named_once() -> None:
    play = changed(MINIMAL, ("features.a", {"indicator": "ema", "source": "b"}), ("features.b", {"indicator": "ema", "source": "a"}))
    assert "'a -> b -> a'" in only(play).fact


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Any) -> None:
    from play_catalogue import CATALOGUE

    from trade.play.read import read_play

    for path in (tmp_path / "nothing.yml", tmp_path):
        draft, findings = read_play(path, CATALOGUE)
        assert draft.play is None
        assert [f.code for f in findings] == ["unreadable-file"]
        assert findings[0].place.file == str(path)


def test_a_mistake_does_not_hide_what_cannot_run_in_the_same_section() -> None:
    play = changed(MINIMAL, ("execution", {"impact": "sqrt", "foo": 1}))
    assert {f.code for f in said(play)} == {"unknown-key", "not-yet-impact-model"}


_LEAF = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5))
_KEY = st.sampled_from(["a", "type", "key", "emit", "tf"])
_ANYTHING = st.recursive(_LEAF, lambda item: st.lists(item, max_size=3) | st.dictionaries(_KEY, item, max_size=3), max_leaves=5)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in pairs for found in ((*path, key), *_paths(inner, (*path, key)))]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_paths(FULL)), _ANYTHING)
def test_whatever_stands_anywhere_a_play_loads_or_says_why_not(path: tuple[Any, ...], value: Any) -> None:
    play: Any = copy.deepcopy(FULL)
    inner = play
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    draft, findings = read(play)
    assert (draft.play is None) == bool(errors(findings))
    assert all(finding.fact and finding.hint for finding in findings)
    assert len({(f.place, f.fact) for f in findings}) == len(findings)
