"""What a Play says of its orders: entries that wait, levels that are measured, stops that move."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from play_catalogue import CATALOGUE, MINIMAL, changed, only, read, said

from trade.base.findings import Severity
from trade.base.measures import Measure
from trade.play.read import read_again
from trade.play.spec import BreakEven, EntryOrder, Levels, Play, StopLoss, TakeProfit, Trailing

D = Decimal


def loaded(*changes: tuple[str, Any]) -> Play:
    draft, findings = read(changed(MINIMAL, *changes))
    assert draft.play is not None, findings
    return draft.play


def with_stop(**stop: Any) -> tuple[str, Any]:
    return "risk", {"stop_loss": stop, "take_profit_pct": 4}


def with_target(**target: Any) -> tuple[str, Any]:
    return "risk", {"take_profit": target, "stop_loss_pct": 4}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, EntryOrder()),
        ({"order_type": "market", "time_in_force": "IOC"}, EntryOrder()),
        ({"order_type": "limit"}, EntryOrder("LIMIT", "pct", D(0))),
        ({"order_type": "LIMIT", "limit_offset_pct": 0.1}, EntryOrder("LIMIT", "pct", D("0.1"))),
        (
            {"order_type": "LIMIT", "offset_ticks": 3, "time_in_force": "PostOnly", "expire_after_bars": 5},
            EntryOrder("LIMIT", "ticks", D(3), None, "PostOnly", 5),
        ),
        ({"order_type": "STOP", "offset_atr": 0.5, "atr_feature_id": "atr"}, EntryOrder("STOP", "atr", D("0.5"), "atr")),
    ],
)
def test_an_entry_is_ordered_as_written(entry: dict[str, Any], expected: EntryOrder) -> None:
    assert loaded(("entry", entry)).entry == expected


@pytest.mark.parametrize(
    ("entry", "code", "path"),
    [
        ({"order_type": "LIMIT", "offset_pct": 1, "offset_ticks": 1}, "contradiction", "entry.offset_ticks"),
        ({"offset_pct": 1}, "contradiction", "entry.offset_pct"),
        ({"expire_after_bars": 3}, "contradiction", "entry.expire_after_bars"),
        ({"time_in_force": "PostOnly"}, "contradiction", "entry.time_in_force"),
        ({"order_type": "STOP", "offset_pct": 1, "time_in_force": "PostOnly"}, "contradiction", "entry.time_in_force"),
        ({"order_type": "STOP"}, "missing-key", "entry.order_type"),
        ({"order_type": "STOP", "offset_pct": 0}, "missing-key", "entry.order_type"),
        ({"order_type": "LIMIT", "offset_atr": 1}, "missing-key", "entry.offset_atr"),
        ({"order_type": "LIMIT", "atr_feature_id": "atr"}, "missing-key", "entry.atr_feature_id"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(entry: dict[str, Any], code: str, path: str) -> None:
    found = only(changed(MINIMAL, ("entry", entry)))
    assert (found.code, found.place.path) == (code, path)


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        ({"type": "atr_multiple", "value": 2, "atr_feature_id": "atr"}, StopLoss("atr_multiple", D(2), "atr")),
        (
            {"type": "atr_multiple", "value": 2, "atr_key": "atr", "buffer_pct": 0.1},
            StopLoss("atr_multiple", D(2), "atr", None, D("0.1")),
        ),
        ({"type": "structure", "long": "swing.low_level"}, StopLoss("structure", None, None, Levels("swing.low_level", None))),
        ({"type": "trailing_pct", "value": 3}, StopLoss("trailing_pct", D(3))),
        ({"type": "trailing_atr", "value": 3, "atr_feature_id": "atr"}, StopLoss("trailing_atr", D(3), "atr")),
    ],
)
def test_a_stop_is_placed_as_written(stop: dict[str, Any], expected: StopLoss) -> None:
    assert loaded(with_stop(**stop)).risk.stop_loss == expected


def test_a_target_is_placed_as_written() -> None:
    by_atr = loaded(with_target(type="atr_multiple", value=3, atr_feature_id="atr")).risk.take_profit
    assert by_atr == TakeProfit("atr_multiple", D(3), "Market", "atr")
    at_level = loaded(with_target(type="structure", long="ema", short="ema")).risk.take_profit
    assert at_level == TakeProfit("structure", None, "Market", None, Levels("ema", "ema"))


@pytest.mark.parametrize(
    ("stop", "code", "path"),
    [
        ({"type": "atr_multiple", "value": 2}, "missing-key", "risk.stop_loss.atr_feature_id"),
        ({"type": "atr_multiple", "atr_feature_id": "atr"}, "missing-key", "risk.stop_loss.value"),
        ({"type": "percent"}, "missing-key", "risk.stop_loss.value"),
        ({"type": "structure"}, "missing-key", "risk.stop_loss"),
        ({"type": "structure", "long": "ema", "value": 2}, "contradiction", "risk.stop_loss.value"),
        ({"type": "percent", "value": 2, "atr_feature_id": "atr"}, "contradiction", "risk.stop_loss.atr_feature_id"),
        ({"type": "percent", "value": 2, "atr_key": "atr"}, "contradiction", "risk.stop_loss.atr_key"),
        ({"type": "percent", "value": 2, "buffer_pct": 1}, "contradiction", "risk.stop_loss.buffer_pct"),
        ({"type": "atr_multiple", "value": 2, "atr_key": "a", "atr_feature_id": "a"}, "contradiction", "risk.stop_loss.atr_key"),
        ({"type": "trailing_pct", "value": 101}, "out-of-range", "risk.stop_loss.value"),
    ],
)
def test_a_stop_that_lacks_something_or_has_too_much_is_refused(stop: dict[str, Any], code: str, path: str) -> None:
    found = only(changed(MINIMAL, with_stop(**stop)))
    assert (found.code, found.place.path) == (code, path)


def test_a_stop_moves_as_written() -> None:
    both = {"trailing": {"trail_pct": 2, "activation_pct": 1}, "break_even": {}}
    risk = loaded(("risk", {"stop_loss_pct": 4, "take_profit_pct": 9, **both})).risk
    assert (risk.trailing, risk.break_even) == (Trailing("percent", D(2), None, D(1)), BreakEven(D(1), D("0.1")))
    by_atr = loaded(("risk", {"stop_loss_pct": 4, "take_profit_pct": 9, "trailing": {"atr_feature_id": "atr"}})).risk
    assert by_atr.trailing == Trailing("atr", D(2), "atr", D(0))  # the multiple of the older system


@pytest.mark.parametrize(
    ("risk", "code", "path"),
    [
        ({"trailing": {"activation_pct": 1}}, "missing-key", "risk.trailing"),
        ({"trailing": {"trail_pct": 1, "atr_feature_id": "atr"}}, "contradiction", "risk.trailing.trail_pct"),
        ({"break_even": {"activation_pct": 1, "offset_pct": 1}}, "contradiction", "risk.break_even.offset_pct"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(risk: dict[str, Any], code: str, path: str) -> None:
    found = only(changed(MINIMAL, ("risk", {"stop_loss_pct": 4, "take_profit_pct": 9, **risk})))
    assert (found.code, found.place.path) == (code, path)


def test_a_stop_that_trails_already_needs_no_trailing_beside_it() -> None:
    risk = {"stop_loss": {"type": "trailing_pct", "value": 2}, "take_profit_pct": 9, "trailing": {"trail_pct": 1}}
    found = only(changed(MINIMAL, ("risk", risk)))
    assert (found.code, found.place.path) == ("contradiction", "risk.trailing")


def test_a_risk_per_trade_of_the_older_system_is_the_size_of_a_position_and_is_said() -> None:
    play = changed(MINIMAL, ("account.risk_per_trade_pct", 7))
    assert loaded(("account.risk_per_trade_pct", 7)).risk.sizing.value == D(7)
    assert [note.code for note in said(play, Severity.NOTE)] == ["older-size"]
    assert only(changed(play, ("risk.max_position_pct", 8))).code == "contradiction"
    same, findings = read(changed(play, ("risk.max_position_pct", 7)))
    assert same.play is not None, findings


MEASURED = (
    ("entry", {"order_type": "LIMIT", "offset_atr": 0.25, "atr_feature_id": "atr", "expire_after_bars": 9}),
    (
        "risk",
        {
            "stop_loss": {"type": "structure", "long": "swing.low_level", "short": "swing.high_level", "buffer_pct": 0.2},
            "take_profit": {"type": "atr_multiple", "value": 3, "atr_feature_id": "atr"},
            "trailing": {"atr_feature_id": "slow_atr", "atr_multiplier": 4, "activation_pct": 1},
            "break_even": {"activation_pct": 2, "offset_pct": 0.5},
        },
    ),
    ("account.max_margin_usdt", 500),
)


def test_the_columns_that_orders_are_measured_by_are_told_with_their_places() -> None:
    measures = loaded(*MEASURED).rules.measures
    assert {name: column for name, (_, column) in measures.items()} == {
        Measure.OFFSET: "atr",
        Measure.STOP_LONG: "swing.low_level",
        Measure.STOP_SHORT: "swing.high_level",
        Measure.TARGET_LONG: "atr",
        Measure.TARGET_SHORT: "atr",
        Measure.TRAIL: "slow_atr",
    }
    assert measures[Measure.STOP_SHORT][0] == ("risk", "stop_loss", "short")


@pytest.mark.parametrize(
    "changes",
    [
        MEASURED,
        [with_stop(type="trailing_atr", value=3, atr_feature_id="atr")],
        [with_stop(type="structure", short="ema")],
        [("entry", {"order_type": "STOP", "offset_ticks": 2, "time_in_force": "DAY"})],
        [("entry", {"order_type": "LIMIT"})],
    ],
)
def test_the_resolved_form_loads_again_to_the_same_play(changes: Any) -> None:
    play = loaded(*changes)
    again, findings = read_again(play, CATALOGUE)
    assert again.play is not None, findings
    assert (again.play.play_hash, again.play.entry, again.play.risk) == (play.play_hash, play.entry, play.risk)
    assert again.play.canonical == play.canonical


def test_everything_that_orders_are_asked_for_is_in_the_hash() -> None:
    plain, hashes = loaded(), set[str]()
    changes = [
        MEASURED[0],
        ("entry", {"order_type": "LIMIT"}),
        ("entry", {"order_type": "LIMIT", "time_in_force": "DAY"}),
        ("entry", {"order_type": "LIMIT", "expire_after_bars": 2}),
        ("entry", {"order_type": "STOP", "offset_ticks": 2}),
        ("entry", {"order_type": "STOP", "offset_pct": 2}),
        MEASURED[1],
        MEASURED[2],
        with_stop(type="atr_multiple", value=2, atr_feature_id="atr"),
        with_stop(type="atr_multiple", value=2, atr_feature_id="atr", buffer_pct=1),
        with_stop(type="trailing_pct", value=2),
        ("risk", {"stop_loss_pct": 2, "take_profit_pct": 4, "trailing": {"trail_pct": 1}}),
        ("risk", {"stop_loss_pct": 2, "take_profit_pct": 4, "break_even": {}}),
    ]
    for change in changes:
        hashes.add(loaded(change).play_hash)
    assert len(hashes | {plain.play_hash}) == len(changes) + 1


def test_a_drawdown_that_is_expected_is_an_upper_bound_by_its_short_name_too() -> None:
    expected = [loaded(("expected", {name: 50})).expected for name in ("drawdown_pct", "max_drawdown_pct")]
    assert expected[0] == expected[1]
    assert expected[0] is not None
    assert expected[0].bounds == {"max_drawdown_pct": (None, D(50))}
