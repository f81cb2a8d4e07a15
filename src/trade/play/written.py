"""What to write in the place of a value, or of a key, that belongs to another form: literally, so that it can be copied."""

from __future__ import annotations

from trade.base.places import Path
from trade.play.scalars import as_text

# A map that is right in the place of what is none, by its section and its key.
_MAPS = {
    "timeframes": "{low_tf: 15m, exec: low_tf}",
    "account": "{max_leverage: 3}",
    "fee_model": "{taker_bps: 5.5, maker_bps: 2}",
    "params": "{length: 14}",
    "stop_loss": "{type: percent, value: 2}",
    "take_profit": "{type: percent, value: 4}",
    "sizing": "{model: percent_equity, value: 50}",
    "position_policy": "{mode: long_only, exit_mode: sl_tp_only}",
    "risk": "{stop_loss_pct: 2, take_profit_pct: 4}",
    "risk_model": "{stop_loss: {type: percent, value: 2}, take_profit: {type: rr_ratio, value: 2}}",
    "execution": "{intrabar: worst}",
    "validation": "{pattern: trending}",
}
# Keys of the whole file that other programs have, and what says the same here.
OTHER_TOPS = {
    "backtest": "write account.starting_equity_usdt and account.slippage_bps",
    "blocks": "write the list of blocks under actions",
}


def after_a_comma(section: object, key: object) -> str:
    """Return the number of which a comma made a value and a key, as in `{equity: 10,000}`; empty where that is not so."""
    if not isinstance(section, dict) or not str(key).isdigit() or section.get(key) is not None:
        return ""
    keys = list(section)
    before = section[keys[keys.index(key) - 1]] if keys.index(key) else None
    if not isinstance(before, int | float) or isinstance(before, bool):
        return ""
    thousands = len(str(key)) == 3 and isinstance(before, int)
    return f"{as_text(before)}{'' if thousands else '.'}{key}"


def instead_of_value(path: Path, value: object) -> str:
    """Return what to write where a map was wanted and something else stands; empty where no example fits."""
    section, key = str(path[0]), str(path[-1])
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if section == "risk" and key in ("stop_loss", "take_profit") and number:
        return f"write `{key}_pct: {as_text(value)}`, or `{key}: {_MAPS[key]}`"
    if key in ("stop_loss", "take_profit") and number:
        return f"write `{key}: {{type: percent, value: {as_text(value)}}}`"
    if key == "fee_model" and number:
        return f"write `{key}: {{taker_bps: {as_text(value)}, maker_bps: 2}}`"
    if path == ("entry",):
        return "write conditions under actions, as `entry_long:`"
    if section == "features" and len(path) == 2:
        name = value if isinstance(value, str) else "rsi"
        return f"write `{key}: {{indicator: {name}}}`"
    return f"write `{key}: {_MAPS[key]}`" if key in _MAPS else ""
