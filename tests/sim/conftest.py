"""The Spec builder of `tests/engine/tapes.py` serves here too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))
