"""`--set PATH=VALUE`: one scalar of a Play from the command line, checked, placed and hashed as if the file said so."""

from __future__ import annotations

from typing import Any

import pytest

from trade.base.errors import Malformed
from trade.play.overrides import Override, parse_overrides
from trade.play.read import read_play
from trade.run.names import CATALOGUE, NOT_YET

PLAY = """
version: "3.0.0"
name: small
symbol: SAMPLEUSDT
tf: 15m
variables: {low: 30}
features:
  rsi_14: {indicator: rsi, params: {length: 14}}
actions:
  entry_long:
    all:
      - [rsi_14, "<", "{{ low }}"]
      - [close, ">", 1]
risk: {stop_loss_pct: 2, take_profit_pct: 4}
"""


def read(*texts: str, play: str = PLAY) -> Any:
    """Return the Play and its errors with values set."""
    overrides = [each for text in texts for each in parse_overrides(text)]
    draft, findings = read_play(play, CATALOGUE, NOT_YET, file="small.yml", overrides=overrides)
    return draft.play, [f for f in findings if str(f.severity) == "error"]


@pytest.mark.parametrize(
    ("text", "instead", "by"),
    [
        ("risk.stop_loss_pct=3", "stop_loss_pct: 2", "stop_loss_pct: 3"),
        ("variables.low=25", "low: 30", "low: 25"),
        ("features.rsi_14.params.length=7", "length: 14", "length: 7"),
        ("actions.entry_long.all[1][2]=5.5", '">", 1]', '">", 5.5]'),
        ("symbol=ETHUSDT", "symbol: SAMPLEUSDT", "symbol: ETHUSDT"),
        ("tf=1h", "tf: 15m", "tf: 1h"),
    ],
)
def test_a_value_that_is_set_is_as_if_the_file_said_so(text: str, instead: str, by: str) -> None:
    said, errors = read(text)
    assert errors == []
    assert said.play_hash == read(play=PLAY.replace(instead, by))[0].play_hash
    assert said.play_hash != read()[0].play_hash


def test_what_the_file_leaves_to_a_default_can_be_set() -> None:
    said, errors = read("account.slippage_bps=7.5", "position_policy.mode=long_short")
    assert errors == []
    assert (str(said.account.slippage_bps), said.policy.mode) == ("7.5", "long_short")


@pytest.mark.parametrize(
    ("text", "code", "fact", "hint"),
    [
        ("risk.stop_los_pct=2", "unknown-key", "the key 'stop_los_pct' is not known here", "did you mean `stop_loss_pct`?"),
        ("risk=2", "bad-set", "it is a map", "go on with one of its keys: stop_loss_pct, take_profit_pct"),
        ("variables.lo=2", "bad-set", "the Play has no variable 'lo'", "did you mean `low`?"),
        ("actions.entry_long.all[7][2]=5", "bad-set", "names item 7 of a list of 2", "items count from 0"),
        ("actions.entry_long.all.x=5", "bad-set", "meets a list at 'x'", "in brackets: all[1]"),
        ("symbol.x=5", "bad-set", "'x' is looked for in 'SAMPLEUSDT'", "end the path before it"),
        ("features[0]=5", "bad-set", "'features' is no list", "name a key after a dot"),
        ("features.rsi_14.params.length=0.5", "wrong-type", "'0.5' is a number, not a whole number", "write a wh"),
    ],
)
def test_a_path_that_means_nothing_is_refused_at_its_place(text: str, code: str, fact: str, hint: str) -> None:
    play, errors = read(text)
    found = [f for f in errors if f.place.file == "--set"]
    assert play is None
    assert (found[0].place.file, found[0].place.line, found[0].place.path) == ("--set", 0, text.partition("=")[0])
    assert fact in found[0].fact
    assert hint in found[0].hint
    assert found[0].code == code


def test_all_mistakes_are_told_at_once() -> None:
    _, errors = read("risk.stop_los_pct=2", "risk=1", "account.max_leverag=3", play=PLAY.replace("rsi, params", "rsy, params"))
    assert {(f.place.file, f.code) for f in errors} >= {("--set", "bad-set"), ("--set", "unknown-key"), ("small.yml", "unknown-indicator")}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a.b=1,2.5,x", (1, 2.5, "x")),
        ("a=true", (True,)),
        ("a='1,2'", ("1,2",)),
        ('a="on"', ("on",)),
        ("a=on", ("on",)),
        ("a=", None),
        ("a", None),
        ("=3", None),
        ("a=[1]", None),
        ("a=1,,2", None),
        ("a={b: 1}", None),
        ("a='x", None),
        ("a.=1", None),
        (".a=1", None),
        ("a..b=1", None),
        ("a[01]=1", None),
        ("a[0]b=1", None),
        ("a[x]=1", None),
        ("a[1111111]=1", None),
        ("a." * 300 + "a=1", None),
        ("a=!!int 3", None),
    ],
)
def test_values_are_scalars_of_yaml_between_commas(text: str, values: tuple[Any, ...] | None) -> None:
    if values is None:
        with pytest.raises(Malformed) as refused:
            parse_overrides(text)
        assert [(f.code, str(f.place)) for f in refused.value.findings] == [("bad-set", "--set")]
    else:
        assert parse_overrides(text) == tuple(Override(text.partition("=")[0], value) for value in values)


def test_a_variable_that_is_named_as_if_it_were_a_key_is_told_its_place() -> None:
    _, findings = read_play(PLAY, CATALOGUE, NOT_YET, overrides=[parse_overrides("low=20")[0]])
    [finding] = [each for each in findings if each.code == "bad-set"]
    assert (finding.fact, finding.hint) == ("'low' is a variable of the Play", "write variables.low")
