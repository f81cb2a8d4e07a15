"""The gallery shows what the patterns look like."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from trade.synthetic.gallery import render
from trade.synthetic.minutes import paint
from trade.synthetic.registry import PATTERNS
from trade.synthetic.svg import candles


@pytest.fixture(scope="module")
def files():
    return render()


def test_charts_are_small_and_readable(files):
    charts = [text for name, text in files.items() if name.endswith(".svg")]
    assert len(charts) == 38
    assert max(len(chart) for chart in charts) < 6_000
    assert all(ET.fromstring(chart).tag.endswith("svg") for chart in charts)  # noqa: S314  our own bytes


def test_a_rise_is_drawn_upwards():
    chart = candles(paint(PATTERNS["trend_up_clean"], 1, 1_000, 0), "up")
    bodies = ET.fromstring(chart).findall(".//*[@stroke-width]")[0].get("d").split("M")[1:]  # noqa: S314  our own bytes
    heights = [int(body.split()[1].split("V")[0]) for body in bodies]
    assert heights[0] > heights[-1]


def test_every_pattern_is_on_the_page(files):
    assert all(f"### {name}\n" in files["patterns.md"] for name in PATTERNS)
