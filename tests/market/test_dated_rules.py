"""Rules with dates in the store: prices on the tick of their instant, misfits counted by it, sets given by hand."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars, write_older
from typer.testing import CliRunner

from trade.base.errors import DataMissing, Malformed
from trade.base.instrument import Instrument
from trade.cli import console
from trade.cli.data import app
from trade.market.fitting import GridOptions
from trade.market.instruments import packaged
from trade.market.manifest import SCHEMA
from trade.market.names import Kind, Series
from trade.market.ruling import change, with_values, without
from trade.market.store import Store
from trade.market.writer import writing

CHANGED_MS = JAN_2023_MS + 50 * MINUTE_MS
END_MS = JAN_2023_MS + 100 * MINUTE_MS
D = Decimal


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


@pytest.fixture
def filled(parquet, load_in, db):
    """A hundred bars on a tick of 0.1."""
    load_in(parquet(make_bars(100)))
    return db


@pytest.fixture
def rules(db):
    def run(*words):
        result = CliRunner().invoke(app, ["rules", "BTCUSDT", *map(str, words), "--db", str(db), "--json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout)

    return run


def off_grid(db):
    return sum(month.off_grid for month in Store(db).manifest.of(BTC, Kind.BARS))


def test_rules_are_shown_and_nothing_is_written(filled, rules):
    before = (filled / "manifest.json").read_bytes()
    said = rules()
    assert (said["series"], said["delisted_ms"]) == (BTC.key, None)
    assert [(each["from_ms"], each["tick_size"], each["qty_step"]) for each in said["rules"]] == [(0, "0.1", "0.001")]
    assert (filled / "manifest.json").read_bytes() == before


def test_a_set_is_added_with_what_was_in_force_and_survives_the_manifest(filled, rules):
    said = rules("--from", "2023-01-01T00:50", "--tick", "0.05", "--step", "0.01")
    first, later = said["rules"]
    assert first["tick_size"] == "0.1"
    assert later == {**first, "from_ms": CHANGED_MS, "tick_size": "0.05", "qty_step": "0.01", "min_qty": "0.01", "source": later["source"]}
    assert later["source"] == "packaged 2026-08-06; tick 0.05 and step 0.01 given by hand"
    stored = Store(filled).instrument(BTC)
    assert Instrument.from_json(stored.as_json()) == stored
    assert json.loads((filled / "manifest.json").read_text())["schema"] == SCHEMA


def test_prices_are_loaded_on_the_tick_of_their_instant(filled, rules):
    before = Store(filled).load(BTC, JAN_2023_MS, END_MS)
    rules("--from", "2023-01-01T00:50", "--tick", "0.5")
    history = Store(filled).load(BTC, JAN_2023_MS, END_MS)
    assert history.base.close[:50].tolist() == before.base.close[:50].tolist()
    assert set((history.base.close[50:] % 5).tolist()) == {0}
    [warning] = history.findings
    assert (warning.code, "'50' rows" in warning.fact) == ("prices-off-grid", True)


def test_rows_off_the_tick_are_counted_by_the_tick_of_their_instant(filled, rules):
    said = rules("--from", "2023-01-01T00:50", "--tick", "0.5")
    assert off_grid(filled) == 50
    [warning] = said["findings"]
    assert "'50' of '100' rows have prices that are no multiple of the tick '0.1', then '0.5'" in warning["fact"]
    assert rules("--remove", "2023-01-01T00:50")["findings"] == []
    assert off_grid(filled) == 0


def test_an_import_is_held_against_the_tick_of_each_row(filled, rules, parquet, load_in):
    rules("--from", "2023-01-01T01:40", "--tick", "0.5")
    bars = make_bars(50, END_MS)
    for name in ("open", "high", "low", "close"):
        bars[name] = np.round(bars[name] * 2) / 2
    assert load_in(parquet(bars)).findings == ()
    with pytest.raises(Malformed, match=r"tick '0\.1', then '0\.5'"):
        load_in(parquet(make_bars(50, END_MS + 50 * MINUTE_MS)))
    assert off_grid(filled) == 0


def test_a_tick_named_at_import_is_the_tick_of_all_dates(filled, rules, parquet, load_in, db):
    rules("--from", "2023-01-01T00:50", "--tick", "0.5")
    load_in(parquet(make_bars(101)), grid=GridOptions(D("0.1")))
    assert [table.tick_size for table in Store(db).instrument(BTC).rule_tables] == [D("0.1"), D("0.1")]
    assert off_grid(db) == 0


def test_later_rules_change_no_digest_of_what_was_before(filled, rules):
    before = Store(filled).load(BTC, JAN_2023_MS, CHANGED_MS)
    rules("--from", "2023-01-01T00:50", "--tick", "0.05")
    rules("--delisted", "2023-01-01T01:00")
    after = Store(filled).load(BTC, JAN_2023_MS, CHANGED_MS)
    assert (after.digest, after.instrument) == (before.digest, before.instrument)
    assert Store(filled).load(BTC, JAN_2023_MS, CHANGED_MS + MINUTE_MS).digest != before.digest


def test_of_a_delisted_symbol_only_what_was_before_is_read(filled, rules):
    assert rules("--delisted", "2023-01-01T00:50")["delisted_ms"] == CHANGED_MS
    history = Store(filled).load(BTC, JAN_2023_MS, END_MS)
    assert (len(history.base), history.instrument.delisted_ms) == (50, CHANGED_MS)
    [warning] = history.findings
    assert (warning.code, warning.data) == ("bars-after-delisting", {"rows": 50})
    assert len(Store(filled).load(BTC, CHANGED_MS + MINUTE_MS, END_MS).base) == 0
    assert rules("--delisted", "never")["delisted_ms"] is None
    assert len(Store(filled).load(BTC, JAN_2023_MS, END_MS).base) == 100


def test_the_first_set_can_be_corrected_and_the_same_again_commits_nothing(filled, rules):
    assert rules("--tick", "0.5", "--min-notional", "0")["rules"][0]["min_notional_usdt"] == "0"
    generation = Store(filled).manifest.generation
    rules("--tick", "0.5", "--min-notional", "0")
    assert Store(filled).manifest.generation == generation


def test_a_maximum_can_be_taken_back_and_given_again(filled, rules):
    assert rules("--max-qty", "none")["rules"][0]["max_qty"] is None
    assert "max-qty none given by hand" in rules()["rules"][0]["source"]
    later = rules("--from", "2023-01-02", "--max-qty", "5")["rules"]
    assert [each["max_qty"] for each in later] == [None, "5"]
    assert rules("--min-qty", "4", "--max-qty", "none")["rules"][0]["max_qty"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--from", "2023-01-01"], "no-values"),
        (["--tick", "0"], "bad-grid"),
        (["--min-notional", "-1"], "bad-grid"),
        (["--from", "soon", "--tick", "1"], "bad-time"),
        (["--delisted", "soon"], "bad-time"),
        (["--remove", "2023-01-01"], "no-such-rules"),
        (["--min-qty", "5", "--max-qty", "2"], "rules-contradict"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_changed(filled, rules, words, code):
    before = (filled / "manifest.json").read_bytes()
    with pytest.raises(Malformed) as caught:
        rules(*words)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert (filled / "manifest.json").read_bytes() == before


def test_a_set_that_is_not_there_names_those_that_are():
    dated = with_values(packaged(BTC), CHANGED_MS, {"tick_size": D("0.5")})
    with pytest.raises(Malformed, match="no rules begin") as caught:
        without(dated, JAN_2023_MS)
    assert "'2023-01-01 00:50'" in caught.value.findings[0].hint
    assert without(dated, CHANGED_MS) == packaged(BTC)


def test_rules_of_nothing_are_missing(filled):
    with pytest.raises(DataMissing, match="no rules"):
        change(filled, Series("x", "linear", "BTCUSDT"), lambda known: known)


def test_a_store_of_the_second_format_is_read_as_it_is(filled):
    path = Path(filled) / "manifest.json"
    write_older(path, 2)
    assert Store(filled).instrument(BTC).later_rules == ()
    with writing(filled) as writer:
        writer.commit(writer.manifest)
    assert json.loads(path.read_text())["schema"] == SCHEMA
