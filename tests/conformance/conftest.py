"""The options of `tests/engine/tapes.py` and the tables of `tests/docs/page_tables.py` serve here too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))
sys.path.append(str(Path(__file__).parents[1] / "docs"))
