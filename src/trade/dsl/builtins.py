"""The operands every Play may use without declaring them."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.catalogue import Output, ValueType
from trade.base.timeframe import WEEKDAYS

VALUE = "value"
BASE_PRICES = ("last_price", "mark_price")
PARTS: Mapping[str, Output] = {
    "hour_utc": Output(VALUE, ValueType.INT, low=0, high=23),
    "minute_utc": Output(VALUE, ValueType.INT, low=0, high=59),
    "weekday_utc": Output(VALUE, ValueType.INT, low=0, high=6, words=WEEKDAYS),
}
EXEC_COLUMNS: Mapping[str, Output] = {name: Output(VALUE, low=0) for name in ("open", "high", "low", "close", "volume")}
BASE_COLUMNS: Mapping[str, Output] = {
    "last_price": Output(VALUE, low=0),
    "mark_price": Output(VALUE, low=0),
    "funding_rate": Output(VALUE),
    "open_interest": Output(VALUE, low=0),
}
BUILTINS: Mapping[str, Output] = {**EXEC_COLUMNS, **BASE_COLUMNS, **PARTS}
