"""The `risk` shorthand and the `risk_model` full form: two ways to write the same stop, target and size."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from trade.base.places import Path
from trade.play.models import AccountFile, LevelFile, RiskFile, RiskModelFile, StopLossFile, TakeProfitFile
from trade.play.notes import Notes
from trade.play.spec import BreakEven, Levels, Risk, Sizing, StopLoss, TakeProfit, Trailing

TRAILING = ("trailing_pct", "trailing_atr")
_BY_ATR = ("atr_multiple", "trailing_atr")
_HUNDRED = Decimal(100)
_ATR_MULTIPLIER = Decimal(2)  # of the older system


def check_both(data: dict[str, Any], notes: Notes) -> None:
    """Refuse a Play that gives both forms."""
    if "risk" in data and "risk_model" in data:
        notes.error("contradiction", ("risk",), "'risk' and 'risk_model' are both given", "keep one of them", at_key=True)


def build_risk(short: RiskFile | None, full: RiskModelFile | None, account: AccountFile, notes: Notes) -> Risk:
    """Return stop, target and size, percent as typed; what contradicts itself is said."""
    if full is not None:
        stop, target = _stop(full.stop_loss, ("risk_model",), notes), _target(full.take_profit, full.tp_order_type, ("risk_model",), notes)
        sizing = Sizing(full.sizing.model, full.sizing.value, full.sizing.max_leverage)
        risk = Risk(stop, target, sizing, full.basis, *_moves(full, ("risk_model",), notes))
        _check_full(risk, full, account, notes)
    else:
        short = short or RiskFile()
        _check_short(short, notes)
        stop = StopLoss("percent", short.stop_loss_pct) if short.stop_loss_pct is not None else _stop(short.stop_loss, ("risk",), notes)
        if short.take_profit_pct is not None:
            target = TakeProfit("percent", short.take_profit_pct, short.tp_order_type)
        else:
            target = _target(short.take_profit, short.tp_order_type, ("risk",), notes)
        size = _older_size(short, account, notes)
        risk = Risk(stop, target, Sizing("percent_equity", size, account.max_leverage), short.basis, *_moves(short, ("risk",), notes))
    section = "risk" if full is None else "risk_model"
    if risk.take_profit is None and (full or short or RiskFile()).tp_order_type != "Market":
        notes.warn(
            "no-effect", (section, "tp_order_type"), "the order type of a take-profit that is not there", "add a take-profit, or remove it"
        )
    if risk.trailing and risk.stop_loss and risk.stop_loss.kind in TRAILING:
        fact = f"a stop-loss of the type '{risk.stop_loss.kind}' trails already"
        notes.error("contradiction", (section, "trailing"), fact, "keep one of them", at_key=True)
    if risk.take_profit and risk.take_profit.kind == "rr_ratio" and risk.stop_loss is None:
        path = (section, "take_profit")
        notes.error("rr-without-stop", path, "a take-profit by 'rr_ratio' needs a stop-loss to be a multiple of", "add a stop_loss")
    return risk


def _stop(file: StopLossFile | None, path: Path, notes: Notes) -> StopLoss | None:
    if file is None:
        return None
    path = (*path, "stop_loss")
    value, atr, levels = _measured(file, file.type, path, notes)
    if file.type in ("percent", "trailing_pct") and value > _HUNDRED:
        notes.error("out-of-range", (*path, "value"), f"'{value}' percent is more than all of it", "write at most 100")
    if file.buffer_pct and file.type not in ("atr_multiple", "structure"):
        fact = f"'buffer_pct' has no effect on a stop-loss of the type '{file.type}'"
        notes.error("contradiction", (*path, "buffer_pct"), fact, "put it into the value", at_key=True)
    return StopLoss(file.type, value if levels is None else None, atr, levels, file.buffer_pct)


def _target(file: TakeProfitFile | None, order_type: str, path: Path, notes: Notes) -> TakeProfit | None:
    if file is None:
        return None
    path = (*path, "take_profit")
    value, atr, levels = _measured(file, file.type, path, notes)
    most = {"percent": 10_000, "rr_ratio": 1000}.get(file.type)
    if most is not None and value > most:
        notes.error("out-of-range", (*path, "value"), f"'{value}' is not at most '{most}'", f"write at most {most}")
    return TakeProfit(file.type, value if levels is None else None, order_type, atr, levels)


def _measured(file: LevelFile, kind: str, path: Path, notes: Notes) -> tuple[Decimal, str | None, Levels | None]:
    """Return (value, feature that it multiplies, columns that it stands at); what lacks and what has no effect is said."""
    if file.atr_feature_id is not None and file.atr_key is not None:
        notes.error("contradiction", (*path, "atr_key"), "'atr_feature_id' and 'atr_key' are both given", "keep one of them", at_key=True)
    atr = file.atr_feature_id or file.atr_key
    needed = {"structure": ("long", "short")}.get(kind, ("value", "atr_feature_id") if kind in _BY_ATR else ("value",))
    given = {"value": file.value, "atr_feature_id": atr, "long": file.long, "short": file.short}
    for key in given:
        if given[key] is not None and key not in needed:
            written = "atr_key" if key == "atr_feature_id" and file.atr_key is not None else key
            fact = f"'{written}' has no effect on the type '{kind}'"
            notes.error("contradiction", (*path, written), fact, f"this type has {' and '.join(needed)}; remove it", at_key=True)
    lacking = [key for key in needed if given[key] is None]
    if kind == "structure":
        if len(lacking) == len(needed):
            fact = "the type 'structure' names no level to stand at"
            notes.error("missing-key", path, fact, "add `long:` and `short:`, columns such as swing.low_level and swing.high_level")
        return Decimal(0), None, Levels(file.long, file.short)
    for key in lacking:
        hint = "add `value:`" if key == "value" else "add `atr_feature_id:`, the id of an atr feature"
        notes.error("missing-key", (*path, key), f"the key '{key}' is missing for the type '{kind}'", hint)
    return file.value or Decimal(0), atr if kind in _BY_ATR else None, None


def _moves(file: RiskFile | RiskModelFile, path: Path, notes: Notes) -> tuple[Trailing | None, BreakEven | None]:
    """Return how the stop moves."""
    even = BreakEven(file.break_even.activation_pct, file.break_even.offset_pct) if file.break_even else None
    if even and even.offset_pct >= even.activation_pct:
        fact = f"the offset '{even.offset_pct}' is not below the activation '{even.activation_pct}': the stop would stand at the price"
        notes.error("contradiction", (*path, "break_even", "offset_pct"), fact, "lower offset_pct, or raise activation_pct")
    trail, path = file.trailing, (*path, "trailing")
    if trail is None:
        return None, even
    if trail.trail_pct is not None and (trail.atr_feature_id is not None or trail.atr_multiplier is not None):
        notes.error("contradiction", (*path, "trail_pct"), "it trails by percent and by ATR", "keep one of them", at_key=True)
    if trail.trail_pct is not None:
        return Trailing("percent", trail.trail_pct, None, trail.activation_pct), even
    if trail.atr_feature_id is None:
        notes.error("missing-key", path, "it has no distance", "add `trail_pct:`, or `atr_feature_id:` with `atr_multiplier:`")
    return Trailing("atr", trail.atr_multiplier or _ATR_MULTIPLIER, trail.atr_feature_id, trail.activation_pct), even


def _older_size(short: RiskFile, account: AccountFile, notes: Notes) -> Decimal:
    """Return the position size in percent of equity; `risk_per_trade_pct` of the older system is that, where no risk model is given."""
    older = account.risk_per_trade_pct
    if older is None:
        return short.max_position_pct
    path = ("account", "risk_per_trade_pct")
    if "max_position_pct" in short.model_fields_set and older != short.max_position_pct:
        fact = f"'risk_per_trade_pct' is '{older}' and risk.max_position_pct is '{short.max_position_pct}'; both are the size of a position"
        notes.error("contradiction", path, fact, "keep risk.max_position_pct", at_key=True)
    else:
        fact = f"'risk_per_trade_pct' is read as in the older system: a position takes '{older}' % of equity, whatever its stop"
        hint = "write risk.max_position_pct for that, or risk_model.sizing: {model: risk_based} to risk so much at the stop"
        notes.note("older-size", path, fact, hint)
    return older


def _check_short(short: RiskFile, notes: Notes) -> None:
    for key in ("stop_loss", "take_profit"):
        if getattr(short, key) is not None and getattr(short, f"{key}_pct") is not None:
            notes.error("contradiction", ("risk", key), f"'{key}' and '{key}_pct' are both given", "keep one of them", at_key=True)


def _check_full(risk: Risk, full: RiskModelFile, account: AccountFile, notes: Notes) -> None:
    if account.risk_per_trade_pct is not None:
        fact = "'risk_per_trade_pct' has no effect beside a risk_model, whose sizing says how large a position is"
        notes.error("contradiction", ("account", "risk_per_trade_pct"), fact, "remove it", at_key=True)
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
