from __future__ import annotations

import pytest

from trade.gates.text import span
from trade.market.instants import iso


@pytest.mark.parametrize(
    ("ts_ms", "text"),
    [
        (0, "1970-01-01 00:00"),
        (1_679_661_659_999, "2023-03-24 12:40"),
        (-77_000_000_000_000, "-471-12-20 07:06"),
        (2**55, "1143677-02-15 11:56"),
    ],
)
def test_an_instant_is_said_to_the_minute_whatever_its_year(ts_ms: int, text: str) -> None:
    assert iso(ts_ms) == text
    assert span(ts_ms, ts_ms) == f"{text} .. {text}"
