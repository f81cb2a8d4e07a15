"""TA-Lib's compiled functions without the package around them: it imports pandas (0.4 s) to take its series too, and we hand it arrays.

Who imports `talib` before or after us gets all of it, series included: the compiled module is the same one, and may be initialised
twice. Only `talib.abstract` takes no frames where pandas was not imported before us.
"""

from __future__ import annotations

import atexit
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType

from trade.imports import without

_NAME = "talib._ta_lib"


def _loaded() -> ModuleType:
    """Return the compiled module. Raises ModuleNotFoundError where TA-Lib is not installed."""
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    package = find_spec("talib")  # looks for it, imports nothing
    spec = PathFinder.find_spec(_NAME, package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"no module named '{_NAME}'", name=_NAME)
    module = module_from_spec(spec)
    with without("pandas", "polars"):
        spec.loader.exec_module(module)
    sys.modules[_NAME] = module
    module._ta_initialize()
    atexit.register(module._ta_shutdown, True)
    return module


talib = _loaded()
