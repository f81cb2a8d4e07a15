"""The `entry` section: how an entry is ordered."""

from __future__ import annotations

from decimal import Decimal

from trade.play.models import EntryFile
from trade.play.notes import Notes
from trade.play.spec import EntryOrder

_PATH = ("entry",)
_OFFSETS = {"offset_pct": "pct", "limit_offset_pct": "pct", "offset_ticks": "ticks", "offset_atr": "atr"}


def build_entry(file: EntryFile, notes: Notes) -> EntryOrder:
    """Return the order of an entry; what contradicts itself is said."""
    given = [key for key in _OFFSETS if getattr(file, key) is not None]
    if len(given) > 1:
        notes.error("contradiction", (*_PATH, given[1]), f"'{given[0]}' and '{given[1]}' are both given", "keep one of them", at_key=True)
    if file.order_type == "MARKET":
        _check_market(file, [key for key in given if getattr(file, key)], notes)
        return EntryOrder()
    if file.order_type == "STOP" and not any(getattr(file, key) for key in given):
        hint = "add offset_pct, offset_ticks or offset_atr, or enter at MARKET"
        notes.error("missing-key", (*_PATH, "order_type"), "a stop entry without an offset stands at the close itself", hint)
    if file.order_type == "STOP" and file.time_in_force == "PostOnly":
        notes.error("contradiction", (*_PATH, "time_in_force"), "a stop entry takes once it is triggered", "write `time_in_force: GTC`")
    if (file.offset_atr is None) != (file.atr_feature_id is None):
        key, other = ("atr_feature_id", "offset_atr") if file.offset_atr is None else ("offset_atr", "atr_feature_id")
        notes.error("missing-key", (*_PATH, key), f"'{key}' has no effect without '{other}'", f"add `{other}:`, or remove it")
    key = given[0] if given else "offset_pct"
    return EntryOrder(
        file.order_type,
        _OFFSETS[key],
        Decimal(getattr(file, key) or 0),
        file.atr_feature_id if file.offset_atr is not None else None,
        file.time_in_force,
        file.expire_after_bars,
    )


def _check_market(file: EntryFile, offsets: list[str], notes: Notes) -> None:
    """Refuse what only an order that waits can have."""
    useless = [*offsets, *(["atr_feature_id"] if file.atr_feature_id is not None else [])]
    useless += ["expire_after_bars"] if file.expire_after_bars else []
    for key in useless:
        fact = f"'{key}' has no effect on an entry at market"
        notes.error("contradiction", (*_PATH, key), fact, "write `order_type: LIMIT` or STOP, or remove it", at_key=True)
    if file.time_in_force == "PostOnly":
        notes.error("contradiction", (*_PATH, "time_in_force"), "an entry at market takes, it cannot rest", "write `order_type: LIMIT`")
