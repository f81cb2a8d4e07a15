"""A small finished run with everything in it, and the folder it leaves behind."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tapes import START, at, flat_bars, leverage, run, slippage, stop_points, taker

from trade.analysis.entries import cuts
from trade.artifacts.receipt import COMPLETED, FORMAT, MANIFEST, PLAY, PREFLIGHT, RESULT, SIGNATURE, hashes
from trade.artifacts.stage import Staged, stage
from trade.artifacts.tables import TABLES, Label, Table
from curves import curve_of
from trade.base.history import Window
from trade.base.instrument import Grid, Instrument, Tier, TierTable
from trade.base.records import Records, StopReason
from trade.base.result import Result
from trade.base.timeframe import Timeframe

COIN = Instrument(
    venue="paper",
    market="linear",
    symbol="COIN",
    tick_size=Decimal(1),
    qty_step=Decimal(1),
    min_qty=Decimal(1),
    max_qty=Decimal(1000),
    min_notional_usdt=Decimal(0),
    taker_bps=Decimal(10),
    maker_bps=Decimal(0),
    tier_tables=(TierTable(0, (Tier(Decimal(10**9), Decimal("0.005"), Decimal(100), Decimal(0)),)),),
    source="by hand",
)
RUN_ID = "0123456789ab"
LABEL = Label(RUN_ID, "coin", "paper:linear:COIN")


@cache
def finished() -> Result:
    """A long that pays funding and leaves by signal, a short that is stopped out, a long that opens beyond its liquidation."""
    rise, fall = flat_bars(100, 100, 110, 112, 110, 100, 100), flat_bars(120, 120, 118)
    bars = [*rise, (100, 130, 100, 120), *fall, (80, 90, 80, 85), *flat_bars(90, 90)]
    outcome = run(
        bars,
        {0: "long", 3: "exit", 4: "short", 8: "long"},
        funding=[(at(2), "0.001"), (at(3), "-0.0005")],
        **leverage(5),
        **taker("0.001", "0.0002"),
        **slippage("50"),
        **stop_points(15),
        size_e12=10**12 // 3,
        beyond_liquidation=2,
    )
    trades, tally = outcome.trades, outcome.tally
    return Result(
        instrument=COIN,
        window=Window(START, at(len(bars))),
        exec_timeframe=Timeframe("1m"),
        initial_equity_quanta=int(outcome.equity["equity_quanta"][0]),
        final_equity_quanta=int(outcome.equity["equity_quanta"][-1]),
        trades=trades,
        fills=outcome.fills,
        equity=outcome.equity,
        stop_reason=StopReason(int(tally.stop_reason)),
        stop_ts_ms=int(tally.stop_ts_ms),
        trading_start_ms=at(1),
        max_drawdown_quanta=int(tally.max_drawdown_quanta),
        max_drawdown_frac=float(tally.max_drawdown_frac),
        base_bars=len(bars),
        bars_in_position=int(tally.bars_in_position),
        entry_attempts=int(tally.entry_attempts),
        first_close_ticks=100,
        last_close_ticks=90,
        leverage=5.0,
        has_funding=True,
    )


def empty() -> Result:
    """The same run without a single trade."""
    full = finished()
    points = full.equity.records()
    for name in points.dtype.names:
        if name != "ts_ms":
            points[name] = points[name][0]
    return replace(
        full, trades=full.trades[:0], fills=full.fills[:0], equity=curve_of(points), final_equity_quanta=full.initial_equity_quanta
    )


METRICS: dict[str, Any] = {"total_trades": 3, "net_profit": -12.5, "sharpe": None, "profit_factor_mode": "finite", "rate": 0.1 + 0.2}


def documents(result: Result, metrics: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON documents a gate and a publication look at."""
    told = METRICS if metrics is None else metrics
    rows = {table.name: len(rows) for table, rows in zip(TABLES, (result.trades, result.fills, result.equity), strict=True)}
    return {
        MANIFEST: {"run_id": RUN_ID, "input_hash": "a" * 64, "instrument": COIN.as_json()},
        PLAY: "version: '3.0.0'\n",
        PREFLIGHT: {"findings": []},
        RESULT: {
            "format": FORMAT,
            "run_id": RUN_ID,
            "status": COMPLETED,
            "hashes": hashes(result, told),
            "metrics": told,
            "rows": rows,
            "cut_entries": {cap.word: count for cap, count in cuts(result.fills).items()},
            "initial_equity_quanta": result.initial_equity_quanta,
            "findings": [],
        },
        SIGNATURE: {"declared_features": ["ema", "rsi"], "computed_features": ["ema", "rsi"]},
    }


def staged(out: Path, result: Result | None = None, **changes: Any) -> Staged:
    """Stage a run under `out`; `changes` replaces documents."""
    made = finished() if result is None else result
    return stage(out, out / "coin" / "COIN" / RUN_ID, LABEL, {**documents(made), **changes}, made, COIN.grid)


def edit(path: Path, *keys: str, value: Any) -> None:
    """Replace one value of a JSON document."""
    whole = document = json.loads(path.read_text())
    for key in keys[:-1]:
        document = document[key]
    document[keys[-1]] = value
    path.write_text(json.dumps(whole))


def rewrite(folder: Path, table: Table, rows: Records, grid: Grid = COIN.grid) -> None:
    """Write other rows, and every hash and count of the result with them: only the ledger can tell."""
    table.write(folder, rows, grid, LABEL)
    tables = {each.name: each.read(folder) for each in TABLES}
    changed = replace(finished(), trades=tables["trades"], fills=tables["fills"], equity=curve_of(tables["equity"]))
    edit(folder / RESULT, "hashes", value=hashes(changed, METRICS))
    edit(folder / RESULT, "rows", value={name: len(found) for name, found in tables.items()})
