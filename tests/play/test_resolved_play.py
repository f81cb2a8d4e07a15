"""Defaults are applied once, at load, and are visible; the resolved Play is what is hashed, and it re-loads."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from play_catalogue import FULL, MINIMAL, changed, only, read, said, without

from trade.base.findings import errors
from trade.base.hashing import canonical_json, json_hash
from trade.play.dump import resolved, to_yaml, with_symbol
from trade.play.spec import Play, Sizing, StopLoss, TakeProfit, Validation


def play_of(play: dict[str, Any] | str) -> Play:
    draft, findings = read(play)
    assert draft.play is not None, errors(findings)
    return draft.play


def test_the_defaults_of_the_format() -> None:
    play = play_of(MINIMAL)
    account = play.account
    assert (account.starting_equity_usdt, account.max_leverage, account.max_drawdown_pct) == (10_000, 1, 100)
    assert (account.taker_bps, account.maker_bps, account.slippage_bps) == (Decimal("5.5"), 2, 2)
    assert (account.min_trade_notional_usdt, account.equity_floor_usdt, account.max_notional_usdt) == (10, 0, None)
    assert (account.maintenance_margin_rate, account.mm_deduction_usdt, account.on_sl_beyond_liq) == (None, 0, "reject")
    assert (play.policy.mode, play.policy.exit_mode) == ("long_only", "sl_tp_only")
    assert play.risk.stop_loss == StopLoss("percent", Decimal(2))
    assert play.risk.take_profit == TakeProfit("percent", Decimal(4), "Market")
    assert play.risk.sizing == Sizing("percent_equity", Decimal(100), Decimal(1))
    assert play.risk.basis == "margin"
    execution = play.execution
    assert (execution.intrabar, execution.limit_fill, execution.anchor, execution.on_liquidation) == ("worst", "touch", "fill", "stop")
    assert (play.description, play.validation, play.expected) == ("", Validation(), None)


def test_a_missing_member_of_the_fee_model_takes_its_default_not_zero() -> None:
    assert play_of(changed(MINIMAL, ("account.fee_model", {"taker_bps": 6}))).account.maker_bps == 2
    assert play_of(changed(MINIMAL, ("account.fee_model", {"maker_bps": 1}))).account.taker_bps == Decimal("5.5")


def test_every_field_reaches_the_play() -> None:
    play = play_of(FULL)
    assert play.account.starting_equity_usdt == 5000
    assert play.account.slippage_bps == Decimal("2.5")
    assert play.account.maintenance_margin_rate == Decimal("0.005")
    assert play.risk.stop_loss == StopLoss("fixed_points", Decimal(200))
    assert play.risk.take_profit == TakeProfit("rr_ratio", Decimal("1.5"), "Limit")
    assert play.risk.sizing == Sizing("risk_based", Decimal(1), Decimal(3))
    assert (play.risk.basis, play.execution.on_liquidation, play.validation) == ("price", "continue", Validation("range_wide", 20_000, 7))
    assert play.features["rsi_14"].source == "hlc3"
    assert play.features["bb"].params == {"length": 20, "std": 2.5}
    assert play.features["bb_mean"].params == {"length": 10}
    assert play.features["ema_50_1h"].timeframe.name == "1h"
    assert play.structures["trend"].uses == ("swing",)
    assert play.structures["box"].timeframe.name == "4h"
    assert play.expected is not None
    assert play.expected.bounds == {"total_trades": (Decimal(1), Decimal(90))}
    assert not read(FULL)[1]


def test_what_a_stop_beyond_liquidation_does_may_stand_in_its_older_place_and_is_written_in_one() -> None:
    older, here = (
        play_of(changed(MINIMAL, ("account.on_sl_beyond_liq", "warn"))),
        play_of(changed(MINIMAL, ("execution.on_sl_beyond_liq", "warn"))),
    )
    assert older.account.on_sl_beyond_liq == "warn"
    assert older == here
    assert older.play_hash == here.play_hash != play_of(MINIMAL).play_hash
    assert older.canonical["execution"]["on_sl_beyond_liq"] == "warn"
    assert "on_sl_beyond_liq" not in older.canonical["account"]


@pytest.mark.parametrize("word", ["reject", "adjust"])
def test_the_two_places_of_one_setting_may_agree_but_not_differ(word: str) -> None:
    both = changed(MINIMAL, ("account.on_sl_beyond_liq", "adjust"), ("execution.on_sl_beyond_liq", word))
    if word == "adjust":
        assert play_of(both).account.on_sl_beyond_liq == "adjust"
    else:
        assert (only(both).code, only(both).place.path) == ("contradiction", "account.on_sl_beyond_liq")


def test_decimals_are_exactly_what_was_written() -> None:
    text = canonical_json(MINIMAL)[:-1] + ', "account": {slippage_bps: 0.1, fee_model: {taker_bps: 5.50}}}'
    assert str(play_of(text).account.slippage_bps) == "0.1"
    assert str(play_of(text).account.taker_bps) == "5.50"


@pytest.mark.parametrize("play", [MINIMAL, FULL])
def test_the_resolved_play_reloads_to_an_equal_play_with_an_equal_hash(play: dict[str, Any]) -> None:
    first = play_of(play)
    again = play_of(to_yaml(first))
    assert again == first
    assert again.play_hash == first.play_hash == json_hash(first.canonical)
    assert to_yaml(again) == to_yaml(first)
    assert play_of(canonical_json(resolved(first))) == first


def test_the_resolved_play_shows_every_default() -> None:
    text = to_yaml(play_of(MINIMAL))
    for shown in (
        "taker_bps: 5.5",
        "max_drawdown_pct: 100",
        "mode: long_only",
        "intrabar: worst",
        "source: close",
        "tp_order_type: Market",
    ):
        assert shown in text


@pytest.mark.parametrize("same", ["2", "2.0", "2.00", "+2", "0.2e1", "02"])
def test_equal_numbers_hash_equal(same: str) -> None:
    text = canonical_json(MINIMAL).replace('"stop_loss_pct":2', f'"stop_loss_pct": {same}').replace('"<",30]', '"<",30.0]')
    assert play_of(text).play_hash == play_of(MINIMAL).play_hash


def test_key_order_does_not_change_the_hash() -> None:
    ordered = {"actions"}  # the first intent wins (RULE-5)
    turned = {
        key: dict(reversed(value.items())) if isinstance(value, dict) and key not in ordered else value
        for key, value in reversed(FULL.items())
    }
    assert play_of(turned).play_hash == play_of(FULL).play_hash
    assert to_yaml(play_of(turned)) == to_yaml(play_of(FULL))


def test_a_map_of_intents_is_the_list_of_blocks_that_it_stands_for() -> None:
    rules = FULL["actions"]
    blocks = [{"id": word, "cases": [{"when": rules[word], "emit": [word]}]} for word in rules]
    assert play_of(changed(FULL, ("actions", blocks))) == play_of(FULL)
    assert play_of(changed(FULL, ("actions", dict(reversed(rules.items()))))).play_hash != play_of(FULL).play_hash
    assert resolved(play_of(changed(FULL, ("actions", blocks))))["actions"] == rules


def test_structures_stand_in_one_order_and_below_what_they_use() -> None:
    swing, trend = FULL["structures"]["exec"]
    other = {**swing, "key": "a_later_one"}
    orders = ([swing, other, trend], [other, swing, trend], [swing, trend, other])
    plays = [play_of(changed(FULL, ("structures.exec", order))) for order in orders]
    assert len({play.play_hash for play in plays}) == 1
    assert [list(play.structures) for play in plays] == [["a_later_one", "swing", "trend", "box"]] * 3


def test_the_order_of_blocks_changes_the_hash() -> None:
    blocks = [{"id": side, "cases": [{"when": {"all": []}, "emit": [f"entry_{side}"]}]} for side in ("long", "short")]
    one = play_of(changed(MINIMAL, ("actions", blocks), ("position_policy.mode", "long_short")))
    other = play_of(changed(MINIMAL, ("actions", blocks[::-1]), ("position_policy.mode", "long_short")))
    assert one.play_hash != other.play_hash


def test_writing_the_defaults_does_not_change_the_hash() -> None:
    spelled = changed(MINIMAL, ("account", {"max_leverage": 1, "slippage_bps": 2.0}), ("execution", {"anchor": "fill"}), ("entry", {}))
    assert play_of(spelled).play_hash == play_of(MINIMAL).play_hash


@pytest.mark.parametrize(
    ("key", "value"), [("name", "other"), ("description", "text"), ("validation", {"pattern": "on", "bars": 5000, "seed": 3})]
)
def test_what_cannot_change_a_result_is_not_hashed(key: str, value: Any) -> None:
    assert play_of({**MINIMAL, key: value}).play_hash == play_of(MINIMAL).play_hash


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("symbol", "ETHUSDT"), ("timeframes.low_tf", "5m"), ("account.slippage_bps", 3), ("features.rsi_14.params.length", 15),
        ("features.rsi_14.source", "open"), ("setups.up", {"all": [["rsi_14", ">", 1]]}),
        ("actions.entry_long", {"all": [["rsi_14", "<", 31]]}),
        ("position_policy.exit_mode", "first_hit"), ("risk.stop_loss_pct", 3), ("risk.basis", "price"), ("execution.anchor", "signal"),
        ("structures.exec", [{"type": "rolling_window", "key": "box"}]), ("expected", {"total_trades": {"min": 1}}),
    ],
)  # fmt: skip
def test_what_can_change_a_result_is_hashed(path: str, value: Any) -> None:
    assert play_of(changed(MINIMAL, (path, value))).play_hash != play_of(MINIMAL).play_hash


def test_another_symbol_is_the_play_of_that_symbol() -> None:
    assert with_symbol(play_of(MINIMAL), "ETHUSDT") == play_of({**MINIMAL, "symbol": "ETHUSDT"})


def test_symbols_may_be_given_in_full() -> None:
    assert play_of({**MINIMAL, "symbol": "bybit:linear:BTCUSDT"}).symbol == "bybit:linear:BTCUSDT"
    assert play_of({**without(MINIMAL, "symbol"), "symbol_universe": ["ETHUSDT"]}).symbol == "ETHUSDT"


def _number(low: float, high: float) -> st.SearchStrategy[int | float]:
    return st.one_of(st.integers(int(low) + 1, int(high)), st.integers(int(low * 100) + 1, int(high) * 100).map(lambda n: n / 100))


_WORDS = st.one_of(
    st.sampled_from(["on", "1e3", "010", "~", "null", ">", "!=", "a: b", "- x", "0x1f", "é", "true", "12:30", "#x"]),
    st.text("ab >-:", max_size=8),
)
_RULE = st.recursive(
    st.one_of(_WORDS, _number(0, 50), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["all", "any", "not", "lhs"]), inner, max_size=2)),
    max_leaves=6,
)  # fmt: skip
_FEATURE = st.fixed_dictionaries(
    {"indicator": st.sampled_from(["ema", "rsi"])},
    optional={
        "params": st.fixed_dictionaries({"length": st.integers(1, 99)}),
        "tf": st.sampled_from(["exec", "1h", "D"]),
        "source": st.sampled_from(["open", "hl2"]),
    },
)
_LEVEL = st.fixed_dictionaries({"type": st.sampled_from(["percent", "fixed_points"]), "value": _number(0, 100)})
_PLAYS = st.fixed_dictionaries(
    {
        "version": st.just("3.0.0"),
        "name": st.from_regex(r"[a-z_][a-z0-9_ -]{0,12}", fullmatch=True),
        "symbol": st.sampled_from(["BTCUSDT", "1000PEPEUSDT", "binance:spot:ETHUSDT"]),
        "timeframes": st.sampled_from([{"low_tf": "5m", "exec": "low_tf"}, {"low_tf": "1m", "med_tf": "15m", "exec": "med_tf"}]),
        "features": st.dictionaries(
            st.from_regex(r"f_[a-z]{1,3}", fullmatch=True),
            _FEATURE,
            max_size=3,
        ),
        "setups": st.dictionaries(st.from_regex(r"s_[a-z]{1,3}", fullmatch=True), _RULE, max_size=2),
        "actions": st.fixed_dictionaries({"entry_long": _RULE, "exit_long": _RULE}),
        "position_policy": st.sampled_from([{"exit_mode": "first_hit"}, {"exit_mode": "signal", "mode": "long_short"}]),
    },
    optional={
        "description": st.text("ab c\n:#'\"é", max_size=30),
        "account": st.fixed_dictionaries(
            {},
            optional={
                "starting_equity_usdt": _number(0, 1e6),
                "max_leverage": _number(0, 100),
                "slippage_bps": st.integers(0, 10**6).map(lambda n: n / 10**5),
                "maintenance_margin_rate": st.one_of(st.none(), st.integers(0, 9999).map(lambda n: n / 10_000)),
            },
        ),
        "risk_model": st.fixed_dictionaries(
            {"stop_loss": _LEVEL},
            optional={"take_profit": _LEVEL, "sizing": st.fixed_dictionaries({"model": st.just("risk_based"), "value": _number(0, 99)})},
        ),
        "validation": st.just({"pattern": "on"}),
    },
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(_PLAYS)
def test_every_play_survives_the_way_through_its_resolved_form(play: dict[str, Any]) -> None:
    first = play_of(play)
    again = play_of(to_yaml(first))
    assert again == first
    assert again.canonical == first.canonical
    assert again.play_hash == first.play_hash
    assert json.loads(canonical_json(first.canonical)) == first.canonical


def _keys(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in ((*path, key), *_keys(inner, (*path, key)))]
    if isinstance(value, list):
        return [found for index, inner in enumerate(value) for found in _keys(inner, (*path, index))]
    return []


_NAMED_BY_PEOPLE = {"features", "setups", "actions"}  # below these, keys are ids, or words of the rules that dsl reads
_CHECKED_HERE = [
    path for path in _keys(FULL) if path[0] not in {"setups", "actions"} and not (path[0] in _NAMED_BY_PEOPLE and len(path) == 2)
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(_CHECKED_HERE), st.sampled_from("abxyz_19"), st.integers(0, 30), st.booleans())
def test_a_typo_in_any_key_never_becomes_a_default(path: tuple[Any, ...], letter: str, at: int, drop: bool) -> None:
    *steps, key = path
    at = min(at, len(key) - 1)
    typo = key[:at] + ("" if drop else letter) + key[at + 1 :]
    play = json.loads(json.dumps(FULL))
    inner = play
    for step in steps:
        inner = inner[step]
    if typo in inner or not typo:
        return
    inner[typo] = inner.pop(key)
    draft, findings = read(play)
    if draft.play is None:
        assert errors(findings)
    else:  # the typo made another known word, as exec -> 1h would under structures
        assert draft.play != play_of(FULL)


def test_typos_are_answered_with_the_nearest_name() -> None:
    for path in _CHECKED_HERE:
        if path[0] == "structures" and len(path) < 4:
            continue
        play = json.loads(json.dumps(FULL))
        inner = play
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1] + "z"] = inner.pop(path[-1])
        unknown = [f for f in said(play) if f.code in {"unknown-key", "unknown-param", "unknown-metric"}]
        assert len(unknown) == 1, path
        assert f"'{path[-1]}z'" in unknown[0].fact
        assert f"`{path[-1]}`" in unknown[0].hint, (path, unknown[0].hint)
