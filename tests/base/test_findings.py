import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.errors import DataMissing, Malformed, Mismatch, Refused, TradeError
from trade.base.findings import MOST_FINDINGS, Finding, Full, Place, Severity, by_place, cut, errors, room_for


def at(line: int, code: str = "c", path: str = "", column: int = 1) -> Finding:
    return Finding(code, f"fact of {code}", place=Place("play.yml", line, column, path))


def test_findings_are_sorted_by_place_and_said_once() -> None:
    said = [at(9), at(2, column=8), at(2, column=3), at(10), at(2, column=3)]
    assert [(f.place.line, f.place.column) for f in by_place(said)] == [(2, 3), (2, 8), (9, 1), (10, 1)]


def test_a_refusal_carries_every_finding_in_order_and_its_own_exit_code() -> None:
    refused = Malformed([at(3, "b"), at(1, "a")])
    assert [f.code for f in refused.findings] == ["a", "b"]
    assert str(refused) == "fact of a; fact of b"
    assert [kind.exit_code for kind in (Refused, Malformed, DataMissing, Mismatch)] == [1, 2, 3, 4]
    assert all(issubclass(kind, TradeError) for kind in (Refused, Malformed, DataMissing, Mismatch))
    assert Refused(at(1)).findings == (at(1),)


def test_only_errors_refuse() -> None:
    said = (Finding("a", "fact", severity=Severity.WARNING), Finding("b", "fact"), Finding("c", "fact", severity=Severity.NOTE))
    assert [f.code for f in errors(said)] == ["b"]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("p.yml", 3, 4, "risk.value"), "p.yml:3:4 risk.value"),
        (Place("p.yml"), "p.yml"),
        (Place(path="risk"), "risk"),
        (Place(), ""),
    ],
)
def test_a_place_reads_as_an_editor_wants_it(place: Place, text: str) -> None:
    assert str(place) == text


def test_a_finding_becomes_json_values() -> None:
    told = Finding("code", "fact", "hint", Severity.NOTE, Place("p", 1, 2, "x"), {"n": 1}).as_json()
    assert json.loads(json.dumps(told)) == told
    assert list(told) == ["code", "severity", "file", "line", "column", "path", "fact", "hint", "data"]
    assert (told["severity"], told["data"]) == ("note", {"n": 1})


def test_what_is_quoted_is_cut_to_its_beginning_and_its_end() -> None:
    finding = Finding("c", f"'{'a' * 100_000}z' is not 'b'", "x" * 100_000, place=Place("f", 1, 1, "p" * 100_000))
    assert finding.fact.startswith("'aaa")
    assert finding.fact.endswith("az' is not 'b'")
    assert (len(finding.fact), len(finding.hint)) == (len("'' is not 'b'") + 120, 1000)
    assert len(str(finding.place)) < 210
    assert len(finding.as_json()["path"]) == 200
    assert Finding("c", "'" + "a" * 120 + "'").fact == "'" + "a" * 120 + "'"


def test_a_collector_is_full_of_errors_and_lets_warnings_go() -> None:
    many = [Finding("c", "f")] * MOST_FINDINGS
    assert room_for(Severity.ERROR, many[1:])
    assert room_for(Severity.WARNING, many)
    assert not room_for(Severity.WARNING, [Finding("c", "f", severity=Severity.WARNING)] * MOST_FINDINGS)
    with pytest.raises(Full):
        room_for(Severity.ERROR, many)


@pytest.mark.parametrize(
    "value",
    [
        "don't " * 30,
        "the dogs' tails " * 20 + "end",
        "'" * 200,
        "x" * 200 + "'",
        "'" + "x" * 200,
        "it's a key: with a colon, and commas',' " * 10 + "end",
    ],
)
def test_a_value_with_apostrophes_is_cut_as_one(value: str) -> None:
    assert Finding("c", f"the key '{value}' is not known here").fact == f"the key '{cut(value, 120)}' is not known here"
    assert Finding("c", f"'a' and '{value}' and 'b'").fact == f"'a' and '{cut(value, 120)}' and 'b'"


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(["'", "a", "bc", " ", "\n", "s'", ", ", "…"]), min_size=121, max_size=300).map("".join))
def test_whatever_stands_in_quotes_no_long_stretch_of_it_is_shown(value: str) -> None:
    fact = Finding("c", f"the key '{value}' is not known").fact
    assert fact.startswith("the key '")
    assert max(map(len, re.split(r"(?<![^\s])'", fact))) <= 2 * 120
    assert len(fact) <= 1000
