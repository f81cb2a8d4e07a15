"""Which instrument an import gets, and whether the prices fit its tick: they are never rounded silently (FILL-10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from trade.base.errors import Malformed
from trade.base.findings import Finding, Severity
from trade.base.instrument import Instrument
from trade.market.columns import Columns, join, price_names, take
from trade.market.instruments import generic, overridden, packaged
from trade.market.manifest import Manifest, Month
from trade.market.names import Kind, Series
from trade.market.ticks import TOLERATED_FRAC, off_grid_rows, propose_finer, propose_quantity_step, propose_tick
from trade.market.writer import Writer

_SAMPLE_ROWS = 50_000


@dataclass(frozen=True)
class GridOptions:
    """What the user said about the grid at import."""

    tick_size: Decimal | None = None
    qty_step: Decimal | None = None


def choose_instrument(writer: Writer, series: Series, months: Sequence[Month], options: GridOptions) -> Instrument:
    """Return the stored instrument, else the packaged one, else a generic one on the grid its bars show; then the user's word.

    Raises Malformed when the prices show no tick and none is given.
    """
    known = writer.draft.instruments.get(series) or packaged(series)
    if known is None:
        known = _propose(series, _sample(writer, Kind.BARS, months), options)
    return overridden(known, options.tick_size, options.qty_step)


def count_off_grid(writer: Writer, manifest: Manifest, series: Series, touched: Collection[str]) -> Manifest:
    """Return the manifest with the off-grid rows counted: of the touched months, or of all if ticks or their dates changed."""
    instrument, before = manifest.instruments[series], writer.draft.instruments.get(series)
    same_ticks = before is not None and _ticks(before) == _ticks(instrument)
    for kind in (Kind.BARS, Kind.MARK):
        months = {m.month: m for m in manifest.of(series, kind)}
        for name in months:
            if name in touched or not same_ticks:
                off = off_grid_rows(writer.rows(kind, [months[name]]), price_names(kind), instrument)
                months[name] = replace(months[name], off_grid=off)
        manifest = manifest.with_series(series, kind, months)
    return manifest


def require_fit(writer: Writer, kind: Kind, months: Sequence[Month], instrument: Instrument, options: GridOptions) -> list[Finding]:
    """Return a warning if some rows of the touched months are off the grid. Raises Malformed if more than 0.1 % are.

    Bars with a tick given by the user, and mark prices, which nobody trades at, are only warned about.
    """
    rows, off, said = sum(m.rows for m in months), sum(m.off_grid for m in months), off_grid_warning(months, instrument)
    if off <= TOLERATED_FRAC * rows or options.tick_size is not None or kind is Kind.MARK:
        return said
    proposed = propose_tick([_sample(writer, kind, months)[name] for name in price_names(kind)])
    hint = "no tick fits the prices; name one with '--tick'" if proposed is None else f"the prices fit '--tick {proposed:f}'"
    if instrument.later_rules:
        hint = f"see the dates of the ticks with 'trade data rules'; {hint}"
    data = {"rows": off, "tick": None if proposed is None else f"{proposed:f}"}
    raise Malformed(Finding("tick-does-not-fit", said[0].fact, hint, data=data))


def off_grid_warning(months: Sequence[Month], instrument: Instrument) -> list[Finding]:
    """Return a warning if some rows of months are off the ticks in force at their instants."""
    rows, off = sum(m.rows for m in months), sum(m.off_grid for m in months)
    if not off:
        return []
    ticks = ", then ".join(f"'{tick}'" for _, tick in _ticks(instrument))
    fact = f"'{off}' of '{rows}' rows have prices that are no multiple of the tick {ticks} ({instrument.source})"
    return [Finding("prices-off-grid", fact, "they will be rounded to the nearest tick", Severity.WARNING, data={"rows": off})]


def _ticks(instrument: Instrument) -> list[tuple[int, Decimal]]:
    return [(rules.from_ms, rules.tick_size) for rules in instrument.rule_tables]


def _propose(series: Series, sample: Columns, options: GridOptions) -> Instrument:
    prices = [sample[name] for name in price_names(Kind.BARS)]
    tick = options.tick_size or propose_tick(prices)
    if tick is None:
        fact = f"'{series}' is not in the packaged table, and its prices show no tick of '1e-8' or more"
        finer = propose_finer(prices)
        hint = "name the tick with '--tick'" if finer is None else f"the prices fit '--tick {finer:f}'"
        raise Malformed(Finding("tick-unknown", fact, hint, data={"tick": None if finer is None else f"{finer:f}"}))
    step = options.qty_step or propose_quantity_step(sample["volume"], float(sample["close"][-1]))
    return generic(series, tick, step)


def _sample(writer: Writer, kind: Kind, months: Sequence[Month]) -> Columns:
    """Return rows spread evenly over the months, copied: a view would keep every month in memory."""
    stride = -(-sum(m.rows for m in months) // _SAMPLE_ROWS)
    return join([take(writer.rows(kind, [month]), np.arange(0, month.rows, stride)) for month in months])
