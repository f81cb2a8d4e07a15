"""What MetaTrader's exports leave open: where their clock is, and whether their volume was traded."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.findings import Finding, Place, Severity
from trade.files.layouts import Layout, key


def metatrader_warnings(layout: Layout, file: str) -> Iterator[Finding]:
    """Yield what the user should know of a file that MetaTrader 5 wrote."""
    fact = "MetaTrader writes the clock of the broker, often UTC+2 or UTC+3, and not which one it is; it was taken as UTC"
    hint = "shift the clock of the file if the broker's is another, delete the rows, and import it again"
    yield Finding("clock-taken-as-utc", fact, hint, Severity.WARNING, Place(file))
    if key(layout.values.get("volume", "")) == "tickvol":
        fact = "the file knows no traded volume: '<VOL>' is zero; the count of ticks in '<TICKVOL>' was stored"
        yield Finding("volume-counts-ticks", fact, "do not use the volume as an amount of coins", Severity.WARNING, Place(file))
