import json

import pytest

from trade.base.errors import DataMissing, Malformed, Mismatch, Refused, TradeError
from trade.base.findings import Finding, Place, Severity, by_place, errors


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
