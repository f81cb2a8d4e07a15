"""The catalogue of this build: every indicator, structure and pattern a Play may name, and those that are known but not built yet."""

from __future__ import annotations

from trade.base.catalogue import Catalogue
from trade.indicators import registry as indicators
from trade.structures import registry as structures
from trade.synthetic.registry import PATTERNS

CATALOGUE = Catalogue(indicators.INDICATORS, structures.STRUCTURES, tuple(PATTERNS))
NOT_YET = {**indicators.NOT_YET, **structures.NOT_YET}
