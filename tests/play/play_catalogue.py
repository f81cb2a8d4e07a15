"""A small catalogue for the tests of the play floor, and ways to read a Play with it."""

from __future__ import annotations

import copy
import json
from typing import Any

from trade.base.catalogue import Catalogue, Entry, Output, Param, ParamType, ValueType
from trade.base.findings import Finding, Severity
from trade.play.draft import Draft
from trade.play.read import read_play


def _entry(name: str, inputs: tuple[str, ...], params: tuple[Param, ...], outputs: tuple[str, ...], **more: Any) -> Entry:
    made = tuple(Output(output, ValueType.FLOAT) for output in outputs)
    return Entry(name, inputs, params, made, lambda _: dict.fromkeys(outputs, 0), lambda _: 0, "numpy", **more)


def _length(default: int | None = 14) -> Param:
    return Param("length", ParamType.INT, default, 1, 1000)


_MAMODE = Param("mamode", ParamType.CHOICE, "rma", choices=("rma", "ema"))
CATALOGUE = Catalogue(
    {
        "ema": _entry("ema", ("source",), (_length(10),), ("value",)),
        "rsi": _entry("rsi", ("source",), (_length(),), ("value",)),
        "atr": _entry(
            "atr", ("high", "low", "close"), (_length(), Param("mamode", ParamType.CHOICE, "rma", choices=("rma", "ema"))), ("value",)
        ),
        "bbands": _entry(
            "bbands", ("source",), (_length(5), Param("std", ParamType.FLOAT, 2.0, 0.1, 10)), ("middle", "lower", "upper", "bandwidth")
        ),
        "spread": _entry("spread", (), (Param("fast", ParamType.FEATURE), Param("slow", ParamType.FEATURE)), ("value",)),
    },
    {
        "swing": _entry(
            "swing",
            ("high", "low"),
            (
                Param("left", ParamType.INT, None, 1, 100),
                Param("right", ParamType.INT, None, 1, 100),
                Param("strict_alternation", ParamType.BOOL, False),
                Param("atr_key", ParamType.FEATURE, None, optional=True),
            ),
            ("high_level", "low_level"),
        ),
        "trend": _entry("trend", (), (Param("wave_history_size", ParamType.INT, 4, 2, 100),), ("direction",), uses=("swing",)),
        "rolling_window": _entry("rolling_window", ("high", "low"), (Param("size", ParamType.INT, 20, 1, 500),), ("value",)),
    },
    ("range_wide", "range_tight", "on"),
)
NOT_YET = {"zone": "zones come with the other structures", "session_levels": "session levels come later"}

MINIMAL: dict[str, Any] = {
    "version": "3.0.0",
    "name": "minimal",
    "symbol": "BTCUSDT",
    "timeframes": {"low_tf": "15m", "med_tf": "1h", "high_tf": "D", "exec": "low_tf"},
    "features": {"rsi_14": {"indicator": "rsi", "params": {"length": 14}}},
    "actions": {"entry_long": {"all": [["rsi_14", "<", 30]]}},
    "risk": {"stop_loss_pct": 2, "take_profit_pct": 4},
}
FULL: dict[str, Any] = {
    **MINIMAL,
    "name": "full",
    "description": "everything that runs",
    "account": {
        "starting_equity_usdt": 5000,
        "max_leverage": 3,
        "max_drawdown_pct": 20,
        "equity_floor_usdt": 100,
        "margin_mode": "isolated_usdt",
        "fee_model": {"taker_bps": 5.5, "maker_bps": 2.0},
        "slippage_bps": 2.5,
        "min_trade_notional_usdt": 10,
        "max_notional_usdt": 100000,
        "maintenance_margin_rate": 0.005,
        "mm_deduction": 0,
    },
    "features": {
        "rsi_14": {"indicator": "rsi", "params": {"length": 14}, "tf": "exec", "source": "hlc3"},
        "ema_50_1h": {"indicator": "ema", "params": {"length": 50}, "tf": "1h"},
        "bb": {"indicator": "bbands", "params": {"length": 20, "std": 2.5}, "source": "rsi_14"},
        "bb_mean": {"indicator": "ema", "source": "bb.upper"},
        "gap": {"indicator": "spread", "params": {"fast": "rsi_14", "slow": "bb.middle"}},
        "atr": {"indicator": "atr", "params": {"mamode": "ema"}},
    },
    "structures": {
        "exec": [
            {"type": "swing", "key": "swing", "params": {"left": 5, "right": 5, "strict_alternation": True, "atr_key": "atr"}},
            {"type": "trend", "key": "trend", "uses": "swing"},
        ],
        "high_tf": {"4h": [{"type": "rolling_window", "key": "box", "params": {"size": 10}}]},
    },
    "setups": {"up": {"all": [["ema_50_1h", "<", "close"]]}},
    "actions": {
        "entry_long": {"all": [{"setup": "up"}, ["rsi_14", "<", 30.5]]},
        "exit_long": {"any": [["rsi_14", ">", 70]]},
    },
    "position_policy": {"mode": "long_only", "exit_mode": "first_hit"},
    "risk_model": {
        "stop_loss": {"type": "fixed_points", "value": 200},
        "take_profit": {"type": "rr_ratio", "value": 1.5},
        "sizing": {"model": "risk_based", "value": 1, "max_leverage": 3},
        "tp_order_type": "Limit",
        "basis": "price",
    },
    "execution": {
        "intrabar": "path",
        "limit_fill": "through",
        "anchor": "signal",
        "on_liquidation": "continue",
        "on_sl_beyond_liq": "adjust",
    },
    "validation": {"pattern": "range_wide", "bars": 20000, "seed": 7},
    "expected": {"total_trades": {"min": 1, "max": 90}},
}
del FULL["risk"]


def changed(play: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """Return a copy with values set at dotted paths."""
    copied = copy.deepcopy(play)
    for path, value in changes:
        *steps, last = path.split(".")
        inner = copied
        for step in steps:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return copied


def without(play: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in play.items() if name != key}


def read(play: dict[str, Any] | str) -> tuple[Draft, tuple[Finding, ...]]:
    """Read a Play given as text or as values (JSON is YAML)."""
    return read_play(play if isinstance(play, str) else json.dumps(play), CATALOGUE, NOT_YET, "test.yml")


def said(play: dict[str, Any] | str, severity: Severity = Severity.ERROR) -> list[Finding]:
    return [finding for finding in read(play)[1] if finding.severity is severity]


def only(play: dict[str, Any] | str) -> Finding:
    """Return the one error of a Play, which then must not have become a Play."""
    draft, findings = read(play)
    errors = [f for f in findings if f.severity is Severity.ERROR]
    assert [f.code for f in errors] == [errors[0].code] if errors else False, findings
    assert draft.play is None
    assert errors[0].hint
    assert errors[0].place.file == "test.yml"
    return errors[0]
