"""The real year: the outage of March is a warning and the run is verified; a file full of holes is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import ROOT, Trade
from shared import shared

from trade.base.errors import EXIT_DATA_MISSING

SHARED = shared("data")
PLAY = ROOT / "configs" / "plays" / "ema_rsi_btc.yml"
YEAR = ("--from", "2023-01-01", "--to", "2024-01-01")

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no shared/data above, and TRADE_SHARED names none")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trade.files.importing import ImportRequest, import_file

    db = tmp_path_factory.mktemp("shared") / "store"
    import_file(db, ImportRequest(SHARED / "BTCUSDT_spot_1m_2023.parquet", "BTCUSDT", market="spot"))
    import_file(db, ImportRequest(SHARED / "BTCUSDT_funding_2022_2026.parquet", "BTCUSDT"))
    import_file(db, ImportRequest(SHARED / "ADAUSDT_perp_1m_gappy.parquet", "ADAUSDT"))
    return db


def test_the_real_year_runs_with_a_warning_that_names_the_outage_and_verifies_twice(trade: Trade, store: Path, tmp_path: Path) -> None:
    words = ["backtest", "run", PLAY, *YEAR, "--db", store, "--out", tmp_path / "out"]
    text = trade(*words)
    assert text.code == 0
    assert "2023-03-24 12:40 .. 2023-03-24 14:00 (80 min)" in text.err
    said = trade(*words, "--json").json
    gaps = next(finding for finding in said["findings"] if finding["code"] == "history-gaps")
    assert (gaps["severity"], gaps["data"]["missing_bars"]) == ("warning", 80)
    assert gaps["data"]["gaps"] == [[1679661600000, 1679666400000]]
    assert said["existed"]
    assert said["metrics"]["total_trades"] > 100
    assert said["metrics"]["total_funding"] != 0 if "total_funding" in said["metrics"] else said["gross_to_net"]["funding"] != 0
    report = json.loads((Path(said["folder"]) / "preflight_report.json").read_text())
    assert [finding["code"] for finding in report["findings"]].count("history-gaps") == 1
    for _ in range(2):
        verdict = trade("runs", "verify", said["folder"], "--db", store, "--json")
        assert (verdict.code, verdict.json["status"]) == (0, "identical")


def test_a_file_full_of_holes_is_refused_with_all_of_them(trade: Trade, store: Path, tmp_path: Path) -> None:
    words = ["backtest", "run", PLAY, "--symbol", "ADAUSDT", "--db", store, "--out", tmp_path / "out"]
    text = trade(*words)
    said = trade(*words, "--json")
    gaps = next(finding for finding in said.json["findings"] if finding["code"] == "history-gaps")
    ranges = gaps["data"]["gaps"]
    assert (text.code, said.code, gaps["severity"]) == (EXIT_DATA_MISSING, EXIT_DATA_MISSING, "error")
    assert gaps["data"]["count"] == len(ranges) > 500
    assert sum(end - start for start, end in ranges) == gaps["data"]["missing_bars"] * 60_000
    assert ranges == sorted(ranges)
    assert f"{len(ranges)} gaps" in text.err
    longest = max(end - start for start, end in ranges)
    assert f"({longest / 3_600_000:.1f} h)" in text.err or f"({longest / 86_400_000:.1f} d)" in text.err
    assert not (tmp_path / "out").exists()
