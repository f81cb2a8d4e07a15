"""Rules given by hand: sets with their dates, and the end of a delisted symbol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from trade.base.errors import DataMissing, Malformed
from trade.base.findings import Finding
from trade.base.instrument import Instrument
from trade.base.rules import VALUES
from trade.market.fitting import count_off_grid, off_grid_warning
from trade.market.instants import iso
from trade.market.names import Kind, Series
from trade.market.writer import writing

WORDS = {"tick_size": "tick", "qty_step": "step", "min_qty": "min-qty", "max_qty": "max-qty", "min_notional_usdt": "min-notional"}
NO_MAXIMUM = "none"


def change(store: Path, series: Series, made: Callable[[Instrument], Instrument]) -> tuple[Instrument, list[Finding]]:
    """Commit what is made of an instrument, rows off the tick counted anew, and return it with a warning if there are some.

    Raises DataMissing if the series has none.
    """
    with writing(store) as writer:
        known = writer.manifest.instruments.get(series)
        if known is None:
            raise DataMissing(Finding("series-not-stored", f"no rules of '{series}' are stored in '{store}'", "see 'trade data info'"))
        fresh = made(known)
        if fresh != known:
            writer.commit(count_off_grid(writer, writer.manifest.with_instrument(series, fresh), series, ()))
        return fresh, off_grid_warning(writer.manifest.of(series, Kind.BARS), fresh)


def with_values(instrument: Instrument, from_ms: int, values: Mapping[str, Decimal | None]) -> Instrument:
    """Return the instrument with other values from an instant on (0: from the first on); what is not named stays as it is then.

    `values` has names of `base.rules.VALUES`; a `max_qty` of None is no maximum. A minimum that nobody names follows the step. Raises
    Malformed if they contradict.
    """
    now = instrument.rules_at(from_ms)
    said = " and ".join(f"{WORDS[name]} {NO_MAXIMUM if value is None else value}" for name, value in values.items())
    source = f"{now.source.partition('; ')[0]}; {said} given by hand"
    named: dict[str, Any] = {name: values.get(name, getattr(now, name)) for name in VALUES}
    rules = replace(now, from_ms=max(from_ms, 0), source=source, **named)
    if "min_qty" not in values:
        rules = replace(rules, min_qty=max(rules.qty_step, rules.min_qty - rules.min_qty % rules.qty_step))
    if rules.max_qty is not None and rules.min_qty > rules.max_qty:
        fact = f"the minimum quantity '{rules.min_qty}' is above the maximum '{rules.max_qty}'"
        raise Malformed(Finding("rules-contradict", fact, "name both with --min-qty and --max-qty"))
    return instrument.with_rules(rules)


def without(instrument: Instrument, from_ms: int) -> Instrument:
    """Return the instrument without the set that begins at an instant. Raises Malformed if none does."""
    later = tuple(rules for rules in instrument.later_rules if rules.from_ms != from_ms)
    if later == instrument.later_rules:
        dates = ", ".join(f"'{iso(rules.from_ms)}'" for rules in later) or "none but the first, which cannot be removed"
        raise Malformed(Finding("no-such-rules", f"no rules begin at '{iso(from_ms)}'", f"there are: {dates}"))
    return replace(instrument, later_rules=later)
