"""Accepted gaps as spans: what is left of them when a span of the series goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trade.market.manifest import AcceptedGap
from trade.market.spans import without


def cut(gaps: Iterable[AcceptedGap], start_ms: int, end_ms: int) -> Iterator[AcceptedGap]:
    """Yield what is left of gaps outside a span."""
    for gap in gaps:
        for left_ms, right_ms in without([(gap.start_ms, gap.end_ms)], [(start_ms, end_ms)]):
            yield AcceptedGap(left_ms, right_ms, gap.reason)
