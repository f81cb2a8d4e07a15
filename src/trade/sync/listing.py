"""The rules of a listed symbol: instruments-info and its risk-limit tiers, as a dated instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from trade.base.errors import DataMissing, Refused
from trade.base.findings import Finding
from trade.base.instrument import Instrument, Tier, TierTable
from trade.base.nearest import nearest
from trade.base.rules import Rules
from trade.base.timeframe import MINUTE_MS
from trade.market.instruments import generic, is_proposed, packaged
from trade.market.names import Series
from trade.sync.patience import Patience
from trade.sync.port import Answer, Endpoint, Next, Trouble

_PARAMETER_ERROR = 10001  # what an unknown symbol gets, where it does not get an empty list
_CLOSED = "Closed"
_STATUSES = ("", "Delivering", _CLOSED)  # without one only what is traded is listed; the delisted are asked for by name
_PAGE = 1000
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """A symbol as the exchange lists it: traded in [launch_ms, delivery_ms), delivery 0 for none; funding interval in ms.

    `row` is what the exchange said, in its own words; `notes` are what a reader of its rows should know.
    """

    series: Series
    launch_ms: int
    delivery_ms: int
    funding_interval_ms: int
    row: Row
    notes: tuple[Finding, ...] = ()


def listing(patience: Patience, series: Series) -> Listing:
    """Return how the exchange lists a symbol. Raises DataMissing if it does not, with the nearest names; Refused on giving up."""
    for status in _STATUSES:
        found = [row for row in _named(patience, series, status) if row.get("symbol") == series.symbol]
        if found:
            return _listing(series, found[0])
    raise _not_listed(patience, series)


def _named(patience: Patience, series: Series, status: str) -> tuple[Row, ...]:
    """Return what the exchange lists under a name: nothing for a name it does not know."""
    params = {"category": series.market, "symbol": series.symbol, **({"status": status} if status else {})}
    try:
        return patience.ask(Endpoint.INSTRUMENTS, params, _page).rows
    except Refused as refused:
        if refused.findings[0].data.get("code") != _PARAMETER_ERROR:
            raise
        return ()


def rules(patience: Patience, listed: Listing, known: Instrument | None, server_ms: int) -> Instrument:
    """Return the instrument of a listing. Equal rules keep the known one, so that a sync changes no digest without a cause.

    Rules and tiers come with the date on which they were seen first; older ones stay, unless they were only proposed from data.
    Fees are not public: they stay as they were known. What is or will be delisted gets its last instant (END-2); the tiers of what
    is closed are no longer published, it has those that are known.
    """
    series = listed.series
    published = () if listed.row.get("status") == _CLOSED else _tiers(patience, series)
    tiers = tuple(sorted(published, key=lambda tier: tier.limit_usdt))
    day = datetime.fromtimestamp(server_ms / 1000, UTC).strftime("%Y-%m-%d")
    try:
        seen = _seen(listed, server_ms, f"{series.venue} {day}")
    except (KeyError, TypeError, InvalidOperation) as error:
        fact = f"the rules of '{series}' cannot be read: no {error}"
        raise Refused(Finding("exchange-unreadable", fact, "report it, with the answer of 'instruments-info'")) from error
    fresh = _first(listed, seen, tiers) if known is None else _later(known, seen)
    delisted_ms = listed.delivery_ms or fresh.delisted_ms
    fresh = replace(fresh, tier_tables=_dated(fresh, tiers, server_ms), delisted_ms=delisted_ms)
    return known if known is not None and replace(fresh, source=known.source) == known else fresh


def _seen(listed: Listing, server_ms: int, source: str) -> Rules:
    """Return the rules of a listing, in force from the instant they were seen."""
    price, lot = listed.row["priceFilter"], listed.row["lotSizeFilter"]
    values = price["tickSize"], lot["qtyStep"], lot["minOrderQty"], lot["maxOrderQty"], lot["minNotionalValue"]
    tick, step, least, most, notional = (_plain(value) for value in values)
    return Rules(server_ms, tick, step, least, most, notional, source)


def _first(listed: Listing, seen: Rules, tiers: tuple[Tier, ...]) -> Instrument:
    """Return the instrument of a listing that is seen for the first time: its rules are all that is known of its past."""
    cautious = generic(listed.series, seen.tick_size, seen.qty_step)
    base = packaged(listed.series) or (replace(cautious, tier_tables=()) if tiers else cautious)
    return _later(base, seen) if base.later_rules else base.with_rules(replace(seen, from_ms=0))


def _later(known: Instrument, seen: Rules) -> Instrument:
    """Return the instrument with the rules from the instant they were seen, unless they are in force then anyway.

    What was only proposed from data was never in force: it gives way to the first rules that are seen.
    """
    if is_proposed(known) and not known.later_rules:
        return known.with_rules(replace(seen, from_ms=0))
    now = known.rules_at(seen.from_ms)
    return known if replace(seen, from_ms=now.from_ms, source=now.source) == now else known.with_rules(seen)


def _dated(instrument: Instrument, tiers: tuple[Tier, ...], seen_ms: int) -> tuple[TierTable, ...]:
    """Return the tables with the tiers in force from the instant they were seen, unless they are in force then anyway."""
    tables = instrument.tier_tables
    if not tiers or (tables and instrument.tiers_at(seen_ms) == tiers):
        return tables
    others = [table for table in tables if table.from_ms != seen_ms]
    return tuple(sorted((*others, TierTable(seen_ms, tiers)), key=lambda table: table.from_ms))


def _plain(text: str) -> Decimal:
    """Return a number without trailing zeros and without an exponent, so that '0.10' and '1190.000' are 0.1 and 1190."""
    return Decimal(f"{Decimal(text).normalize():f}")


@dataclass(frozen=True)
class _Rows:
    rows: tuple[Row, ...]
    cursor: str


def _page(answer: Answer) -> _Rows:
    rows, cursor = answer.result.get("list"), answer.result.get("nextPageCursor") or ""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not isinstance(cursor, str):
        raise Trouble("a page that cannot be read", Next.AGAIN)
    return _Rows(tuple(rows), cursor)


def _all(patience: Patience, endpoint: Endpoint, params: Mapping[str, str | int]) -> Iterator[Row]:
    """Yield the rows of every page; a cursor that leads nowhere new ends it."""
    seen = {""}
    cursor: Mapping[str, str | int] = {}
    while True:
        page = patience.ask(endpoint, {**params, **cursor}, _page)
        yield from page.rows
        if page.cursor in seen:
            return
        seen.add(page.cursor)
        cursor = {"cursor": page.cursor}


def _tiers(patience: Patience, series: Series) -> Iterator[Tier]:
    for row in _all(patience, Endpoint.RISK_LIMIT, {"category": series.market, "symbol": series.symbol}):
        if row.get("symbol") == series.symbol:
            yield _tier(row)


def _tier(row: Row) -> Tier:
    try:
        limit, mmr, leverage = (_plain(row[name]) for name in ("riskLimitValue", "maintenanceMargin", "maxLeverage"))
        deduction = _plain(row["mmDeduction"] or "0")  # "" in the first tier
    except (KeyError, TypeError, InvalidOperation) as error:
        fact = f"a risk-limit tier of '{row.get('symbol')}' cannot be read: {dict(row)}"
        raise Refused(Finding("exchange-unreadable", fact, "report it, with the answer of 'risk-limit'")) from error
    return Tier(limit, mmr, leverage, deduction)


def _listing(series: Series, row: Row) -> Listing:
    try:
        launch_ms, delivery_ms, minutes = int(row["launchTime"]), int(row.get("deliveryTime") or 0), int(row["fundingInterval"])
    except (KeyError, TypeError, ValueError) as error:
        fact = f"the listing of '{series}' cannot be read: {error}"
        raise Refused(Finding("exchange-unreadable", fact, "report it, with the answer of 'instruments-info'")) from error
    return Listing(series, launch_ms, delivery_ms, minutes * MINUTE_MS, row)


def _not_listed(patience: Patience, series: Series) -> DataMissing:
    rows = _all(patience, Endpoint.INSTRUMENTS, {"category": series.market, "limit": _PAGE})
    return not_listed(series, sorted({str(row.get("symbol")) for row in rows}))


def not_listed(series: Series, names: Sequence[str]) -> DataMissing:
    """Return that a symbol is none of those that are listed, with the nearest ones."""
    near = nearest(series.symbol, names, most=3, among=len(names))
    hint = f"did you mean '{near[0]}'?" if near else f"'{len(names)}' symbols are listed, none with a name like it"
    fact = f"{series.venue} lists no {series.market} symbol '{series.symbol}'"
    return DataMissing(Finding("symbol-not-listed", fact, hint, data={"nearest": near}))
