"""What a parent of forked processes has imported before it forks: all of ours, and what that imports late. It starts no thread."""

from __future__ import annotations

import importlib
import pkgutil

import trade

for module in pkgutil.walk_packages(trade.__path__, "trade."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for late in ("duckdb", "pandas", "pyarrow.compute", "pyarrow.parquet", "rich.table", "rich.traceback", "talib"):
    importlib.import_module(late)
