"""Plays made to do harm: each is refused with its place and the limit that it broke, in words that do not repeat it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from runs import doors, ms

from trade.base.catalogue import ParamType
from trade.base.errors import DataMissing, Malformed
from trade.base.findings import MOST_FINDINGS, Finding
from trade.play.dump import to_yaml
from trade.play.features import LONGEST_CHAIN, MOST_FEATURES
from trade.play.nodes import MAX_BYTES, MAX_VALUES
from trade.play.structures import MOST_STRUCTURES
from trade.run.accepted import AcceptedPlay, accept_file
from trade.run.backtest import run_backtest
from trade.run.names import CATALOGUE
from trade.run.request import Request

HEAD = 'version: "3.0.0"\nname: hostile\nsymbol: SAMPLEUSDT\ntimeframes: {low_tf: 15m, high_tf: M, exec: low_tf}\n'
RISK = "risk: {stop_loss_pct: 2, take_profit_pct: 4}\n"
RSI, ENTRY = "features: {rsi: {indicator: rsi}}\n", 'actions: {entry_long: [[rsi, "<", 30]]}\n'
WHOLE = HEAD + RISK + RSI + ENTRY


def accepted(folder: Path, text: str | bytes) -> AcceptedPlay:
    path = folder / "play.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return accept_file(path)


def refused(folder: Path, text: str | bytes) -> tuple[Finding, ...]:
    with pytest.raises(Malformed) as caught:
        accepted(folder, text)
    return caught.value.findings


def rule(condition: str) -> str:
    return HEAD + RISK + RSI + f"actions: {{entry_long: {condition}}}\n"


def structure(kind: str, params: str, more: str = "") -> str:
    return WHOLE + f"structures: {{exec: [{more}{{type: {kind}, key: s, params: {{{params}}}}}]}}\n"


def chain(links: int) -> str:
    sources = ["close", *(f"f{n}" for n in range(links - 1))]
    lines = [f"  f{n}: {{indicator: ema, params: {{length: 2}}, source: {source}}}\n" for n, source in enumerate(sources)]
    return HEAD + RISK + "features:\n  rsi: {indicator: rsi}\n" + "".join(lines) + ENTRY


FIELDS = {
    "slippage": WHOLE + "account: {slippage_bps: NUMBER}\n",
    "margin rate": WHOLE + "account: {maintenance_margin_rate: NUMBER}\n",
    "stop": HEAD + RSI + ENTRY + "risk: {stop_loss_pct: NUMBER, take_profit_pct: 4}\n",
    "expected": WHOLE + "expected: {trades: [NUMBER, null]}\n",
    "seed": WHOLE + "validation: {seed: NUMBER}\n",
    "variable": WHOLE + "variables: {x: NUMBER}\n",
    "positions": WHOLE + "position_policy: {max_positions_per_symbol: NUMBER}\n",
    "length": HEAD + RISK + ENTRY + "features: {rsi: {indicator: rsi, params: {length: NUMBER}}}\n",
    "factor": HEAD + RISK + ENTRY + "features: {rsi: {indicator: rsi}, bb: {indicator: bbands, params: {std: NUMBER}}}\n",
    "right side": rule('[[rsi, "<", NUMBER]]'),
    "sum": rule('[[close, "<", [close, "+", NUMBER]]]'),
    "bound": rule("[[close, between, [NUMBER, 2]]]"),
    "tolerance": rule("[[close, near_pct, open, NUMBER]]"),
    "choice": rule("[[hour_utc, in, [NUMBER]]]"),
    "offset": rule('[[{feature_id: close, offset: NUMBER}, ">", 5]]'),
    "bars": rule('[{holds_for: {bars: NUMBER, expr: [rsi, "<", 30]}}]'),
    "min_true": rule('[{count_true: {bars: 5, min_true: NUMBER, expr: [rsi, "<", 30]}}]'),
    "swing": structure("swing", "left: NUMBER, right: 2"),
    "rolling window": structure("rolling_window", "size: NUMBER, source: high, mode: max"),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "number", ["1e-999999999", "1e999999999", "0e-999999999", "-1E+400", "9" * 4000, "0x" + "f" * 5000, ".inf", ".nan"]
)
def test_a_number_that_no_double_holds_is_refused_wherever_it_stands(field: str, number: str, tmp_path: Path) -> None:
    findings = refused(tmp_path, FIELDS[field].replace("NUMBER", number))
    assert ("yaml-number", True) in {(finding.code, finding.place.line > 0) for finding in findings}
    assert all(len(finding.fact) + len(finding.hint) < 400 for finding in findings)
    assert any("308" in finding.hint for finding in findings)


@pytest.mark.parametrize("number", ["-0", "-0.0", "-0e3"])
def test_a_negative_zero_is_zero(number: str, tmp_path: Path) -> None:
    plays = [accepted(tmp_path, FIELDS["slippage"].replace("NUMBER", each)).play for each in (number, "0")]
    assert plays[0].play_hash == plays[1].play_hash
    assert plays[0].account.slippage_bps == Decimal(0)
    rules = [accepted(tmp_path, FIELDS["sum"].replace("NUMBER", each)).play.play_hash for each in (number, "0")]
    assert rules[0] == rules[1]


SIZES = {
    "left": structure("swing", "left: NUMBER, right: 2"),
    "right": structure("swing", "left: 2, right: NUMBER"),
    "major_threshold": structure("swing", "left: 2, right: 2, major_threshold: NUMBER"),
    "min_pct_move": structure("swing", "left: 2, right: 2, min_pct_move: NUMBER"),
    "atr_multiplier": structure("swing", "mode: atr_zigzag, atr_key: rsi, atr_multiplier: NUMBER"),
    "size": structure("rolling_window", "size: NUMBER, source: high, mode: max"),
    "wave_history_size": structure("trend", "wave_history_size: NUMBER", "{type: swing, key: p, params: {left: 2, right: 2}}, ").replace(
        "key: s, params", "key: s, uses: p, params"
    ),
    "length": FIELDS["length"],
    "std": FIELDS["factor"],
}


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("number", ["1000000000", "1e300"])
def test_a_size_beyond_all_history_is_out_of_range(name: str, number: str, tmp_path: Path) -> None:
    (finding,) = refused(tmp_path, SIZES[name].replace("NUMBER", number))
    assert (finding.code, finding.place.line > 0) == ("out-of-range", True)
    assert finding.place.path.endswith(f"params.{name}")
    assert "at most" in finding.fact


def test_every_number_that_the_catalogue_takes_has_both_bounds() -> None:
    entries = [*CATALOGUE.indicators.values(), *CATALOGUE.structures.values()]
    numbers = [(entry.name, p) for entry in entries for p in entry.params if p.type in (ParamType.INT, ParamType.FLOAT)]
    assert len(numbers) > 60
    assert [(name, p.name) for name, p in numbers if p.low is None or p.high is None or p.high > 1e6] == []


@pytest.mark.parametrize("offset", ["10001", "9223372036854775808", "1000000000000000000000000000"])
def test_an_offset_beyond_all_history_is_refused_with_the_farthest(offset: str, tmp_path: Path) -> None:
    (finding,) = refused(tmp_path, FIELDS["offset"].replace("NUMBER", offset))
    assert (finding.code, finding.place.path) == ("bad-offset", "actions.entry_long[0][0].offset")
    assert "'10000' closed bars" in finding.fact
    assert accepted(tmp_path, FIELDS["offset"].replace("NUMBER", "10000")).program


def test_a_chain_of_features_has_a_limit_and_no_recursion(tmp_path: Path) -> None:
    assert accepted(tmp_path, chain(LONGEST_CHAIN)).program
    for links in (LONGEST_CHAIN + 1, 200, MOST_FEATURES - 1):
        (finding,) = refused(tmp_path, chain(links))
        assert (finding.code, finding.place.path) == ("too-deep", f"features.f{LONGEST_CHAIN}")
        assert f"'{LONGEST_CHAIN}'" in finding.fact
    ring = "".join(f"  f{n}: {{indicator: ema, source: f{(n + 1) % 400}}}\n" for n in range(400))
    (finding,) = refused(tmp_path, HEAD + RISK + "features:\n  rsi: {indicator: rsi}\n" + ring + ENTRY)
    assert (finding.code, len(finding.fact) < 300) == ("reference-cycle", True)


def test_the_longest_chain_of_the_longest_averages_is_planned_and_finds_too_little_history(market: Path, tmp_path: Path) -> None:
    text = chain(LONGEST_CHAIN).replace("length: 2}", "length: 10000}, tf: M")
    request = Request(play=tmp_path / "play.yml", out=tmp_path / "out", from_ms=ms("2025-03-01"), to_ms=ms("2025-03-02"))
    accepted(tmp_path, text)
    try:
        said = run_backtest(request, doors(market)).findings
    except DataMissing as missing:
        said = missing.findings
    assert any("history starts at 2025-01-01 00:00" in finding.fact for finding in said)


MANY = {
    "features": (HEAD + RISK + "features:\n" + "".join(f"  f{n}: {{indicator: rsi}}\n" for n in range(MOST_FEATURES + 1)) + ENTRY, "500"),
    "structures": (
        WHOLE
        + "structures: {exec: ["
        + ", ".join(f"{{type: swing, key: s{n}, params: {{left: 2, right: 2}}}}" for n in range(MOST_STRUCTURES + 1))
        + "]}\n",
        "100",
    ),
    "actions": (
        HEAD
        + RISK
        + RSI
        + "actions:\n"
        + "".join(f"  - {{id: b{n}, cases: [{{when: [[rsi, '>', 1]], emit: [entry_long]}}]}}\n" for n in range(251)),
        "250",
    ),
}


@pytest.mark.parametrize("what", MANY)
def test_too_many_parts_are_refused_with_the_limit(what: str, tmp_path: Path) -> None:
    text, limit = MANY[what]
    finding = next(finding for finding in refused(tmp_path, text) if finding.code == "too-many-parts")
    assert (finding.place.path, finding.place.line > 0) == (what, True)
    assert f"'{limit}'" in finding.fact


LARGE = {
    "keys": "".join(f"k{n}: 1\n" for n in range(25_000)),
    "one key": "k: 1\n" * 30_000,
    "a list": "x: [" + "1," * 120_000 + "]\n",
    "aliases": "a: &a [1,1,1,1,1,1,1,1,1]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "bytes": "x: " + "y" * MAX_BYTES,
}


@pytest.mark.parametrize("what", LARGE)
def test_a_file_of_more_values_than_any_play_has_is_refused_where_the_limit_is_met(what: str, tmp_path: Path) -> None:
    (finding,) = [finding for finding in refused(tmp_path, WHOLE + LARGE[what]) if finding.code == "yaml-too-large"]
    assert finding.place.line > 0
    assert f"'{MAX_BYTES if what == 'bytes' else MAX_VALUES}'" in finding.fact


def test_a_play_whose_resolved_form_could_not_be_read_again_is_refused(tmp_path: Path) -> None:
    deep = "{any: [" * 30 + "[rsi, '<', 3]" + "]}" * 30
    aliased = f"setups:\n  s: &a {deep}\n  t: {{any: [{', '.join(['*a'] * 120)}]}}\n"
    text = HEAD + RISK + RSI + aliased + "actions: {entry_long: {any: [{setup: s}, {setup: t}]}}\n"
    (finding,) = refused(tmp_path, text)
    assert (finding.code, "resolved" in finding.fact) == ("yaml-too-large", True)
    fewer = accepted(tmp_path, text.replace(", ".join(["*a"] * 120), ", ".join(["*a"] * 30)))
    assert len(to_yaml(fewer.play)) < MAX_BYTES


@pytest.mark.parametrize("opened", ["{{ ", "{{", "{", "{{{ x }}} ", "}} {{ "])
def test_braces_without_end_are_one_mistake(opened: str, tmp_path: Path) -> None:
    text = WHOLE + f'setups: {{s: [["{opened * (150_000 // len(opened))}", ">", 1]]}}\n'
    findings = refused(tmp_path, text)
    assert {finding.code for finding in findings} <= {
        "bad-template",
        "unknown-variable",
        "unknown-reference",
        "malformed-rule",
        "unused-setup",
    }
    assert all(len(finding.fact) < 300 for finding in findings)


def test_variables_cannot_make_a_value_that_fills_the_memory(tmp_path: Path) -> None:
    text = WHOLE + f'variables: {{a: {"y" * 100_000}}}\nsetups: {{s: [["{"{{a}}" * 20_000}", ">", 1]]}}\n'
    finding = next(finding for finding in refused(tmp_path, text) if finding.code == "bad-template")
    assert "'20000'" in finding.fact
    assert "2000000000" in finding.fact


def test_more_mistakes_than_anybody_reads_are_counted_no_further(tmp_path: Path) -> None:
    texts = (
        WHOLE + "".join(f"k{n}: 1\n" for n in range(4000)),
        rule("[" + ", ".join(f"[r{n}, '<', 3]" for n in range(1500)) + "]"),
        rule("[" + ", ".join(f'["{{{{v{n}}}}}", "<", 3]' for n in range(1500)) + "]"),
        WHOLE + "k: 1\n" * 3000,
    )
    for text in texts:
        findings = refused(tmp_path, text)
        assert len(findings) == MOST_FINDINGS + 1
        (closing,) = [finding for finding in findings if finding.code == "too-many-mistakes"]
        assert (f"'{MOST_FINDINGS}'" in closing.fact, closing.place.line > 0) == (True, True)


def test_many_warnings_refuse_nothing(tmp_path: Path) -> None:
    made = accepted(tmp_path, WHOLE + "variables:\n" + "".join(f"  v{n}: 1\n" for n in range(3000)))
    assert len(made.findings) == MOST_FINDINGS


@pytest.mark.parametrize("rules", ["{not: ", "{any: [", "[", "{holds_for: {bars: 2, expr: "])
def test_rules_as_deep_as_they_may_be_are_kept_and_read_again(rules: str, tmp_path: Path) -> None:
    closed = {"{not: ": "}", "{any: [": "]}", "[": "]", "{holds_for: {bars: 2, expr: ": "}}"}[rules]
    made = accepted(tmp_path, rule(rules * 47 + '[rsi, "<", 30]' + closed * 47))
    again = accepted(tmp_path, to_yaml(made.play))
    assert again.play == made.play
    assert {finding.code for finding in refused(tmp_path, rule(rules * 48 + '[rsi, "<", 30]' + closed * 48))} == {"too-deep"}


def test_setups_that_use_each_other_twice_are_looked_at_once(tmp_path: Path) -> None:
    first = "setups:\n  s0: {all: [[rsi, '<', 30]]}\n"
    setups = first + "".join(f"  s{n}: {{all: [{{setup: s{n - 1}}}, {{setup: s{n - 1}}}, {{setup: s{n - 1}}}]}}\n" for n in range(1, 16))
    text = HEAD + RISK + RSI + "position_policy: {mode: long_short}\n" + setups
    assert accepted(tmp_path, text + "actions: {entry_long: {setup: s15}, entry_short: {setup: s15}}\n").program


BROKEN: dict[str, str | bytes] = {
    "nul": WHOLE + "description: a\0b\n",
    "not utf-8": WHOLE.encode() + b"description: \xff\n",
    "utf-16": WHOLE.encode("utf-16"),
    "half a character": WHOLE.encode() + b"description: \xed\xa0\x80\n",
    "escaped half": WHOLE + 'description: "\\ud800"\n',
    "an escape beyond": WHOLE + 'description: "\\U00110000"\n',
    "an escape far beyond": WHOLE + 'description: "\\UFFFFFFFF"\n',
    "a bad escape": WHOLE + 'description: "\\q"\n',
    "an escape cut short": WHOLE + 'description: "\\u12"\n',
    "a bad escape as key": WHOLE + '"\\U00110000": 1\n',
    "an object": WHOLE + "x: !!python/object:os.system {a: 1}\n",
    "a call": WHOLE + 'x: !!python/object/apply:os.system ["true"]\n',
    "an object as key": WHOLE + "!!python/object:os.system x: 1\n",
    "an unknown handle": WHOLE + "x: !a!b 1\n",
    "a bad tag": WHOLE + "x: !<%ff> 1\n",
    "nested lists": WHOLE + "x: " + "[" * 120_000,
    "nested maps": WHOLE + "x: " + "{a: " * 60_000,
    "nested dashes": "- " * 120_000,
    "a name with an escape": WHOLE.replace("hostile", '"\\e[31m"'),
    "a name of nothing": WHOLE.replace("hostile", '"\\0"'),
    "a name too long for a folder": WHOLE.replace("hostile", "é" * 121),
    "a name of too many bytes": WHOLE.replace("hostile", "€" * 81),
    "a long anchor": "a: &" + "q" * 240_000 + " 1\n",
    "a long alias": "a: *" + "q" * 240_000 + "\n",
    "a long tag": "a: !" + "q" * 240_000 + " 1\n",
    "a long text": "a: '" + "x'" * 100_000,
    "a long version": WHOLE.replace('"3.0.0"', "v" * 200_000),
    "a long symbol": WHOLE.replace("SAMPLEUSDT", "S" * 200_000),
    "a long reference": rule("[[" + "q" * 200_000 + ', "<", 3]]'),
    "a long operator": rule("[[rsi, " + "q" * 200_000 + ", 3]]"),
    "a long condition": rule("q" * 200_000),
    "a long list for a condition": rule("[" + "q, " * 5000 + "]"),
    "a long block": HEAD + RISK + RSI + "actions: [" + "q" * 200_000 + "]\n",
    "a long action": HEAD + RISK + RSI + "actions: [{id: a, cases: [{when: [[rsi, '>', 1]], emit: [" + "q" * 200_000 + "]}]}]\n",
    "a long duration": rule("[{holds_for_duration: {duration: " + "9" * 200_000 + "m, expr: [rsi, '<', 30]}}]"),
    "a long timeframe": WHOLE.replace("15m", "1" * 200_000 + "m"),
    "a long indicator": HEAD + RISK + ENTRY + "features: {rsi: {indicator: " + "q" * 200_000 + "}}\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_text_of_a_play_is_refused_with_its_line_in_few_words(what: str, tmp_path: Path) -> None:
    for finding in refused(tmp_path, BROKEN[what]):
        assert finding.place.line > 0, finding
        assert len(finding.fact) + len(finding.hint) + len(str(finding.place)) < 1000 + len(str(tmp_path)), finding
        assert len(json.dumps(finding.as_json())) < 2000 + len(str(tmp_path))


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert accepted(tmp_path, "\ufeff" + WHOLE).play == accepted(tmp_path, WHOLE).play


@pytest.fixture
def no_play(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Paths that are no plain files; a pipe that nobody writes to gets a writer when the test is over, or has hung."""
    pipe, sparse = tmp_path / "pipe.yml", tmp_path / "sparse.yml"
    os.mkfifo(pipe)
    with sparse.open("wb") as file:
        file.truncate(3 << 30)
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "device.yml").symlink_to("/dev/zero")
    timer = threading.Timer(20, lambda: os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)))
    timer.start()
    yield {name: tmp_path / f"{name}.yml" for name in ("pipe", "sparse", "folder", "device")}
    timer.cancel()


@pytest.mark.parametrize(
    ("what", "code", "fact"),
    [
        ("pipe", "unreadable-file", "it is a pipe"),
        ("folder", "unreadable-file", "it is a folder"),
        ("device", "unreadable-file", "it is a device"),
        ("sparse", "yaml-too-large", f"more than '{MAX_BYTES}' bytes"),
    ],
)
def test_what_is_no_plain_file_is_neither_waited_for_nor_read_whole(
    what: str, code: str, fact: str, no_play: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Path, "read_bytes")
    with pytest.raises(Malformed) as caught:
        accept_file(no_play[what])
    (finding,) = caught.value.findings
    assert (finding.code, fact in finding.fact) == (code, True)
