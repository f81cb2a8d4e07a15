"""What preflight finds missing of a series that can be synced, as requests to its exchange: that, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trade.base.errors import DataMissing
from trade.base.findings import Finding
from trade.base.history import Window
from trade.features.plan import plan_features
from trade.gates.preflight import PREFLIGHT
from trade.market.names import Kind, Series
from trade.run.accepted import AcceptedPlay
from trade.run.execute import Looked, look, reads_open_interest
from trade.run.names import CATALOGUE
from trade.run.request import Doors, Request
from trade.sync.request import MARKET, VENUE, SyncRequest, syncs_itself

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Wanted:
    """What to sync so that preflight finds more; where that is nothing, what was loaded to find it out, for the run to go on with."""

    requests: tuple[SyncRequest, ...]
    looked: Looked | None = None


def wanted_history(request: Request, doors: Doors, accepted: AcceptedPlay) -> Wanted:
    """Return what to sync; nothing for a series of another venue.

    Raises DataMissing where nothing is stored and the window is not named, or the symbol belongs to another venue.
    """
    symbol = request.series or accepted.play.symbol
    market = doors.market_of(request.origin, symbol)
    try:
        series = market.resolve(symbol)
    except DataMissing:
        return Wanted((_everything(request, accepted, _unstored(symbol)),))
    if not syncs_itself(series):
        return Wanted(())
    looked = look(request, doors, accepted)
    case = looked.case
    found = PREFLIGHT.findings(case)
    spans = (
        (Kind.BARS, _bars(found, case.settle_start_ms)),
        (Kind.FUNDING, _funding(found, case.window)),
        (Kind.OI, _open_interest(found)),
    )
    requests = tuple(
        SyncRequest((series,), (kind,), False, min(first for first, _ in missing), max(end for _, end in missing))
        for kind, missing in spans
        if missing
    )
    return Wanted(requests, None if requests else looked)


def _unstored(symbol: str) -> Series:
    """Return the series that a symbol without stored bars means. Raises DataMissing if its exchange is none that can be synced."""
    parts = symbol.split(":") if ":" in symbol else [VENUE, MARKET, symbol]
    if parts[:2] != [VENUE, MARKET]:
        hint = (
            f"a run syncs only '{VENUE}:{MARKET}:SYMBOL' by itself; bring others in with 'trade data sync --venue' or 'trade data import'"
        )
        raise DataMissing(Finding("symbol-not-stored", f"no bars of '{symbol}' are stored", hint))
    return Series(*parts)


def _everything(request: Request, accepted: AcceptedPlay, series: Series) -> SyncRequest:
    if request.from_ms is None or request.to_ms is None:
        fact = f"nothing of '{series}' is stored, so the window of the run is not known"
        raise DataMissing(Finding("window-unknown", fact, "name it with --from and --to"))
    start_ms = plan_features(accepted.play, CATALOGUE).history_start_ms(request.from_ms)
    kinds = (Kind.BARS, Kind.FUNDING, *([Kind.OI] if reads_open_interest(accepted) else []))
    return SyncRequest((series,), kinds, True, min(start_ms, request.from_ms), request.to_ms)


def _bars(found: Iterable[Finding], settle_start_ms: int) -> Spans:
    spans: Spans = []
    for finding in found:
        data = finding.data
        spans.extend((first, end) for first, end in data.get("gaps", ()))
        spans.extend((settle_start_ms, end) for _, end in data.get("missing", ()))  # without bars, nothing is said of the warm-up
        if "wanted_ms" in data:
            spans.append((data["wanted_ms"], data["history_starts_ms"]))
    return spans


def _funding(found: Iterable[Finding], window: Window) -> Spans:
    spans: Spans = []
    for finding in found:
        if finding.code == "no-funding":
            spans.append((window.from_ms, window.to_ms))
        if finding.code == "funding-hole":
            spans.append((finding.data["from_ms"], finding.data["to_ms"]))
    return spans


def _open_interest(found: Iterable[Finding]) -> Spans:
    codes = ("unstored-series", "open-interest-hole")
    return [(finding.data["from_ms"], finding.data["to_ms"]) for finding in found if finding.code in codes]
