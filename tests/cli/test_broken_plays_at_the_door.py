"""A broken Play at the command line: exit 2, line and column, path, fact, hint, and never a traceback."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from command_line import SAMPLE, Trade

from trade.base.errors import EXIT_MALFORMED

RISK = "risk: {stop_loss_pct: 2, take_profit_pct: 4, max_position_pct: 50}"
TEXT = re.sub(r"risk: .*", RISK, SAMPLE.read_text(encoding="utf-8"))

BROKEN = {
    "an unknown key": ("max_leverage: 3", "max_levrage: 3", "unknown-key", "account.max_levrage", "`max_leverage`"),
    "a number as text": ("max_leverage: 3", 'max_leverage: "3"', "wrong-type", "account.max_leverage", "remove the quotes"),
    "a number out of range": ("taker_bps: 5.5", "taker_bps: -5", "out-of-range", "account.fee_model.taker_bps", "at least 0"),
    "an unknown indicator": ("{indicator: rsi,", "{indicator: rsj,", "unknown-indicator", "features.rsi_14.indicator", "`rsi`"),
    "an unknown parameter": ("params: {length: 14}", "params: {lenght: 14}", "unknown-param", "features.rsi_14.params.lenght", "`length`"),
    "an unknown reference": ('[rsi_14, "<", 70]', '[rsi_15, "<", 70]', "unknown-reference", "actions.entry_long.all[2]", "rsi_14"),
    "an unknown operator": ("cross_above", "crosses_above", "unknown-operator", "actions.entry_long.all[1]", "cross_above"),
    "an unknown setup": ("- setup: hour_up", "- setup: hour_op", "unknown-setup", "actions.entry_long.all[0]", "hour_up"),
    "a rule that never holds": ('[rsi_14, "<", 70]', '[rsi_14, ">", 120]', "never-holds", "actions.entry_long.all[2]", ""),
    "a contradiction": ("take_profit_pct: 4, ", "", "exit-mode-needs-levels", "position_policy.exit_mode", "first_hit"),
    "a key twice": ("symbol: SAMPLEUSDT", "symbol: SAMPLEUSDT\nsymbol: BTCUSDT", "yaml-duplicate-key", "symbol", ""),
    "broken YAML": ("setups:", "setups: {", "yaml-syntax", "", ""),
    "an unknown timeframe": ("med_tf: 1h", "med_tf: 7m", "unknown-word", "timeframes.med_tf", ""),
    "a mode that does not exist": ("mode: long_short", "mode: both", "unknown-word", "position_policy.mode", "long_short"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_play_is_refused_at_its_place(kind: str, trade: Trade, tmp_path: Path) -> None:
    old, new, code, path, hint = BROKEN[kind]
    assert old in TEXT
    file = tmp_path / "broken.yml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    said = trade("backtest", "run", file, "--db", tmp_path / "db", "--out", tmp_path / "out", "--json")
    assert (said.code, said.json["exit_code"]) == (EXIT_MALFORMED, EXIT_MALFORMED)
    finding = next(f for f in said.json["findings"] if f["code"] == code)
    assert finding["file"] == str(file)
    assert min(finding["line"], finding["column"]) >= 1
    assert finding["path"].startswith(path)
    assert finding["fact"]
    assert hint in finding["hint"] + finding["fact"]
    text = trade("play", "validate", file)
    assert text.code == EXIT_MALFORMED
    assert f"{file}:{finding['line']}:{finding['column']}" in text.err
    assert f"[{code}]" in text.err
    assert "Traceback" not in text.err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "db").exists()


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(trade: Trade, tmp_path: Path) -> None:
    file = tmp_path / "broken.yml"
    file.write_text(TEXT.replace("max_leverage: 3", "max_levrage: 3").replace('rsi_14, "<"', 'rsi_15, "<"').replace("cross_below", "below"))
    lines = [finding["line"] for finding in trade("play", "validate", file, "--json").json["findings"]]
    assert len(lines) >= 3
    assert lines == sorted(lines)


@pytest.mark.parametrize("name", ["folder", "folder.yml", "absent.yml", "", "binary.yml", "empty.yml", "list.yml"])
def test_what_is_no_play_file_is_refused(name: str, trade: Trade, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00\x01PAR1")
    (tmp_path / "empty.yml").write_bytes(b"")
    (tmp_path / "list.yml").write_text("- 1\n- 2\n")
    said = trade("backtest", "run", tmp_path / name if name else "", "--db", tmp_path / "db", "--out", tmp_path / "out", "--json")
    assert said.code == EXIT_MALFORMED
    assert all(finding["fact"] and finding["hint"] for finding in said.json["findings"])


def test_a_file_that_cannot_be_read_is_refused(trade: Trade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret.yml"
    file.write_text(TEXT)
    real = Path.open

    def guarded(path: Path, *words: Any) -> Any:  # permissions do not bind the superuser
        if path == file:
            raise PermissionError(13, "Permission denied", str(file))
        return real(path, *words)

    monkeypatch.setattr(Path, "open", guarded)
    said = trade("play", "validate", file, "--json")
    assert (said.code, said.codes) == (EXIT_MALFORMED, ["unreadable-file"])
    assert str(file) in said.out
