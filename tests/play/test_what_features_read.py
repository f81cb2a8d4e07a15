"""What one feature may read of another: an output that has a number on every bar, said when the Play is read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from play_catalogue import MINIMAL, NOT_YET, changed

from trade.base.catalogue import Catalogue, Entry, Output, ValueType
from trade.base.findings import Finding
from trade.indicators.registry import INDICATORS
from trade.play.read import read_play
from trade.structures.registry import STRUCTURES

REAL = Catalogue(INDICATORS, STRUCTURES, ("range_wide",))


def found(*changes: tuple[str, Any], catalogue: Catalogue = REAL) -> tuple[Finding, ...]:
    return read_play(json.dumps(changed(MINIMAL, *changes)), catalogue, NOT_YET, "test.yml")[1]


@pytest.mark.parametrize(
    ("indicator", "read", "named", "instead"),
    [
        ("psar", "a", "a.long", ": a.af, a.reversal"),
        ("psar", "a.short", "a.short", ": a.af, a.reversal"),
        ("supertrend", "a.long", "a.long", ": a.trend, a.direction"),
    ],
)
def test_an_output_that_is_missing_by_design_is_no_source(indicator: str, read: str, named: str, instead: str) -> None:
    features = ("features.a", {"indicator": indicator}), ("features.b", {"indicator": "ema", "source": read, "params": {"length": 3}})
    (finding,) = found(*features)
    assert (finding.code, finding.place.path) == ("source-unusable", "features.b.source")
    assert finding.fact == f"'{named}' is missing on some bars by design"
    assert finding.hint == f"choose one that has a number on every bar{instead}"


def test_nor_may_a_parameter_name_one() -> None:
    params = {"mode": "atr_zigzag", "atr_key": "a"}
    finding = found(("features.a", {"indicator": "psar"}), ("structures.exec", [{"type": "swing", "key": "s", "params": params}]))[0]
    assert (finding.code, finding.place.path) == ("source-unusable", "structures.exec[0].params.atr_key")


def test_a_word_is_no_number() -> None:
    def with_side(entry: Entry) -> Entry:
        return replace(entry, outputs=(*entry.outputs, Output("side", ValueType.ENUM, words=("in", "out"))))

    catalogue = replace(REAL, indicators={**INDICATORS, "rsi": with_side(INDICATORS["rsi"])})
    (finding,) = found(("features.b", {"indicator": "ema", "source": "rsi_14.side", "params": {"length": 3}}), catalogue=catalogue)
    assert finding.fact == "'rsi_14.side' is of type enum, not a number"


@pytest.mark.parametrize("output", ["psar.af", "psar.reversal", "supertrend.trend", "supertrend.direction", "macd.signal"])
def test_one_that_has_a_number_on_every_bar_is_read(output: str) -> None:
    indicator, _, name = output.partition(".")
    features = (
        ("features.a", {"indicator": indicator}),
        ("features.b", {"indicator": "ema", "source": f"a.{name}", "params": {"length": 3}}),
    )
    assert found(*features) == ()
