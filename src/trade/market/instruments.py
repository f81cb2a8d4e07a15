"""The packaged, dated table of instruments, and what a user may set of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.instrument import Instrument
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


def _overridden_source(source: str, tick_size: Decimal | None, qty_step: Decimal | None) -> str:
    base = source.partition("; ")[0]
    said = [f"{name} {value}" for name, value in (("tick", tick_size), ("step", qty_step)) if value is not None]
    return f"{base}; {' and '.join(said)} given at import"


def _build(series: Series, raw: dict[str, Any], source: str) -> Instrument:
    """Return the instrument that a row of the table describes, which has days for instants and names its tiers."""
    named = {"venue": series.venue, "market": series.market, "symbol": series.symbol, "source": source}
    tables = [{"from_ms": _midnight_ms(table["from"]), "tiers": table["rows"]} for table in _table()["tiers"][raw["tiers"]]]
    later = [{**raw, **rules, "from_ms": _midnight_ms(rules["from"]), "source": source} for rules in raw.get("later_rules", ())]
    return Instrument.from_json({**raw, **named, "tier_tables": tables, "later_rules": later})


def _midnight_ms(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000


@cache
def _table() -> Any:
    return json.loads((files("trade.market") / "instruments.json").read_text(encoding="utf-8"))
