"""The oracle of `tests/reference` is importable by its file name, as siblings are."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "reference"))
