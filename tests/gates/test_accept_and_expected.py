"""The first gate and the one before publication: a Play accepted or refused as a whole, its own bounds kept or not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pytest

from trade.base.errors import Malformed, Refused
from trade.base.findings import Finding, Place, Severity
from trade.gates.accept import accept
from trade.gates.expected import EXPECTED, Expectation
from trade.gates.gate import Gate
from trade.play.spec import Expected, Play

PLAY = cast(Play, object())


def at(line: int, severity: Severity = Severity.ERROR) -> Finding:
    return Finding("some-code", f"fact {line}", severity=severity, place=Place("play.yml", line, 1))


def test_a_play_with_nothing_but_warnings_is_accepted_and_they_are_kept_by_place() -> None:
    play, said = accept(PLAY, [at(7, Severity.WARNING), at(3, Severity.NOTE)])
    assert play is PLAY
    assert [finding.place.line for finding in said] == [3, 7]


def test_one_error_refuses_the_play_with_everything_that_was_said_by_place() -> None:
    with pytest.raises(Malformed) as refused:
        accept(PLAY, [at(9), at(2, Severity.WARNING), at(4), at(9)])
    assert [finding.place.line for finding in refused.value.findings] == [2, 4, 9]
    assert refused.value.exit_code == 2


def test_what_could_not_be_read_is_refused_even_without_an_error() -> None:
    with pytest.raises(Malformed):
        accept(None, [at(1, Severity.WARNING)])


def test_a_gate_asks_every_check_and_refuses_once() -> None:
    gate: Gate[int] = Gate("test", Refused, (lambda n: [at(n)], lambda n: [at(n + 1, Severity.WARNING)], lambda _: []))
    with pytest.raises(Refused) as refused:
        gate.require(5)
    assert [finding.place.line for finding in refused.value.findings] == [5, 6]
    calm: Gate[int] = Gate("test", Refused, (lambda n: [at(n, Severity.WARNING)],))
    assert [finding.place.line for finding in calm.require(1)] == [1]


METRICS: dict[str, Any] = {"total_trades": 12, "net_return_pct": -3.5, "sharpe": None, "profit_factor": 0.3, "sum_of_two": 0.1 + 0.2}


def expect(**bounds: tuple[str | None, str | None]) -> Expectation:
    exact = {name: tuple(None if bound is None else Decimal(bound) for bound in pair) for name, pair in bounds.items()}
    return Expectation(Expected(cast(Any, exact)), METRICS)


@pytest.mark.parametrize(
    "inside",
    [
        Expectation(None, METRICS),
        expect(),
        expect(total_trades=("12", "12")),
        expect(total_trades=("10", None), net_return_pct=(None, "-3.5")),
        expect(profit_factor=("0.29", "0.31")),
        expect(net_return_pct=(None, None)),
        expect(profit_factor=("0.3", "0.3")),  # the double nearest to 0.3 lies below it
        expect(sum_of_two=("0.3", "0.3")),
    ],
)
def test_a_result_inside_its_bounds_passes(inside: Expectation) -> None:
    assert EXPECTED.require(inside) == ()


@pytest.mark.parametrize(
    ("outside", "fact"),
    [
        (expect(total_trades=("13", None)), "'total_trades' is 12, the Play expects 13.."),
        (expect(total_trades=(None, "11")), "'total_trades' is 12, the Play expects ..11"),
        (expect(net_return_pct=("0", "5.5")), "'net_return_pct' is -3.5, the Play expects 0..5.5"),
        (expect(sharpe=("-100", "100")), "'sharpe' is None, the Play expects -100..100"),
        (expect(unknown=("0", None)), "'unknown' is None, the Play expects 0.."),
    ],
)
def test_a_result_outside_its_bounds_or_an_undefined_one_is_refused(outside: Expectation, fact: str) -> None:
    with pytest.raises(Refused) as refused:
        EXPECTED.require(outside)
    assert [(finding.code, finding.fact) for finding in refused.value.findings] == [("outside-expected", fact)]
    assert refused.value.exit_code == 1


def test_all_broken_bounds_are_told_at_once() -> None:
    assert len(EXPECTED.findings(expect(total_trades=("13", None), net_return_pct=("0", None), sharpe=("0", None)))) == 3
