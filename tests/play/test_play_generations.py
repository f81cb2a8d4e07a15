"""Both generations of existing Plays load, and what is documented works: January forms, lists, variables, sources."""

from __future__ import annotations

from typing import Any

import pytest
from play_catalogue import FULL, MINIMAL, changed, only, read, said, without

from trade.base.findings import Severity, errors
from trade.play.dump import to_yaml

JANUARY = """
version: "3.0.0"
name: "V_100_january"
symbol: BTCUSDT
tf: 15m
mtf: 1h
htf: 4h
_test_metadata: {category: trend, bars: [1, 2]}
account: {starting_equity_usdt: 10000.0, max_leverage: 1.0, margin_mode: isolated_usdt, slippage_bps: 5.0}
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_h: {indicator: ema, params: {length: 9}, tf: htf, input_source: hlc3}
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 5}}
    - {type: trend, key: trend, depends_on: {swing: swing}}
  htf:
    "4h":
      - {type: swing, key: swing_4h, params: {left: 2, right: 2}}
actions:
  - id: enter
    cases:
      - when: {all: [["ema_9", "cross_above", "ema_h"], ["trend.direction", "==", 1]]}
        emit: [{action: entry_long}]
    else:
      emit: [{action: no_action}]
  - id: leave
    cases:
      - when: {all: [["ema_9", "<", "ema_h"]]}
        emit: [{action: exit_long, percent: 100}]
position_policy: {mode: long_only, exit_mode: first_hit, max_positions_per_symbol: 1, allow_scale_in: false}
risk: {stop_loss_pct: 2.0, take_profit_pct: 4.0, max_position_pct: 10.0}
"""


def test_a_january_play_loads() -> None:
    draft, findings = read(JANUARY)
    assert not errors(findings), errors(findings)
    play = draft.play
    assert play is not None
    assert play.exec_timeframe.name == "15m"
    assert {role: tf.name for role, tf in play.timeframes.items()} == {
        "low_tf": "15m", "med_tf": "1h", "high_tf": "4h", "mtf": "1h", "htf": "4h", "exec": "15m"
    }  # fmt: skip
    assert (play.features["ema_h"].timeframe.name, play.features["ema_h"].source) == ("4h", "hlc3")
    assert play.structures["trend"].uses == ("swing",)
    assert play.structures["swing_4h"].timeframe.name == "4h"
    assert [f.code for f in findings] == ["note-only"]


def test_a_january_play_and_its_resolved_form_are_equal() -> None:
    first = read(JANUARY)[0].play
    assert first is not None
    assert read(to_yaml(first))[0].play == first


def test_execution_tf_is_another_name_of_tf() -> None:
    assert read(JANUARY.replace("\ntf:", "\nexecution_tf:"))[0].play == read(JANUARY)[0].play
    both = JANUARY.replace("\ntf:", "\nexecution_tf: 15m\ntf:")
    assert [f.code for f in said(both)] == ["contradiction"]


def test_january_timeframes_must_be_ordered_too() -> None:
    assert "timeframe-order" in [f.code for f in said(JANUARY.replace("htf: 4h", "htf: 30m"))]


def test_depends_on_is_checked_by_type() -> None:
    assert "not a 'zone'" in said(JANUARY.replace("{swing: swing}", "{zone: swing}"))[0].fact
    assert not said(JANUARY.replace("{swing: swing}", "{source: swing}"))


@pytest.mark.parametrize("executed", ["low_tf", "med_tf", "high_tf"])
def test_exec_points_to_any_role(executed: str) -> None:
    draft, findings = read(changed(MINIMAL, ("timeframes.exec", executed)))
    assert not errors(findings)
    assert draft.exec_timeframe == draft.timeframes[executed]


@pytest.mark.parametrize("name", ["15m", "30m", "1h", "2h", "4h", "6h", "12h", "D", "W", "M", "low_tf", "med_tf", "high_tf", "exec"])
def test_a_feature_may_live_on_every_timeframe_and_role(name: str) -> None:
    draft, findings = read(changed(MINIMAL, ("features.rsi_14.tf", name)))
    assert not errors(findings)
    assert draft.features["rsi_14"].timeframe == draft.timeframes.get(name, draft.features["rsi_14"].timeframe)


@pytest.mark.parametrize("name", ["1m", "3m", "5m"])
def test_every_fast_timeframe_may_execute(name: str) -> None:
    assert read(changed(MINIMAL, ("timeframes.low_tf", name)))[0].play is not None


def test_a_role_without_a_timeframe_cannot_be_named() -> None:
    play = changed(MINIMAL, ("timeframes", {"low_tf": "15m", "exec": "low_tf"}), ("features.rsi_14.tf", "high_tf"))
    assert only(play).code == "unknown-role"


@pytest.mark.parametrize("source", ["close", "open", "high", "low", "volume", "hl2", "hlc3", "ohlc4"])
def test_every_source_is_honoured(source: str) -> None:
    assert read(changed(MINIMAL, ("features.rsi_14.source", source)))[0].features["rsi_14"].source == source


def test_words_are_known_in_both_cases() -> None:
    play = changed(MINIMAL, ("position_policy.mode", "LONG_ONLY"), ("risk.tp_order_type", "limit"), ("entry.order_type", "market"))
    assert read(play)[0].play == read(changed(MINIMAL, ("risk.tp_order_type", "Limit")))[0].play


@pytest.mark.parametrize("version", ["3.0.0", "3.0", "3", 3, 3.0])
def test_the_version_may_be_a_number(version: Any) -> None:
    assert read(changed(MINIMAL, ("version", version)))[0].play == read(MINIMAL)[0].play


def test_id_names_a_play_too() -> None:
    draft, _ = read({**without(MINIMAL, "name"), "id": "by_id"})
    assert draft.play is not None
    assert draft.play.name == "by_id"
    assert only({**MINIMAL, "id": "other"}).code == "contradiction"


def test_the_nested_stop_of_the_shorthand_is_the_full_form() -> None:
    nested = changed(
        MINIMAL, ("risk", {"stop_loss": {"type": "fixed_points", "value": 200}, "take_profit": {"type": "rr_ratio", "value": 2}})
    )
    full = {**without(MINIMAL, "risk"), "risk_model": nested["risk"]}
    one, other = read(nested)[0].play, read(full)[0].play
    assert one is not None
    assert one == other


VARIABLES = """
version: "3.0.0"
name: "v {{ kept }}"
symbol: "{{ base }}USDT"
timeframes: {low_tf: 15m, exec: low_tf}
variables: {len: 21, level: 30.5, base: BTC, feature: rsi_x}
features:
  rsi_x: {indicator: rsi, params: {length: "{{ len }}"}}
setups:
  low: {all: [["{{feature}}", "<", "{{ level }}"]]}
actions:
  entry_long: {all: [["rsi_x", "<", "{{ level }}"], {setup: low}]}
risk: {stop_loss_pct: 2, take_profit_pct: 4}
"""


def test_variables_fill_rules_and_params_with_their_own_type() -> None:
    draft, findings = read(VARIABLES)
    assert not findings
    play = draft.play
    assert play is not None
    assert play.features["rsi_x"].params == {"length": 21}
    assert draft.rules.actions["entry_long"]["all"][0] == ["rsi_x", "<", 30.5]
    assert play.rules.setups["low"]["all"][0] == ["rsi_x", "<", 30.5]
    assert (play.symbol, play.name) == ("BTCUSDT", "v {{ kept }}")
    assert "variables" not in play.canonical


def test_a_play_with_variables_hashes_like_the_play_without() -> None:
    written = (
        VARIABLES.replace('"{{ len }}"', "21")
        .replace('"{{ level }}"', "30.5")
        .replace('"{{feature}}"', "rsi_x")
        .replace("{{ base }}", "BTC")
    )
    written = "\n".join(line for line in written.splitlines() if not line.startswith("variables"))
    one, other = read(VARIABLES)[0].play, read(written)[0].play
    assert one is not None
    assert one == other


def test_unknown_variables_are_errors_and_unused_ones_warnings() -> None:
    found = only(VARIABLES.replace("{{ len }}", "{{ lenn }}"))
    assert (found.code, found.place.line, found.place.path) == ("unknown-variable", 8, "features.rsi_x.params.length")
    assert "`len`" in found.hint
    assert [f.fact for f in said(VARIABLES.replace("{{feature}}", "rsi_x"), Severity.WARNING)] == ["the variable 'feature' is used nowhere"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("len: 21", "len: [1]", "wrong-type"),
        ("len: 21", "len:", "wrong-type"),
        ("len: 21", 'len: "{{ level }}"', "nested-variable"),
        ("len: 21", "len: 21, 2x: 1", "bad-text"),
        ('"{{ len }}"', '"{{ len"', "bad-template"),
        ('"{{ len }}"', "{{ len }}", "yaml-template"),
    ],
)
def test_bad_variables_are_refused(old: str, new: str, code: str) -> None:
    assert code in [f.code for f in said(VARIABLES.replace(old, new, 1))]


def test_an_unquoted_template_is_one_error_with_its_hint() -> None:
    found = only(VARIABLES.replace('"{{ len }}"', "{{ len }}"))
    assert (found.code, found.place.line) == ("yaml-template", 8)
    assert '"{{ name }}"' in found.hint


def test_a_rule_value_that_was_refused_is_named_as_settled() -> None:
    draft, _ = read(VARIABLES.replace('"{{ level }}"], {setup', '"{{ lvl }}"], {setup'))
    assert draft.settled == {"actions.entry_long.all[0][2]"}


def test_expected_has_short_and_long_forms() -> None:
    forms: list[dict[str, Any]] = [{"min_trades": 5, "max_drawdown_pct": 20}, {"trades": {"min": 5}, "drawdown_pct": [None, 20]}]
    plays = [read({**FULL, "expected": form})[0].play for form in forms]
    assert plays[0] is not None
    assert plays[0].expected is not None
    assert plays[0] == plays[1]
    assert {name: (low, high) for name, (low, high) in plays[0].expected.bounds.items()} == {
        "total_trades": (5, None),
        "max_drawdown_pct": (None, 20),
    }


def test_a_metric_bounded_twice_is_refused() -> None:
    assert only({**FULL, "expected": {"min_trades": 5, "total_trades": {"min": 6}}}).code == "contradiction"


@pytest.mark.parametrize("key", ["tf", "execution_tf"])
def test_an_exec_timeframe_that_is_empty_is_missing(key: str) -> None:
    found = said(JANUARY.replace("\ntf: 15m", f"\n{key}:"))
    assert [(finding.code, finding.place.path) for finding in found] == [("missing-key", "tf")]
