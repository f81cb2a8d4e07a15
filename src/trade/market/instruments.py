"""The packaged, dated table of instruments, and the way an instrument goes into the manifest and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

from trade.base.calendar import ALWAYS
from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.instrument import Instrument, Tier, TierTable
from trade.base.rules import VALUES, Rules
from trade.market.names import Series

ANY_VENUE = "*"
_PROPOSED = "tick and step proposed from data at import"


def packaged(series: Series) -> Instrument | None:
    """Return the rules of the table: those of the venue, else those given for any venue, else None.

    Bars of one venue stand in for the same symbol of another, so the rules of the simulated venue hold for both.
    """
    table = _table()
    for venue in (series.venue, ANY_VENUE):
        raw = table["instruments"].get(f"{venue}:{series.market}:{series.symbol}")
        if raw is not None:
            return _build(series, raw, f"packaged {table['dated']}")
    return None


def generic(series: Series, tick_size: Decimal, qty_step: Decimal) -> Instrument:
    """Return cautious rules for a symbol the table does not know, on a grid proposed from its data."""
    table = _table()
    grid = {"tick_size": str(tick_size), "qty_step": str(qty_step), "min_qty": str(qty_step)}
    return _build(series, {**table["generic"], **grid}, f"generic {table['dated']}, {_PROPOSED}")


def is_proposed(instrument: Instrument) -> bool:
    """Return whether tick and step are a guess from data, on which nobody has said anything yet."""
    return instrument.source.endswith(_PROPOSED)


def overridden(instrument: Instrument, tick_size: Decimal | None, qty_step: Decimal | None) -> Instrument:
    """Return the instrument on the grid the user named at import, at all times."""
    if tick_size is None and qty_step is None:
        return instrument
    for rules in instrument.rule_tables:
        step = rules.qty_step if qty_step is None else qty_step
        named = replace(
            rules,
            tick_size=rules.tick_size if tick_size is None else tick_size,
            qty_step=step,
            min_qty=max(step, rules.min_qty - rules.min_qty % step),
            source=_overridden_source(rules.source, tick_size, qty_step),
        )
        instrument = instrument.with_rules(named)
    return instrument


_PLACES = 18  # of the finest tokens; a decimal of a billion places is never counted to its end


def parse_grid(text: str | None, option: str, or_zero: bool = False) -> Decimal | None:
    """Return the value of `--tick`, `--step` and the like. Raises Malformed unless it is a finite number above 0."""
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or value < 0 or (value == 0 and not or_zero):
        raise Malformed(Finding("bad-grid", f"'{text}' is not a number above 0", f"write {option} like '{option} 0.01'"))
    last_place = value.as_tuple().exponent
    if not isinstance(last_place, int) or not -_PLACES <= last_place <= value.adjusted() <= _PLACES:
        fact = f"'{text}' has more than '{_PLACES}' places before or after the point"
        raise Malformed(Finding("bad-grid", fact, f"write {option} like '{option} 0.01'"))
    return value


def from_json(raw: dict[str, Any]) -> Instrument:
    """Return the instrument that `Instrument.as_json` wrote."""
    tables = tuple(TierTable(table["from_ms"], tuple(Tier(*map(Decimal, row)) for row in table["tiers"])) for table in raw["tier_tables"])
    later = tuple(_rules(rules["from_ms"], rules, rules["source"]) for rules in raw.get("later_rules", ()))
    made = _instrument(Series(raw["venue"], raw["market"], raw["symbol"]), raw, tables, later, raw["source"])
    return replace(made, calendar=raw.get("calendar", ALWAYS), delisted_ms=raw.get("delisted_ms"))


def _instrument(series: Series, raw: dict[str, Any], tiers: tuple[TierTable, ...], later: tuple[Rules, ...], source: str) -> Instrument:
    first, taker, maker = _rules(0, raw, source), Decimal(raw["taker_bps"]), Decimal(raw["maker_bps"])
    grid = first.tick_size, first.qty_step, first.min_qty, first.max_qty, first.min_notional_usdt
    return Instrument(series.venue, series.market, series.symbol, *grid, taker, maker, tiers, source, later_rules=later)


def _rules(from_ms: int, raw: dict[str, Any], source: str) -> Rules:
    tick, step, least, notional = (Decimal(raw[name]) for name in VALUES if name != "max_qty")
    most = None if raw["max_qty"] is None else Decimal(raw["max_qty"])
    return Rules(from_ms, tick, step, least, most, notional, source)


def _overridden_source(source: str, tick_size: Decimal | None, qty_step: Decimal | None) -> str:
    base = source.partition("; ")[0]
    said = [f"{name} {value}" for name, value in (("tick", tick_size), ("step", qty_step)) if value is not None]
    return f"{base}; {' and '.join(said)} given at import"


def _build(series: Series, raw: dict[str, Any], source: str) -> Instrument:
    dated = _table()["tiers"][raw["tiers"]]
    tables = tuple(TierTable(_midnight_ms(table["from"]), tuple(Tier(*map(Decimal, row)) for row in table["rows"])) for table in dated)
    later = tuple(_rules(_midnight_ms(rules["from"]), {**raw, **rules}, source) for rules in raw.get("later_rules", ()))
    return _instrument(series, raw, tables, later, source)


def _midnight_ms(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000


@cache
def _table() -> Any:
    return json.loads((files("trade.market") / "instruments.json").read_text(encoding="utf-8"))
