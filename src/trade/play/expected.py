"""`expected`: bounds on the metrics of the result, which turn a Play into its own test."""

from __future__ import annotations

from decimal import Decimal

from pydantic_core import PydanticCustomError

from trade.base.nearest import did_you_mean
from trade.base.places import Path
from trade.play.fields import Number, shown
from trade.play.notes import Notes
from trade.play.scalars import as_text
from trade.play.spec import Expected

METRICS = (
    "initial_equity",
    "final_equity",
    "net_profit",
    "net_return_pct",
    "benchmark_return_pct",
    "alpha_pct",
    "max_drawdown_abs",
    "max_drawdown_pct",
    "max_drawdown_duration_bars",
    "total_trades",
    "win_rate",
    "avg_trade_return_pct",
    "profit_factor",
    "sharpe",
    "sortino",
    "sharpe_daily",
    "sortino_daily",
    "calmar",
    "win_count",
    "loss_count",
    "gross_profit",
    "gross_loss",
    "total_fees",
    "avg_win_usdt",
    "avg_loss_usdt",
    "largest_win_usdt",
    "largest_loss_usdt",
    "avg_trade_duration_bars",
    "avg_winning_trade_duration_bars",
    "avg_losing_trade_duration_bars",
    "max_consecutive_wins",
    "max_consecutive_losses",
    "expectancy_usdt",
    "payoff_ratio",
    "recovery_factor",
    "omega_ratio",
    "long_trades",
    "short_trades",
    "long_win_rate",
    "short_win_rate",
    "long_pnl",
    "short_pnl",
    "total_bars",
    "bars_in_position",
    "time_in_market_pct",
    "total_funding_paid_usdt",
    "total_funding_received_usdt",
    "net_funding_usdt",
    "ulcer_index",
    "profit_factor_mode",
    "entry_attempts",
    "entry_rejections",
    "entry_rejection_rate",
    "min_margin_ratio",
    "margin_calls",
    "closest_liquidation_pct",
    "skewness",
    "kurtosis",
    "var_95_pct",
    "cvar_95_pct",
    "avg_leverage_used",
    "max_gross_exposure_pct",
    "mae_avg_pct",
    "mfe_avg_pct",
)
_BOUNDABLE = tuple(name for name in METRICS if name != "profit_factor_mode")  # that one is a word
_SHORT = {"trades": "total_trades", "return_pct": "net_return_pct", "drawdown_pct": "max_drawdown_pct"}
_HINT = "write metric: {min: ..., max: ...}, or min_trades: 10"
METRICS_BOUNDED = (*_BOUNDABLE, *_SHORT)
ONE_SIDED = tuple(f"{side}_{name}" for side in ("min", "max") for name in METRICS_BOUNDED)
_BOUND = Number(places=8)

Bounds = tuple[Decimal | None, Decimal | None]


def read_expected(raw: object, notes: Notes) -> Expected | None:
    """Return bounds by metric; `min_trades: 10`, `trades: {min: 10}` and `trades: [10, null]` say the same."""
    if not isinstance(raw, dict):
        notes.error("wrong-type", ("expected",), f"{shown(raw)}, not a map", _HINT)
        return None
    bounds: dict[str, Bounds] = {}
    for key, value in raw.items():
        path: Path = ("expected", key)
        metric, side = _metric(key, value)
        if metric not in _BOUNDABLE:
            notes.error(
                "unknown-metric",
                path,
                f"'{key}' is not a metric of a result",
                did_you_mean(key, [*METRICS_BOUNDED, *ONE_SIDED], _HINT),
                at_key=True,
            )
            continue
        low, high = _pair(value, side, path, notes)
        old_low, old_high = bounds.get(metric, (None, None))
        if (low is not None and old_low is not None) or (high is not None and old_high is not None):
            notes.error("contradiction", path, f"'{metric}' is bounded twice on one side", "keep one bound", at_key=True)
        bounds[metric] = (old_low if low is None else low, old_high if high is None else high)
        low, high = bounds[metric]
        if low is not None and high is not None and low > high:
            notes.error("contradiction", path, f"no '{metric}' is at least '{low}' and at most '{high}'", "swap the bounds")
    return Expected({metric: bounds[metric] for metric in _BOUNDABLE if metric in bounds})


def _metric(key: str, value: object) -> tuple[str, str]:
    """Return the metric a key is about and the side it bounds; `max_drawdown_pct: 20`, or `drawdown_pct: 20`, is an upper bound."""
    if key in ("max_drawdown_pct", "drawdown_pct") and not isinstance(value, dict | list):
        return "max_drawdown_pct", "max"
    for side in ("min", "max"):
        rest = key.removeprefix(f"{side}_")
        if rest != key and _SHORT.get(rest, rest) in _BOUNDABLE and key not in _BOUNDABLE:
            return _SHORT.get(rest, rest), side
    return _SHORT.get(key, key), ""


def _pair(value: object, side: str, path: Path, notes: Notes) -> Bounds:
    if side:
        bound = _bound(value, path, notes)
        return (bound, None) if side == "min" else (None, bound)
    if isinstance(value, dict):
        for key in value:
            if key not in {"min", "max"}:
                notes.unknown_key((*path, key), ["min", "max"])
        low, high = (_bound(value[s], (*path, s), notes) if value.get(s) is not None else None for s in ("min", "max"))
    elif isinstance(value, list) and len(value) == 2:
        low, high = (_bound(v, (*path, i), notes) if v is not None else None for i, v in enumerate(value))
    else:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        hint = f"write `{path[-1]}: {{min: {as_text(value)}}}`, or with max" if number else _HINT
        notes.error("wrong-type", path, f"{shown(value)}, not two bounds", hint)
        return None, None
    if not any(v is not None for v in (value.values() if isinstance(value, dict) else value)):
        notes.error("wrong-type", path, "no bound is given", _HINT)
    return low, high


def _bound(value: object, path: Path, notes: Notes) -> Decimal | None:
    try:
        return _BOUND.check(value)
    except PydanticCustomError as refused:
        context = refused.context or {}
        notes.error(refused.type, path, context["fact"], context["hint"])
        return None
