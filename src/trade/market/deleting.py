"""Removal of stored series."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trade.base.errors import DataMissing
from trade.base.findings import Finding
from trade.market.manifest import Manifest
from trade.market.names import Kind, Series
from trade.market.writer import writing


def delete_series(store: Path, series: Series, kinds: Iterable[Kind]) -> int:
    """Remove the kinds of a series in one commit and return how many rows went. Raises DataMissing if none of them is stored.

    The files stay for an hour, and as long as a reader holds an older snapshot. With the bars their accepted gaps go, with the
    last price series its instrument.
    """
    with writing(store) as writer:
        gone = [kind for kind in kinds if (series, kind) in writer.manifest.months]
        if not gone:
            raise DataMissing(Finding("series-not-stored", f"nothing of '{series}' to delete in '{store}'", "see 'trade data info'"))
        rows = sum(month.rows for kind in gone for month in writer.manifest.of(series, kind))
        writer.commit(_without(writer.manifest, series, gone))
    return rows


def _without(manifest: Manifest, series: Series, kinds: list[Kind]) -> Manifest:
    for kind in kinds:
        manifest = manifest.with_series(series, kind, {})
    if (series, Kind.BARS) not in manifest.months:
        manifest = manifest.with_accepted_gaps(series, ())
    if not any((series, kind) in manifest.months for kind in (Kind.BARS, Kind.MARK)):
        manifest = manifest.with_instrument(series, None)
    return manifest
