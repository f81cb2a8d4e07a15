"""Tapes come from the engine's own tests, importable by their file name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))
