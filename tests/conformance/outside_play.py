"""A strategy of another engine as a Play over its bars: text, bars and grid in, trades out.

A reversal is written as two Plays: what one long-only and one short-only Play do at one open is what a flip does, as long as the
quantity does not depend on the account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from trade.base.bars import base_bars
from trade.base.history import History, Window
from trade.base.instrument import Instrument, Tier, TierTable
from trade.base.records import LONG, Records
from trade.base.timeframe import Timeframe
from trade.engine.processor import BarProcessor
from trade.features.compute import compute_features
from trade.features.plan import plan_features
from trade.feeds.build import build_feed
from trade.run.accepted import accept_file
from trade.run.names import CATALOGUE

HOUR = Timeframe("1h")
ANY_AMOUNT = Decimal(10) ** 9
AVERAGE = "  {}: {{indicator: sma, params: {{length: {}}}}}"
RSI = "  rsi: {{indicator: rsi, params: {{length: {}}}}}"
LEVELS = ", take_profit: {{type: fixed_points, value: {}}}, stop_loss: {{type: fixed_points, value: {}}}"
PLAY = """
version: "3.0.0"
name: outside
symbol: OUTSIDE
timeframes: {{low_tf: {exec}, exec: low_tf}}
account:
  starting_equity_usdt: 100000000
  max_leverage: 1
  fee_model: {{taker_bps: 0, maker_bps: 0}}
  slippage_bps: 0
  min_trade_notional_usdt: 0
features:
{features}
actions:
  entry_{side}: {{all: [[{enter}]]}}
  exit_{side}: {{all: [[{leave}]]}}
position_policy: {{mode: {side}_only, exit_mode: first_hit}}
execution: {{intrabar: path, anchor: signal}}
risk: {{max_position_pct: 100{levels}}}
"""


class Moment(NamedTuple):
    """A trade by instants, prices exactly."""

    side: str
    entry_ms: int
    entry: Decimal
    exit_ms: int
    exit: Decimal
    net: Decimal


@dataclass(frozen=True)
class Crossing:
    """What a `rule` says in the words of a Play: features, the two crossings, and levels from the signal's close."""

    features: str
    up: str
    down: str
    chart: str | None  # the timeframe of the rule; none: that of the bars
    levels: str
    averages: tuple[int, ...] = ()  # the lengths of two simple averages

    def half(self, side: str, base: str) -> str:
        enter, leave = (self.up, self.down) if side == "long" else (self.down, self.up)
        return PLAY.format(exec=self.chart or base, features=self.features, side=side, enter=enter, leave=leave, levels=self.levels)


def crossing_of(rule: str) -> Crossing | None:
    """Return what the words of a rule say: two simple averages or an RSI and its bounds, on which chart, with which levels."""
    averages = re.search(r"SMA\(?(\d+)\)?/SMA\(?(\d+)\)?", rule)
    bounds = re.search(r"RSI(\d+).*crossover\(RSI,(\d+)\).*crossunder\(RSI,(\d+)\)", rule)
    points = re.search(r"TP=signal close\+(\d+), SL=signal close-(\d+)", rule)
    levels = LEVELS.format(*points.groups()) if points else ""
    chart = "D" if "chart 1D" in rule else None
    more = re.search(r"\b(stop|trail\w*|limit|sl|tp)\b", rule, re.IGNORECASE) and not points
    if more or not re.search(r"\b(sell|short)\b", rule):
        return None
    if averages:
        features = "\n".join(AVERAGE.format(name, length) for name, length in zip(("fast", "slow"), averages.groups(), strict=True))
        return Crossing(features, "fast, cross_above, slow", "fast, cross_below, slow", chart, levels, tuple(map(int, averages.groups())))
    if bounds:
        return Crossing(RSI.format(bounds[1]), f"rsi, cross_above, {bounds[2]}", f"rsi, cross_below, {bounds[3]}", chart, levels)
    return None


@dataclass(frozen=True)
class Market:
    """Bars of another engine (`at` in ms, open, high, low, close), their tick, the one quantity that is traded, and their length."""

    rows: list[dict[str, Any]]
    tick: Decimal
    quantity: Decimal
    timeframe: Timeframe = HOUR

    def instrument(self) -> Instrument:
        """Return an instrument that knows one quantity only."""
        tiers = (TierTable(0, (Tier(ANY_AMOUNT, Decimal(0), Decimal(100), Decimal(0)),)),)
        size, nothing = self.quantity, Decimal(0)
        return Instrument("paper", "linear", "OUTSIDE", self.tick, size, size, size, nothing, nothing, nothing, tiers, "by hand")


def instant(text: str) -> int:
    """Return a time, UTC where it has no offset, or seconds since the epoch, in ms."""
    if text.isdigit():
        return int(text) * 1000
    told = datetime.fromisoformat(text)
    return int((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()) * 1000


def run(text: str, market: Market) -> Records:
    """Return the trades of a Play over all bars of the market."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "play.yml"
        path.write_text(text, encoding="utf-8")
        made = accept_file(path)
    traded, timeframe = market.instrument(), made.play.exec_timeframe
    ts = np.array([row["at"] for row in market.rows], np.int64)
    columns = [traded.grid.to_ticks(np.array([float(row[name]) for row in market.rows])) for name in ("open", "high", "low", "close")]
    base = base_bars(ts, *columns, np.ones(len(ts)), market.timeframe)
    window = Window(int(ts[0]), -(-(int(ts[-1]) + market.timeframe.length_ms) // timeframe.length_ms) * timeframe.length_ms)
    features = compute_features(plan_features(made.play, CATALOGUE), base, traded.grid, window)
    feed = build_feed(History(traded, base, None, None, ""), features, timeframe, window)
    return BarProcessor(made.play, made.program).run(feed).trades


def both_halves(strategy: Crossing, market: Market) -> list[Moment]:
    """Return the trades of both Plays by entry."""
    grid = market.instrument().grid
    moments = [
        Moment(
            "long" if row["side"] == LONG else "short",
            int(row["entry_ts_ms"]),
            grid.price(int(row["entry_price_ticks"])),
            int(row["exit_ts_ms"]),
            grid.price(int(row["exit_price_ticks"])),
            grid.money(int(row["net_quanta"])),
        )
        for side in ("long", "short")
        for row in run(strategy.half(side, market.timeframe.name), market)
    ]
    return sorted(moments, key=lambda moment: moment.entry_ms)
