"""What every structure of the registry has to show, a new one too: its slow twin, its own past, its declared first values and ranges."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from structure_cases import BARS, CASES, EVERY_CASE, Case, Columns

from trade.base.catalogue import ValueType
from trade.structures.conditions import undefined
from trade.structures.detect import detect
from trade.structures.registry import NOT_YET, STRUCTURES

EVERY = pytest.mark.parametrize(("name", "case"), EVERY_CASE, ids=[f"{name}-{number}" for number, (name, _) in enumerate(EVERY_CASE)])


def cut(columns: Columns, bars: int) -> Columns:
    return {name: values[:bars] for name, values in columns.items()}


def starts(column: np.ndarray) -> int:
    """Return the first row with a value, the length if there is none."""
    known = np.flatnonzero(~np.isnan(column))
    return int(known[0]) if len(known) else len(column)


def found(name: str, case: Case, bars: int = BARS) -> Mapping[str, np.ndarray]:
    return detect(STRUCTURES[name], case.params, cut(case.columns, bars), {kind: cut(below, bars) for kind, below in case.uses.items()})


def test_every_structure_has_its_cases_and_a_slow_twin() -> None:
    """`tests/structures/structure_cases.py` holds them, `slow_detectors.py` the twins."""
    assert set(CASES) == set(STRUCTURES)
    assert all(CASES.values())


def test_a_structure_is_built_or_refused() -> None:
    assert not set(STRUCTURES) & set(NOT_YET)
    assert all(NOT_YET.values())
    assert [name for name, entry in STRUCTURES.items() if entry.name != name or not entry.doc] == []


@EVERY
def test_a_structure_equals_its_slow_twin(name: str, case: Case) -> None:
    outputs, rows = found(name, case), case.slow(case.columns, case.uses)
    assert list(outputs) == list(rows[0]) == [output.name for output in STRUCTURES[name].outputs]
    for output, column in outputs.items():
        np.testing.assert_array_equal(column, [row[output] for row in rows], err_msg=output)


@EVERY
@pytest.mark.parametrize("bars", [1, 2, 14, 700, BARS - 1])
def test_the_past_of_a_structure_does_not_change(name: str, case: Case, bars: int) -> None:
    whole, part = found(name, case), found(name, case, bars)
    for output, column in part.items():
        np.testing.assert_array_equal(column, whole[output][:bars], err_msg=output)


@EVERY
def test_values_begin_where_it_is_declared_and_keep_their_range(name: str, case: Case) -> None:
    entry, outputs = STRUCTURES[name], found(name, case)
    late = max([0, *map(starts, case.columns.values()), *(min(map(starts, below.values())) for below in case.uses.values())])
    for output in entry.outputs:
        column, first = outputs[output.name], max(late, entry.first_valid_bars(case.params)[output.name])
        missing = np.isnan(column)
        assert missing[:first].all(), output.name
        if output.total:
            np.testing.assert_array_equal(missing[first:], undefined(entry, output.name, outputs)[first:], err_msg=output.name)
        known = column[~missing]
        assert output.low is None or (known >= output.low).all()
        assert output.high is None or (known <= output.high).all()
        assert output.type is ValueType.FLOAT or (known == np.rint(known)).all()
