"""Which months are stored whole, in part, or not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_tables import JAN_2023_MS, make_bars
from typer.testing import CliRunner

from trade.cli import console
from trade.cli.data import app
from trade.market.coverage import Cover, bar, coverage
from trade.market.manifest import Month
from trade.market.names import Kind

FULL, PARTIAL, ABSENT = Cover


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


def stored(name, rows):
    return Month(name, "", rows, 0, 0, "")


def test_a_month_is_full_with_a_row_for_every_minute():
    months = [stored("2023-12", 31 * 1440), stored("2024-02", 28 * 1440), stored("2024-03", 31 * 1440 - 1)]
    found = coverage(Kind.BARS, months, ("2023-11", "2024-03"))
    assert found == {"2023-11": ABSENT, "2023-12": FULL, "2024-01": ABSENT, "2024-02": PARTIAL, "2024-03": PARTIAL}
    assert coverage(Kind.MARK, [stored("2024-02", 29 * 1440)], ("2024-02", "2024-02")) == {"2024-02": FULL}


@pytest.mark.parametrize(("rows", "cover"), [(31 * 288, FULL), (31 * 288 - 1, PARTIAL)])
def test_open_interest_is_full_with_a_row_for_every_five_minutes(rows, cover):
    assert coverage(Kind.OI, [stored("2023-01", rows)], ("2023-01", "2023-01")) == {"2023-01": cover}


def test_what_a_calendar_closes_need_not_be_there():
    edges = np.array([["2023-01-07", "2023-01-09"], ["2023-02-27", "2023-03-04"]], "datetime64[ms]").astype(np.int64)
    months = [stored("2023-01", 29 * 1440), stored("2023-02", 26 * 1440), stored("2023-03", 28 * 1440 - 1)]
    found = coverage(Kind.BARS, months, ("2023-01", "2023-03"), lambda *_: edges)
    assert found == {"2023-01": FULL, "2023-02": FULL, "2023-03": PARTIAL}


@pytest.mark.parametrize(("rows", "cover"), [(93, FULL), (186, FULL), (92, PARTIAL)])
def test_funding_is_full_with_a_payment_for_every_eight_hours(rows, cover):
    assert coverage(Kind.FUNDING, [stored("2023-01", rows)], ("2023-01", "2023-01")) == {"2023-01": cover}


def test_a_glyph_for_each_month_as_long_as_there_is_room():
    assert bar([FULL, FULL, PARTIAL, ABSENT, FULL], 5) == "██▒·█"
    assert bar([FULL, FULL, FULL, ABSENT, ABSENT, ABSENT, PARTIAL], 4) == "█▒·▒"


@given(st.lists(st.sampled_from(list(Cover)), min_size=1, max_size=200), st.integers(1, 30))
def test_no_bar_is_too_long_and_none_shows_whole_what_is_not(covers, cells):
    shown = bar(covers, cells)
    assert 1 <= len(shown) <= cells
    assert ("█" * len(shown) == shown) == (set(covers) == {FULL})
    assert ("·" * len(shown) == shown) == (set(covers) == {ABSENT})


def test_info_shows_every_kind_over_the_months_of_its_symbol(parquet, load_in, db):
    load_in(parquet(make_bars(60 * 1440)))
    load_in(parquet({"ts_ms": [JAN_2023_MS + 80 * 86_400_000], "funding_rate": [0.0001]}))
    info = ["info", "--db", str(db)]
    lines = CliRunner().invoke(app, info).stdout.splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["██▒", "··▒"]
    told = json.loads(CliRunner().invoke(app, [*info, "--json"]).stdout)["series"]
    assert told[1]["coverage"] == {"2023-01": "absent", "2023-02": "absent", "2023-03": "partial"}
