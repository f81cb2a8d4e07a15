"""Faults planted in our own code are noticed by our own tests; the machine that plants them is tried here on a small scale."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from faults import edited, faults_in, faults_of, modules, named
from interpreted import Row, interpreted
from plant import FLOORS, NAMED, ROOT, chosen, equivalents

TEXT = '''
def clamp(value: int, low: int = 0) -> int:
    """Return a value that is not below 3."""
    if value < low and not value == 7:
        raise ValueError(f"{value + 1}")
    kept.append(value)
    return min(value, 9) - low
'''


def test_each_operator_number_branch_and_statement_is_a_fault_and_words_are_none() -> None:
    found = [(fault.before, fault.after) for fault in faults_in("trade.some.module", TEXT)]
    assert sorted(found) == [
        ("0", "1"),
        ("7", "8"),
        ("9", "10"),
        ("if value < low and (not value == 7)", "if not (value < low and (not value == 7))"),
        ("kept.append(value)", "pass"),
        ("min(value, 9)", "max(value, 9)"),
        ("min(value, 9) - low", "min(value, 9) + low"),
        ("not value == 7", "value == 7"),
        ("value < low", "value <= low"),
        ("value < low and (not value == 7)", "value < low or not value == 7"),
        ("value == 7", "value != 7"),
    ]


def test_an_edited_tree_differs_in_the_fault_alone() -> None:
    whole = ast.unparse(ast.parse(TEXT))
    for fault in faults_in("trade.some.module", TEXT):
        text = ast.unparse(edited(fault, TEXT))
        assert text != whole
        assert fault.after in text or fault.after.removeprefix("if ") in text


def test_a_fault_drawn_stays_drawn_when_other_code_changes() -> None:
    floor = FLOORS["sim"]
    assert [fault.text for fault in chosen(floor, 8)] == [fault.text for fault in chosen(floor, 8)]
    assert {fault.text for fault in chosen(floor, 8, 10)} <= {fault.text for fault in chosen(floor, 8, 20)}
    assert {fault.text for fault in chosen(floor, 8, 10)} != {fault.text for fault in chosen(floor, 9, 10)}


def test_about_two_hundred_faults_are_planted_and_those_that_once_went_unnoticed_are_among_them() -> None:
    assert 200 <= len(NAMED) + sum(len(chosen(floor, 8)) for floor in FLOORS.values()) <= 260
    for floor, module, before, after in NAMED:
        assert module in {name.removeprefix("trade.") for name in modules(*FLOORS[floor].modules)}
        assert named(f"trade.{module}", before, after).source


def test_every_fault_that_is_none_is_one_of_ours_and_has_a_reason() -> None:
    every = {fault.text for floor in FLOORS.values() for module in modules(*floor.modules) for fault in faults_of(module)}
    assert set(equivalents()) <= every, sorted(set(equivalents()) - every)
    assert all(reason.endswith(".") for reason in equivalents().values())


def test_an_interpreted_kernel_reads_and_writes_what_it_is_given_exactly() -> None:
    @interpreted
    def inner(row: Any, numbers: Any) -> int:
        row.total = row.total + int(numbers.max())
        numbers[0] = row.total
        return row.total * 2**70

    @interpreted
    def outer(rows: Any, numbers: Any) -> int:
        assert isinstance(rows[0], Row)
        return sum(number for number in numbers) * 0 + inner(rows[0], numbers)

    rows, numbers = np.zeros(1, [("total", np.int64)]), np.array([1, 5])
    assert outer(rows, numbers) == 5 * 2**70  # a number of Python's, it does not wrap
    assert (int(rows[0]["total"]), numbers.tolist()) == (5, [5, 5])


@pytest.mark.deep
def test_of_two_hundred_planted_faults_fewer_than_one_in_twenty_survives() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "tests" / "planted" / "plant.py")], capture_output=True, text=True)
    assert done.returncode == 0, "\n".join(line for line in done.stdout.splitlines() if "SURVIVED" in line) + done.stderr
    assert re.search(r"^[2-9]\d\d faults, \d survivors", done.stdout, re.MULTILINE)
