"""Every command that a page shows runs as printed: what is printed below it is compared elsewhere, what is not is typed here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import ccxt
import numpy as np
import pandas as pd
import pytest
from bybit_server import MINUTE_MS, Source, serving
from ccxt_exchange import FakeExchange
from first_hour import COMMANDS
from generated import ROOT

from trade.cli import app, console
from trade.market.names import Kind
from trade.market.store import Store

COMPARED = {"make demo", *COMMANDS}  # `test_generated_pages` types these
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOT_TYPED = {"text"}  # what is printed, as the help of a command
YEAR_2023_MS = 1_672_531_200_000
SOLANA = {"symbol": "SOL/USDT:USDT", "id": "SOL-USDT-SWAP", "base": "SOL"}
PLAY = """
version: "3.0.0"
name: my_play
symbol: BTCUSDT
tf: 1h
features: {fast: {indicator: ema, params: {length: 9}}, slow: {indicator: ema, params: {length: 21}}}
actions: {entry_long: {all: [[fast, cross_above, slow]]}}
account: {maintenance_margin_rate: 0.005}
risk: {stop_loss_pct: 2, take_profit_pct: 4}
"""


def shown() -> dict[str, list[str]]:
    """Return the commands of the console blocks by page, in order, without the remarks beside them."""
    blocks = {
        str(page.relative_to(ROOT)): re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        for page in PAGES
    }
    lines = {name: [line for block in found for line in block.splitlines()] for name, found in blocks.items()}
    return {name: [re.sub(r"\s{2,}#.*", "", line[2:]) for line in found if line.startswith("$ ")] for name, found in lines.items()}


def hidden(text: str) -> list[str]:
    """Return the lines that show a command in another block than a console block: indented, or fenced as another language."""
    found, fence = [], None
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fence = line.strip()[3:] if fence is None else None
        elif fence not in (None, "console", *NOT_TYPED) or (fence is None and line.startswith(("    ", "\t"))):
            found += [line] if re.match(r"\s*(\$ )?trade ", line) else []
    return found


def minutes() -> pd.DataFrame:
    """Return a year of minutes in the layout of Binance's files."""
    opens = YEAR_2023_MS + MINUTE_MS * np.arange(365 * 1440, dtype=np.int64)
    close = 20_000 + 1_000 * np.sin(np.arange(len(opens)) / 3_000).round(3)
    names = ["open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count"]
    names += ["taker_buy_volume", "taker_buy_quote_volume", "ignore"]
    columns = [opens, close, close + 5, close - 5, close, 1.5, opens + MINUTE_MS - 1, 3.0, 4, 0.7, 1.4, 0]
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


@pytest.fixture
def folder_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the files that the README speaks of, and two exchanges, on loopback and in this process, that know its symbols."""
    monkeypatch.chdir(tmp_path)
    minutes().to_csv("BTCUSDT-1m-2023.csv", index=False)
    due = YEAR_2023_MS + 8 * 60 * MINUTE_MS * np.arange(365 * 3, dtype=np.int64)
    pd.DataFrame({"timestamp": due, "funding_rate": 0.0001}).to_parquet("funding.parquet")
    Path("my_play.yml").write_text(PLAY, encoding="utf-8")
    Path("my_plays").mkdir()
    Path("my_plays", "another.yml").write_text(PLAY.replace("my_play", "another"), encoding="utf-8")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(ccxt, "binance", lambda _config: FakeExchange(Source("SOLUSDT", 2, 92), market=SOLANA))
    with serving(Source("ETHUSDT", 1, 92)) as bybit:
        monkeypatch.setenv("TRADE_BYBIT_URL", bybit.url)
        yield tmp_path
    console.configure()


@pytest.mark.usefixtures("folder_of_the_readme")
def test_the_commands_of_the_readme_run_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [command for command in shown()["README.md"] if command.startswith("trade ")]
    assert len(commands) >= 8
    for command in commands:
        code = app.run(shlex.split(command)[1:])
        said = capsys.readouterr()
        assert (command, code) == (command, 0), said.out + said.err
        assert "Traceback" not in said.err
        assert "no-funding" not in said.out + said.err  # what was imported before was found
    bars = [series.symbol for series, kind in Store(Path("data")).manifest.months if kind is Kind.BARS]
    assert sorted(bars) == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]  # a bare symbol means one of them


def test_the_commands_of_the_page_on_sync_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = shown()["docs/sync.md"]
    assert len(commands) >= 3
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(ccxt, "binance", lambda _config: FakeExchange(Source("BTCUSDT", 2, 92)))
    with serving(Source("ETHUSDT", 1, 92), Source("BTCUSDT", 3, 92)) as bybit:
        monkeypatch.setenv("TRADE_BYBIT_URL", bybit.url)
        for command in commands:
            code = app.run(shlex.split(command)[1:])
            said = capsys.readouterr()
            assert (command, code) == (command, 0), said.out + said.err
    console.configure()
    stored = {(series.venue, series.market, series.symbol, str(kind)) for series, kind in Store(tmp_path / "data").manifest.months}
    assert {("bybit", "linear", symbol, "bars") for symbol in ("BTCUSDT", "ETHUSDT")} <= stored
    assert {("bybit", "linear", "BTCUSDT", "oi"), ("binance", "spot", "BTCUSDT", "bars")} <= stored


def test_no_command_is_shown_outside_of_a_console_block() -> None:
    assert {page: found for page in PAGES if (found := hidden(page.read_text(encoding="utf-8")))} == {}
    fenced = "```console\n$ trade runs list\n```\n"
    for text in ("    trade runs list\n", "```sh\ntrade runs list\n```\n", "```bash\n$ trade runs list\n```\n", "\ttrade runs list\n"):
        assert len(hidden(fenced + text)) == 1, text
    assert hidden(fenced + "trade is a word at the start of a line, as of `trade runs`\n") == []


def test_every_other_command_of_a_page_is_one_that_is_typed_and_compared() -> None:
    typed = {"README.md", "docs/sync.md"}  # by the tests above
    commands = {command for name, found in shown().items() for command in found if name not in typed or not command.startswith("trade ")}
    makes = {command for command in commands if command.startswith("make ")}
    assert commands - makes - COMPARED == set()
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {command.removeprefix("make ") for command in makes} <= targets
