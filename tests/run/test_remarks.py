"""What a result says of its own figures: entries that caps made smaller, a leverage no tier permits, a window too short for a year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from command_line import Said, Trade
from runs import PLAYS

from trade.market.names import Series
from trade.market.store import Store

TEXT = (PLAYS / "cross_both_sides.yml").read_text()
SIZE, LEVERAGE, ACCOUNT = "max_position_pct: 50", "max_leverage: 3", "slippage_bps: 2"
CAPS = {
    "margin": ("max_position_pct: 100", LEVERAGE, ACCOUNT),
    "max_notional": (SIZE, LEVERAGE, f"{ACCOUNT}, max_notional_usdt: 5000"),
    "tier": ("max_position_pct: 100", "max_leverage: 80", f"{ACCOUNT}, starting_equity_usdt: 1000000, on_sl_beyond_liq: warn"),
}
SOON = ("--to", "2025-03-01")

Run = Callable[..., Said]


@pytest.fixture
def run(trade: Trade, market: Path, tmp_path: Path) -> Run:
    def call(size: str, leverage: str, account: str, *words: object) -> Said:
        play = tmp_path / "remarks.yml"
        text = TEXT.replace("starting_equity_usdt: 10000, ", "" if "starting_equity" in account else "starting_equity_usdt: 10000, ")
        for old, new in ((SIZE, size), (LEVERAGE, leverage), (ACCOUNT, account)):
            assert old in text
            text = text.replace(old, new)
        play.write_text(text)
        return trade("backtest", "run", play, "--db", market, "--out", tmp_path / "out", *(words or SOON))

    return call


def noted(document: Any, code: str) -> list[Any]:
    return [finding for finding in document["findings"] if finding["code"] == code]


@pytest.mark.parametrize("cap", CAPS)
def test_the_result_counts_the_entries_that_a_cap_made_smaller(run: Run, cap: str) -> None:
    document = run(*CAPS[cap], *SOON, "--json").json
    fills = pq.read_table(Path(document["folder"]) / "fills.parquet").to_pylist()
    entries = [fill for fill in fills if fill["kind_word"] == "entry"]
    cut = [fill for fill in entries if fill["cap_word"] == cap]
    assert len(cut) > 5
    assert all((fill["asked_lots"] > fill["quantity_lots"]) == (fill["cap_word"] != "none") for fill in entries)
    assert document["cut_entries"][cap] == len(cut)
    assert document["extras"]["entries_cut"] == sum(document["cut_entries"].values())
    [note] = noted(document, "entries-cut")
    assert (note["severity"], note["data"]) == ("note", document["cut_entries"])


def test_one_sentence_on_the_first_screen_says_how_many_and_why(run: Run) -> None:
    document = run(*CAPS["margin"], *SOON, "--json").json
    cut, entries = document["cut_entries"]["margin"], document["metrics"]["total_trades"]
    said = run(*CAPS["margin"])
    assert said.out.splitlines().count(f"{cut} of {entries} entries were cut to what the margin allows") == 1
    assert "entries were cut" not in said.err


def test_where_nothing_was_cut_nothing_is_said(run: Run) -> None:
    document = run(SIZE, LEVERAGE, ACCOUNT, *SOON, "--json").json
    assert (document["cut_entries"], noted(document, "entries-cut"), document["extras"]["entries_cut"]) == ({}, [], 0)
    assert "entries were cut" not in run(SIZE, LEVERAGE, ACCOUNT).out


def test_a_leverage_above_every_tier_names_the_permitted_one(run: Run, market: Path) -> None:
    permitted = max(tier.max_leverage for tier in Store(market).instrument(Series("sample", "linear", "SAMPLEUSDT")).tiers_at(0))
    document = run(SIZE, f"max_leverage: {permitted + 1}", f"{ACCOUNT}, on_sl_beyond_liq: warn", "--to", "2025-02-15", "--json").json
    rejected = document["rejections"]["leverage_above_tier"]
    [warning] = noted(document, "leverage-above-tier")
    assert warning["severity"] == "warning"
    said = f"a leverage of {permitted + 1} is above the {permitted} that 'sample:linear:SAMPLEUSDT' permits"
    assert warning["fact"] == f"{rejected} entries were rejected: {said}"
    assert warning["data"] == {"rejected": rejected, "permitted": float(permitted)}
    at_most = run(SIZE, f"max_leverage: {permitted}", f"{ACCOUNT}, on_sl_beyond_liq: warn", "--to", "2025-02-15", "--json").json
    assert noted(at_most, "leverage-above-tier") == []


@pytest.mark.parametrize(("end", "known"), [("2025-02-05", True), ("2025-02-04", False)])
def test_a_window_under_thirty_days_has_no_annualised_figures_and_a_note(run: Run, end: str, known: bool) -> None:
    document = run(SIZE, LEVERAGE, ACCOUNT, "--from", "2025-01-06", "--to", end, "--json").json
    figures = [document["metrics"][name] for name in ("sharpe", "sortino", "sharpe_daily", "sortino_daily", "calmar")]
    figures += [document["extras"][name] for name in ("cagr_pct", "volatility_pct")]
    assert [figure is not None for figure in figures] == [known] * 7
    assert len(noted(document, "short-window")) == (not known)
