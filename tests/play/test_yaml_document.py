"""YAML without traps: YAML 1.2 scalars, places, bounds, and a finding for whatever is not readable."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.findings import Finding
from trade.base.places import path_text
from trade.play.document import read_document
from trade.play.scalars import as_decimal, plain


def problem(text: str | bytes) -> Finding:
    _, findings = read_document(text, "p.yml")
    assert len(findings) == 1, findings
    assert findings[0].hint
    return findings[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("yes", "yes"), ("NO", "NO"), ("1e3", 1000.0), ("12:30", "12:30"), ("010", 10), ("0o10", 8), ("0x1F", 31),
        ("true", True), ("True", True), ("tRUE", "tRUE"), ("~", None), ("null", None), ("", None), (".5", 0.5), ("-1", -1), ("+2", 2),
        ("1_000", "1_000"), ("2026-01-01", "2026-01-01"), ("1.", 1.0), ("BTCUSDT", "BTCUSDT"), ("3.0.0", "3.0.0"), ("15m", "15m"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value) or isinstance(value, float)


def test_quoted_scalars_are_text() -> None:
    assert read_document("a: '10'\nb: \"true\"")[0].data == {"a": "10", "b": "true"}


def test_a_float_keeps_the_decimal_it_was_written_as() -> None:
    document, _ = read_document("a: 5.5\nb: 0.1\nc: 1e-8\nd: 3")
    assert document.data is not None
    assert [as_decimal(v) for v in document.data.values()] == [Decimal("5.5"), Decimal("0.1"), Decimal("1e-8"), Decimal(3)]


def test_every_value_and_key_keeps_its_line_and_column() -> None:
    document, _ = read_document("actions:\n  entry_long:\n    all:\n      - [a, b]\n      - setup: up\n", "p.yml")
    place = document.place(("actions", "entry_long", "all", 1))
    assert (place.line, place.column, place.path) == (5, 9, "actions.entry_long.all[1]")
    assert str(document.place(("actions", "entry_long", "all", 0, 1))) == "p.yml:4:13 actions.entry_long.all[0][1]"
    assert document.key_place(("actions", "entry_long", "all")).line == 3
    assert document.key_place(("actions", "entry_long", "all")).column == 5


def test_the_place_of_an_absent_value_is_the_value_around_it() -> None:
    document, _ = read_document("account:\n  fee_model: {}\n")
    place = document.place(("account", "fee_model", "taker_bps"))
    assert (place.line, place.path) == (2, "account.fee_model.taker_bps")


def test_paths_read_like_code() -> None:
    assert path_text(("actions", 0, "cases", 2, "when")) == "actions[0].cases[2].when"


def test_duplicate_keys_are_refused_and_all_of_them() -> None:
    _, findings = read_document("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert [(f.code, f.place.line, f.place.path) for f in findings] == [("yaml-duplicate-key", 2, "b.c"), ("yaml-duplicate-key", 3, "a")]
    assert "first on line '1'" in findings[1].fact


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ("a: [ema, >, b]", "yaml-syntax", 1, '">"'),
        ("a: [ema, >=, b]", "yaml-syntax", 1, '">"'),
        ("a:\n  op: >=\n", "yaml-syntax", 2, '">="'),
        ("a:\n  op: >\n  rhs: 3\n", "yaml-block-text", 2, '">"'),
        ("a: [ema, *, b]", "yaml-syntax", 1, '"*"'),
        ("a: [ema, %, b]", "yaml-syntax", 1, '"%"'),
        ("a: [ema, !=, 3]", "yaml-tag", 1, '"!="'),
        ("a: {{ x }}", "yaml-template", 1, '"{{ name }}"'),
        ("a: {{ x }} + 1", "yaml-syntax", 1, '"{{ name }}"'),
        ("a:\n\tb: 1", "yaml-syntax", 2, "spaces"),
        ("a: !!python/object:os.system x", "yaml-tag", 1, "plain value"),
        ("a: *nowhere", "yaml-alias", 1, "anchor"),
        ("a: &a [*a]", "yaml-alias", 1, "anchor"),
        ("? [a]\n: 1", "yaml-key", 1, "name"),
        ("<<: {a: 1}", "yaml-key", 1, "alias"),
        ("a: .nan", "yaml-number", 1, "finite"),
        ("a: 1e999", "yaml-number", 1, "finite"),
        ("a: " + "9" * 5000, "yaml-number", 1, "40"),
        ("a: 1\n---\nb: 2", "yaml-many-documents", 2, "one Play"),
        ("", "yaml-empty", 1, "schema"),
        ("# only a comment\n", "yaml-empty", 1, "schema"),
        ("---\n", "yaml-empty", 2, "schema"),
        ("- a\n- b\n", "yaml-not-a-map", 1, "version"),
        ("just text", "yaml-not-a-map", 1, "version"),
        ("a: 'open", "yaml-syntax", 1, "quotes"),
        ("a: \"\\UFFFFFFFF\"", "yaml-syntax", 1, "character"),
        ("a: \"\\ud800\"", "yaml-encoding", 1, "character"),
        ("a: 1\nb: \x07", "yaml-encoding", 2, "remove"),
        (b"a: 1\nb: \xff", "yaml-encoding", 2, "UTF-8"),
        ("a: " + "[" * 200 + "]" * 200, "yaml-too-deep", 1, "setups"),
        ("a: " + "x" * 300_000, "yaml-too-large", 1, "split"),
    ],
)  # fmt: skip
def test_what_is_not_plain_yaml_is_one_finding_with_place_and_hint(text: str | bytes, code: str, line: int, hint: str) -> None:
    found = problem(text)
    assert (found.code, found.place.line) == (code, line)
    assert hint in found.hint


def test_a_byte_order_mark_is_not_part_of_the_first_key() -> None:
    assert read_document(b"\xef\xbb\xbfa: 1")[0].data == {"a": 1}
    assert read_document("\ufeffa: 1")[0].data == {"a": 1}


def test_anchors_are_followed() -> None:
    assert read_document("a: &x [1, 2]\nb: *x")[0].data == {"a": [1, 2], "b": [1, 2]}


def test_a_billion_laughs_are_refused_quickly() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    started = time.perf_counter()
    assert problem("\n".join(lines)).code == "yaml-too-large"
    assert time.perf_counter() - started < 2


def test_deep_brackets_are_refused_quickly() -> None:
    started = time.perf_counter()
    assert problem("a: " + "[" * 100_000).code == "yaml-too-deep"
    assert time.perf_counter() - started < 2


_YAMLISH = st.text(alphabet=st.sampled_from(list("ab:{}[]>|&*!%@`'\"#-?, \n\t0.\\u\ud800\x00é")), max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.one_of(_YAMLISH, st.text(max_size=60), st.binary(max_size=60)))
def test_no_text_ever_raises(text: str | bytes) -> None:
    document, findings = read_document(text)
    assert (document.data is None) <= bool(findings)
    assert all(finding.hint for finding in findings)
