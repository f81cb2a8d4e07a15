"""Random runs come from the engine's own generator, importable by its file name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))
