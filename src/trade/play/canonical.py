"""The canonical form of a Play: one JSON value for one meaning, in the format a Play is written in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trade.play.spec import (
    Account,
    EntryOrder,
    Execution,
    Expected,
    Feature,
    Policy,
    Risk,
    RuleSource,
    StopLoss,
    Structure,
    TakeProfit,
    Trailing,
)
from trade.play.timeframes import ROLES, Roles

VERSION = "3.0.0"
_EXACT_BELOW = 2**53


def number(value: Decimal | None) -> int | float | None:
    """Return a decimal of at most 15 digits as JSON: 2, 2.0 and 2.00 are the same 2."""
    return None if value is None else normal(float(value))


def normal(value: object) -> Any:
    """Return nested values with one form for equal numbers: whole ones are integers, there is no negative zero."""
    if isinstance(value, Mapping):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normal(item) for item in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT_BELOW else float(value)
    return value


def canonical_account(account: Account) -> dict[str, Any]:
    return {
        "starting_equity_usdt": number(account.starting_equity_usdt),
        "max_leverage": number(account.max_leverage),
        "max_drawdown_pct": number(account.max_drawdown_pct),
        "equity_floor_usdt": number(account.equity_floor_usdt),
        "margin_mode": "isolated_usdt",
        "fee_model": {"taker_bps": number(account.taker_bps), "maker_bps": number(account.maker_bps)},
        "slippage_bps": number(account.slippage_bps),
        "min_trade_notional_usdt": number(account.min_trade_notional_usdt),
        "max_notional_usdt": number(account.max_notional_usdt),
        **({} if account.max_margin_usdt is None else {"max_margin_usdt": number(account.max_margin_usdt)}),
        "maintenance_margin_rate": number(account.maintenance_margin_rate),
        "mm_deduction": number(account.mm_deduction_usdt),
    }


def canonical_features(features: Mapping[str, Feature]) -> dict[str, Any]:
    return {
        f.id: {"indicator": f.indicator, "params": normal(f.params), "tf": f.timeframe.name, "source": f.source} for f in features.values()
    }


def in_order(structures: Mapping[str, Structure]) -> dict[str, Structure]:
    """Return structures by timeframe, then by how many others stand below them, then by key: what one uses stands above it."""
    depths: dict[str, int] = {}
    for key, s in structures.items():
        depths[key] = 1 + max((depths[used] for used in s.uses), default=0)
    return dict(sorted(structures.items(), key=lambda item: (item[1].timeframe.length_ms, depths[item[0]], item[0])))


def canonical_structures(structures: Mapping[str, Structure]) -> dict[str, Any]:
    """Return lists under concrete timeframes."""
    sections: dict[str, list[Any]] = {}
    for s in structures.values():
        item = {"type": s.type, "key": s.key, "params": normal(s.params), "uses": list(s.uses)}
        sections.setdefault(s.timeframe.name, []).append(item)
    return dict(sections)


def as_blocks(actions: object) -> Any:
    """Return a map of intents as the list of blocks that it is: the order of both decides (RULE-5)."""
    if not isinstance(actions, Mapping):
        return actions
    return [{"id": word, "cases": [{"when": rule, "emit": [word]}]} for word, rule in actions.items()]


def as_intents(blocks: Any) -> Any:
    """Return a list of blocks as a map of intents where that says the same, as people write it."""
    plain = {block["id"]: block["cases"][0]["when"] for block in blocks} if _are_blocks(blocks) else {}
    return plain if as_blocks(plain) == blocks else blocks


def _are_blocks(blocks: Any) -> bool:
    return all(isinstance(block, Mapping) and isinstance(block.get("id"), str) and _has_cases(block.get("cases")) for block in blocks)


def _has_cases(cases: object) -> bool:
    return isinstance(cases, list) and len(cases) == 1 and isinstance(cases[0], Mapping) and "when" in cases[0]


def canonical_risk(risk: Risk) -> dict[str, Any]:
    stop, target, sizing = risk.stop_loss, risk.take_profit, risk.sizing
    trail, even = risk.trailing, risk.break_even
    return {
        "stop_loss": stop and {**_level(stop), **({"buffer_pct": number(stop.buffer_pct)} if stop.buffer_pct else {})},
        "take_profit": target and _level(target),
        "tp_order_type": target.order_type if target else "Market",
        "sl_order_type": "Market",
        "basis": risk.basis,
        "sizing": {"model": sizing.model, "value": number(sizing.value), "max_leverage": number(sizing.max_leverage)},
        **({"trailing": _trailing(trail)} if trail else {}),
        **({"break_even": {"activation_pct": number(even.activation_pct), "offset_pct": number(even.offset_pct)}} if even else {}),
    }


def _level(level: StopLoss | TakeProfit) -> dict[str, Any]:
    """Return what a stop or target needs, and nothing that its type does not know."""
    if level.levels is not None:
        sides = {"long": level.levels.long, "short": level.levels.short}
        return {"type": level.kind, **{side: name for side, name in sides.items() if name is not None}}
    return {"type": level.kind, "value": number(level.value), **({"atr_feature_id": level.atr} if level.atr else {})}


def _trailing(trail: Trailing) -> dict[str, Any]:
    if trail.kind == "percent":
        return {"trail_pct": number(trail.value), "activation_pct": number(trail.activation_pct)}
    return {
        "atr_multiplier": number(trail.value),
        "atr_feature_id": trail.atr,
        "activation_pct": number(trail.activation_pct),
    }


def canonical_entry(entry: EntryOrder) -> dict[str, Any]:
    """Return how entries are ordered; at market there is nothing more to say."""
    if entry.order_type == "MARKET":
        return {"order_type": "MARKET"}
    waits = {"time_in_force": entry.time_in_force, "expire_after_bars": entry.expire_after_bars}
    offset = {f"offset_{entry.offset}": number(entry.value), **({"atr_feature_id": entry.atr} if entry.atr else {})}
    return {"order_type": entry.order_type, **offset, **waits}


def canonical_expected(expected: Expected) -> dict[str, Any]:
    return {name: {"min": number(low), "max": number(high)} for name, (low, high) in expected.bounds.items()}


def canonical_play(
    symbol: str,
    roles: Roles,
    exec_role: str,
    account: Account,
    features: Mapping[str, Feature],
    structures: Mapping[str, Structure],
    rules: RuleSource,
    policy: Policy,
    risk: Risk,
    entry: EntryOrder,
    execution: Execution,
    expected: Expected | None,
) -> dict[str, Any]:
    """Return everything that can change a result, every default visible, in the order people write it."""
    return {
        "version": VERSION,
        "symbol": symbol,
        "timeframes": {**{role: roles[role].name for role in ROLES if role in roles}, "exec": exec_role},
        "account": canonical_account(account),
        "features": canonical_features(features),
        "structures": canonical_structures(structures),
        "setups": normal(rules.setups),
        "actions": normal(rules.actions),
        "position_policy": {"mode": policy.mode, "exit_mode": policy.exit_mode},
        "risk_model": canonical_risk(risk),
        "entry": canonical_entry(entry),
        "execution": {
            "intrabar": execution.intrabar,
            "limit_fill": execution.limit_fill,
            "anchor": execution.anchor,
            "on_liquidation": execution.on_liquidation,
            "on_sl_beyond_liq": account.on_sl_beyond_liq,
        },
        **({"expected": canonical_expected(expected)} if expected else {}),
    }
