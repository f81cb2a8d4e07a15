"""The options of `tests/engine/tapes.py`, the tables of `tests/docs/page_tables.py` and the command line serve here too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))
sys.path.append(str(Path(__file__).parents[1] / "docs"))
sys.path.append(str(Path(__file__).parents[1] / "cli"))
