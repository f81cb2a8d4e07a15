from __future__ import annotations

from math import nan

from rule_world import exec_tape, run

from trade.base.records import Intent

NOTHING, LONG, SHORT, EXIT = (int(intent) for intent in Intent)


def when(value: float) -> list[object]:
    return ["ema_9", "near_abs", value, 0]


def test_the_map_form_emits_the_action_it_names_in_the_state_that_admits_it() -> None:
    actions = {"entry_long": when(1), "entry_short": when(2), "exit_long": when(3), "exit_short": when(4), "exit_all": when(5)}
    result = run(exec_tape(5, ema_9=[1, 2, 3, 4, 5]), actions)
    assert result.flat.tolist() == [LONG, SHORT, NOTHING, NOTHING, NOTHING]
    assert result.long.tolist() == [NOTHING, NOTHING, EXIT, NOTHING, EXIT]
    assert result.short.tolist() == [NOTHING, NOTHING, NOTHING, EXIT, EXIT]


def test_the_first_action_in_yaml_order_wins() -> None:
    always = ["ema_9", ">", 0]
    assert run(exec_tape(1, ema_9=[1]), {"entry_short": always, "entry_long": always}).flat.tolist() == [SHORT]
    assert run(exec_tape(1, ema_9=[1]), {"entry_long": always, "entry_short": always}).flat.tolist() == [LONG]


def test_an_entry_the_mode_forbids_is_passed_over() -> None:
    always = ["ema_9", ">", 0]
    actions = {"entry_short": always, "entry_long": always}
    assert run(exec_tape(1, ema_9=[1]), actions, mode="long_only").flat.tolist() == [LONG]
    assert run(exec_tape(1, ema_9=[1]), {"entry_long": always}, mode="short_only").flat.tolist() == [NOTHING]


def test_the_first_true_case_emits_all_it_has_and_else_only_if_every_when_was_false() -> None:
    block = {
        "id": "main",
        "cases": [{"when": ["ema_9", ">", 0], "emit": ["exit_all", "entry_long"]}, {"when": ["ema_21", ">", 0], "emit": ["entry_short"]}],
        "else": {"emit": ["exit_long"]},
    }
    result = run(exec_tape(6, ema_9=[1, -1, -1, nan, nan, -1], ema_21=[1, 1, -1, 1, -1, nan]), [block])
    assert result.flat.tolist() == [LONG, SHORT, NOTHING, SHORT, NOTHING, NOTHING]
    assert result.long.tolist() == [EXIT, NOTHING, EXIT, NOTHING, NOTHING, NOTHING]
    assert result.short.tolist() == [EXIT, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING]


def test_no_action_lets_a_later_block_speak() -> None:
    blocks = [
        {"id": "quiet", "cases": [{"when": [["ema_9", ">", 0]], "emit": ["no_action"]}]},
        {"id": "loud", "cases": [{"when": [["ema_9", ">", 0]], "emit": [{"action": "entry_long", "percent": 100}]}]},
    ]
    assert run(exec_tape(1, ema_9=[1]), blocks).flat.tolist() == [LONG]


def test_an_empty_window_decides_nothing() -> None:
    result = run(exec_tape(3, ema_9=[1, 1, 1]), {"entry_long": ["ema_9", ">", 0]}, start=5, end=5)
    assert len(result.ts_ms) == len(result.flat) == 0
    assert [(row.true, row.false, row.missing) for row in result.funnel] == [(0, 0, 0)]
