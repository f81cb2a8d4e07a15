"""The `risk` shorthand and the `risk_model` full form: two ways to write the same stop, target and size."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from trade.base.places import Path
from trade.play.models import AccountFile, RiskFile, RiskModelFile, StopLossFile, TakeProfitFile
from trade.play.notes import Notes
from trade.play.spec import Risk, Sizing, StopLoss, TakeProfit

_HUNDRED = Decimal(100)


def check_both(data: dict[str, Any], notes: Notes) -> None:
    """Refuse a Play that gives both forms."""
    if "risk" in data and "risk_model" in data:
        notes.error("contradiction", ("risk",), "'risk' and 'risk_model' are both given", "keep one of them", at_key=True)


def build_risk(short: RiskFile | None, full: RiskModelFile | None, account: AccountFile, notes: Notes) -> Risk:
    """Return stop, target and size, percent as typed; what contradicts itself is said."""
    if full is not None:
        stop, target = _stop(full.stop_loss, ("risk_model",), notes), _target(full.take_profit, full.tp_order_type, ("risk_model",), notes)
        sizing = Sizing(full.sizing.model, full.sizing.value, full.sizing.max_leverage)
        risk = Risk(stop, target, sizing, full.basis)
        _check_full(risk, full, account, notes)
    else:
        short = short or RiskFile()
        _check_short(short, notes)
        stop = StopLoss("percent", short.stop_loss_pct) if short.stop_loss_pct is not None else _stop(short.stop_loss, ("risk",), notes)
        if short.take_profit_pct is not None:
            target = TakeProfit("percent", short.take_profit_pct, short.tp_order_type)
        else:
            target = _target(short.take_profit, short.tp_order_type, ("risk",), notes)
        risk = Risk(stop, target, Sizing("percent_equity", short.max_position_pct, account.max_leverage), short.basis)
    section = "risk" if full is None else "risk_model"
    if risk.take_profit is None and (full or short or RiskFile()).tp_order_type != "Market":
        notes.warn(
            "no-effect", (section, "tp_order_type"), "the order type of a take-profit that is not there", "add a take-profit, or remove it"
        )
    if risk.take_profit and risk.take_profit.kind == "rr_ratio" and risk.stop_loss is None:
        path = (section, "take_profit")
        notes.error("rr-without-stop", path, "a take-profit by 'rr_ratio' needs a stop-loss to be a multiple of", "add a stop_loss")
    return risk


def _stop(file: StopLossFile | None, path: Path, notes: Notes) -> StopLoss | None:
    if file is None:
        return None
    if file.type == "percent" and file.value > _HUNDRED:
        notes.error("out-of-range", (*path, "stop_loss", "value"), f"'{file.value}' percent is more than all of it", "write at most 100")
    return StopLoss(file.type, file.value)


def _target(file: TakeProfitFile | None, order_type: str, path: Path, notes: Notes) -> TakeProfit | None:
    if file is None:
        return None
    most = {"percent": 10_000, "rr_ratio": 1000}.get(file.type)
    if most is not None and file.value > most:
        notes.error("out-of-range", (*path, "take_profit", "value"), f"'{file.value}' is not at most '{most}'", f"write at most {most}")
    return TakeProfit(file.type, file.value, order_type)


def _check_short(short: RiskFile, notes: Notes) -> None:
    for key in ("stop_loss", "take_profit"):
        if getattr(short, key) is not None and getattr(short, f"{key}_pct") is not None:
            notes.error("contradiction", ("risk", key), f"'{key}' and '{key}_pct' are both given", "keep one of them", at_key=True)


def _check_full(risk: Risk, full: RiskModelFile, account: AccountFile, notes: Notes) -> None:
    sizing = risk.sizing
    path: Path = ("risk_model", "sizing")
    if sizing.model != "fixed_usdt" and sizing.value > _HUNDRED:
        notes.error("out-of-range", (*path, "value"), f"'{sizing.value}' percent is more than all of it", "write at most 100")
    if sizing.model != "percent_equity" and "value" not in full.sizing.model_fields_set:
        notes.error("missing-key", (*path, "value"), f"the sizing model '{sizing.model}' has no value", "add `value:`")
    if sizing.model == "risk_based" and risk.stop_loss is None:
        hint = "add risk_model.stop_loss, or size by percent_equity"
        notes.error("sizing-without-stop", (*path, "model"), "sizing by 'risk_based' needs a stop-loss to measure the risk", hint)
    if sizing.max_leverage != account.max_leverage:
        # SIZE-2: the smaller one is the position's leverage, for its size and for distances in percent of margin
        said = "" if "max_leverage" in full.sizing.model_fields_set else " (its default)"
        fact = f"sizing.max_leverage is '{sizing.max_leverage}'{said}, account.max_leverage '{account.max_leverage}'"
        smaller = min(sizing.max_leverage, account.max_leverage)
        notes.warn("leverage-differs", (*path, "max_leverage"), f"{fact}; positions use '{smaller}'", "give both the same value")
