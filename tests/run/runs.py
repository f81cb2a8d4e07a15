"""Runs of the Plays of this folder, in this process and without the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from trade.artifacts.receipt import Receipt
from trade.artifacts.tables import FILLS, POINTS, TRADES
from trade.base.result import Result
from trade.run.accepted import accept_file
from trade.run.backtest import run_backtest
from trade.run.execute import FinishedRun, execute, preflight
from trade.run.request import Doors, Request

PLAYS = Path(__file__).parent / "plays"
NAMES = tuple(sorted(path.stem for path in PLAYS.glob("*.yml")))


def ms(text: str) -> int:
    """Return the instant of a UTC date in ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def doors(market: Path) -> Doors:
    return Doors(lambda origin, symbol: origin.open(market, symbol))


def hashes(result: Result) -> tuple[str, str, str]:
    """Return the hashes of trades, fills and curve."""
    return TRADES.hash(result.trades), FILLS.hash(result.fills), POINTS.hash(result.equity)


def receipt(name: str, market: Path, out: Path) -> Receipt:
    """Run a Play over all that is stored, to a published receipt."""
    return run_backtest(Request(play=PLAYS / f"{name}.yml", out=out), doors(market))


def execution(name: str, market: Path, start: str | None = None, end: str | None = None) -> FinishedRun:
    """Run a Play over a window and publish nothing."""
    request = Request(
        play=PLAYS / f"{name}.yml",
        out=Path("nowhere"),
        from_ms=None if start is None else ms(start),
        to_ms=None if end is None else ms(end),
    )
    return execute(preflight(request, doors(market), accept_file(request.play)))
