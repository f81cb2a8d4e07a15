"""What cannot run yet is refused with its sentence, and what contradicts itself is refused at load."""

from __future__ import annotations

from typing import Any

import pytest
from play_catalogue import FULL, MINIMAL, changed, only, read, said, without

from trade.base.findings import Severity, errors
from trade.play.unsupported import TABLE

_RULE = {"all": [["rsi_14", "<", 30]]}


def _target(kind: str) -> tuple[str, Any]:
    return "risk", {"take_profit": {"type": kind, "value": 2}, "stop_loss_pct": 4}


def _emits(item: Any) -> tuple[str, Any]:
    entry = {"id": "in", "cases": [{"when": _RULE, "emit": ["entry_long"]}]}
    return "actions", [entry, {"id": "b", "cases": [{"when": _RULE, "emit": [item]}]}]


@pytest.mark.parametrize(
    ("code", "changes", "path"),
    [
        ("stop-limit", [("risk.sl_order_type", "Limit")], "risk.sl_order_type"),
        ("flip", [("position_policy.allow_flip", True)], "position_policy.allow_flip"),
        ("scale-in", [("position_policy.allow_scale_in", True)], "position_policy.allow_scale_in"),
        ("scale-out", [("position_policy.allow_scale_out", True)], "position_policy.allow_scale_out"),
        ("several-positions", [("position_policy.max_positions_per_symbol", 2)], "position_policy.max_positions_per_symbol"),
        ("margin-mode", [("account.margin_mode", "cross")], "account.margin_mode"),
        ("impact-model", [("execution.impact", {"model": "sqrt"})], "execution.impact"),
        ("participation", [("execution.max_participation", 0.1)], "execution.max_participation"),
        ("deploy", [("deploy", {"capital": 1})], "deploy"),
        ("risk-limits", [("risk_limits", {"max_daily_loss": 1})], "risk_limits"),
        ("faster-than-exec", [("structures.1m", [{"type": "rolling_window", "key": "k"}])], "structures.1m"),
    ],
)  # fmt: skip
def test_what_cannot_run_yet_is_refused_with_its_sentence(code: str, changes: list[tuple[str, Any]], path: str) -> None:
    found = only(changed(MINIMAL, *changes))
    assert (found.code, found.place.path) == (f"not-yet-{code}", path)
    assert "cannot be run yet" in found.fact
    assert found.hint == next(row.sentence for row in TABLE if row.code == code)


def test_several_symbols_are_refused() -> None:
    found = only({**without(MINIMAL, "symbol"), "symbol_universe": ["BTCUSDT", "ETHUSDT"]})
    assert found.code == "not-yet-several-symbols"


def test_every_row_of_the_table_is_about_keys_that_exist_or_a_check_that_names_it() -> None:
    for row in TABLE:
        for key in row.keys:
            section = key.split(".")[0]
            found = said(changed(MINIMAL, (key, {"never": 1})))
            assert "unknown-key" not in [f.code for f in found if f.place.path == key], (section, key)


def test_values_that_mean_nothing_special_are_fine() -> None:
    play = changed(
        MINIMAL,
        ("entry", {"order_type": "MARKET", "limit_offset_pct": 0, "time_in_force": "GTC", "expire_after_bars": 0}),
        ("position_policy.max_positions_per_symbol", 1),
        ("position_policy.allow_scale_out", False),
        ("account.margin_mode", "isolated"),
        _emits({"action": "no_action", "percent": 100}),
    )
    assert read(play)[0].play is not None


@pytest.mark.parametrize(
    ("changes", "code", "fact"),
    [
        ([("risk", {"stop_loss_pct": 2})], "exit-mode-needs-levels", "no take-profit"),
        ([("risk", {"take_profit_pct": 2})], "exit-mode-needs-levels", "no stop-loss"),
        ([("risk", {})], "exit-mode-needs-levels", "no stop-loss and take-profit"),
        ([("actions.exit_long", _RULE)], "exit-mode-forbids", "'exit_long'"),
        ([("actions.exit_all", _RULE)], "exit-mode-forbids", "'exit_all'"),
        ([("actions", {"entry_short": _RULE})], "no-entry", "'long_only'"),
        ([("actions", {"exit_long": _RULE}), ("position_policy.exit_mode", "first_hit")], "no-entry", "no action enters"),
        ([_target("rr_ratio"), ("risk.stop_loss_pct", None), ("position_policy.exit_mode", "first_hit")], "rr-without-stop", "'rr_ratio'"),
    ],
)
def test_contradictions_are_refused_at_load(changes: list[tuple[str, Any]], code: str, fact: str) -> None:
    found = only(changed(MINIMAL, *changes))
    assert found.code == code
    assert fact in found.fact


def test_sizing_by_risk_needs_a_stop() -> None:
    assert only(changed(FULL, ("risk_model.stop_loss", None), ("risk_model.take_profit", None))).code == "sizing-without-stop"


@pytest.mark.parametrize(
    ("sizing", "code"),
    [
        ({"model": "risk_based", "value": 101}, "out-of-range"),
        ({"model": "fixed_usdt"}, "missing-key"),
        ({"model": "kelly"}, "unknown-word"),
    ],
)
def test_sizing_is_checked(sizing: dict[str, Any], code: str) -> None:
    assert only(changed(FULL, ("risk_model.sizing", sizing))).code == code


def test_every_sizing_model_loads() -> None:
    for model, value in (("percent_equity", 50), ("risk_based", 1), ("fixed_usdt", 5000)):
        draft, findings = read(changed(FULL, ("risk_model.sizing", {"model": model, "value": value, "max_leverage": 3})))
        assert not errors(findings)
        assert draft.risk is not None
        assert (draft.risk.sizing.model, draft.risk.sizing.value) == (model, value)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([("actions.entry_short", _RULE)], "mode-forbids"),
        ([("position_policy.exit_mode", "signal"), ("risk", {})], "never-exits"),
        ([("position_policy.exit_mode", "first_hit"), ("risk", {})], "never-exits"),
        ([("position_policy.exit_mode", "signal")], "never-exits-by-signal"),
        ([("actions.exit_all", _RULE), ("position_policy.exit_mode", "signal"), ("risk", {"tp_order_type": "Limit"})], "no-effect"),
    ],
)
def test_what_is_legal_but_odd_is_a_warning(changes: list[tuple[str, Any]], code: str) -> None:
    play = changed(MINIMAL, *changes)
    assert [f.code for f in said(play, Severity.WARNING)] == [code]
    assert read(play)[0].play is not None


def test_two_leverages_are_a_warning_that_names_the_smaller() -> None:
    found = said(changed(FULL, ("risk_model.sizing.max_leverage", 2)), Severity.WARNING)
    assert [f.code for f in found] == ["leverage-differs"]
    assert "positions use '2'" in found[0].fact
    assert "(its default)" in said(changed(FULL, ("risk_model.sizing", {"model": "fixed_usdt", "value": 1})), Severity.WARNING)[0].fact


def test_an_unknown_intent_is_left_to_the_reader_of_rules() -> None:
    assert not said(changed(MINIMAL, ("actions", {"entry_lnog": _RULE})))
