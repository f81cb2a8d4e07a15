"""The compiled exchange equals the slow, obvious one to the last quantum, on anything a run can be given."""

from __future__ import annotations

from typing import Any

import pytest
from generated_runs import cases
from hypothesis import given, settings
from oracle_parity import assert_equal_to_oracle

SOME = settings(max_examples=200, deadline=None, derandomize=True, database=None)
MANY = settings(max_examples=20_000, deadline=None, database=None)


@SOME
@given(cases())
def test_kernels_and_oracle_agree_on_every_field(drawn: Any) -> None:
    _, (spec, market) = drawn
    assert_equal_to_oracle(spec, market)


@pytest.mark.deep
@MANY
@given(cases(200))
def test_kernels_and_oracle_agree_on_very_many_runs(drawn: Any) -> None:
    _, (spec, market) = drawn
    assert_equal_to_oracle(spec, market)
