"""The listing and the rules of a symbol in ccxt's unified words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trade.base.errors import Refused
from trade.base.findings import Finding, Severity
from trade.base.instrument import Instrument
from trade.base.timeframe import HOUR_MS
from trade.market.instruments import generic, packaged
from trade.market.names import Series
from trade.sync.listing import Listing, not_listed
from trade.sync.patience import Patience
from trade.sync.port import Answer, Endpoint

_USUAL_FUNDING_MS = 8 * HOUR_MS  # the stored payments say more; this is for the first ones
_RULES = ("tick_size", "qty_step", "min_qty", "max_qty", "min_notional_usdt", "taker_bps", "maker_bps")


def listing(patience: Patience, series: Series) -> Listing:
    """Return how the exchange lists a symbol: by base and quote, BTCUSDT, else by the exchange's own name. Raises DataMissing."""
    rows = patience.ask(Endpoint.INSTRUMENTS, {"market": series.market}, _rows)
    found = [row for row in rows if row["name"] == series.symbol] or [row for row in rows if row["id"] == series.symbol]
    if not found:
        raise not_listed(series, sorted({row["name"] for row in rows}))
    row = found[0]
    return Listing(series, row["created_ms"] or 0, 0, _USUAL_FUNDING_MS, row, _notes(series, row))


def rules(patience: Patience, listed: Listing, known: Instrument | None, server_ms: int) -> Instrument:
    """Return the instrument of a listing; equal rules keep the known one, and what the exchange does not say stays as it was known.

    Tiers are not public on most exchanges: a symbol that is in no table gets none, and a Play names its `maintenance_margin_rate`.
    """
    del patience
    told: dict[str, Decimal] = {name: listed.row[name] for name in _RULES if listed.row[name] is not None}
    base = known or packaged(listed.series) or _unknown(listed, told)
    day = datetime.fromtimestamp(server_ms / 1000, UTC).strftime("%Y-%m-%d")
    fresh = replace(base, **told, source=f"{listed.series.venue} {day}")  # type: ignore[arg-type]
    return known if known is not None and replace(fresh, source=known.source) == known else fresh


def _rows(answer: Answer) -> list[Mapping[str, Any]]:
    return list(answer.result["list"])


def _unknown(listed: Listing, told: Mapping[str, Decimal]) -> Instrument:
    lacking = [name for name in ("tick_size", "qty_step") if name not in told]
    if lacking:
        fact = f"{listed.series.venue} does not say {' and '.join(lacking)} of '{listed.series}'"
        raise Refused(Finding("exchange-unreadable", fact, "import a file of its bars with '--tick' and '--step' first"))
    return replace(generic(listed.series, told["tick_size"], told["qty_step"]), tier_tables=())


def _notes(series: Series, row: Mapping[str, Any]) -> tuple[Finding, ...]:
    size = row["contract_size"]
    if size in (None, Decimal(1)):
        return ()
    fact = f"a contract of '{series}' is '{size}' of its base, and {series.venue} may count the volume of its bars in contracts"
    hint = "compare it with another source before a rule reads volume; prices and quantities are in base"
    return (Finding("volume-in-contracts", fact, hint, Severity.WARNING, data={"series": series.key, "contract_size": str(size)}),)
