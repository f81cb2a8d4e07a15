"""The input hash knows the versions of the libraries that a result depends on, and of no other."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import trade
from trade.run.documents import versions

PACKAGE = Path(trade.__file__).parent
# What these floors give is in the hash by what it is: the Play in play_hash, the rows and the closed spans in data_digest. `cli` shows.
HASHED_BY_CONTENT = {"play", "market", "files", "sync", "synthetic", "quality", "cli"}
HIDDEN = {"scipy"}  # looked for only to keep it out
BENEATH = {"numba": "llvmlite"}  # compiles what it is given


def imported(path: Path) -> set[str]:
    """Return the top names a module imports from outside."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    names |= {text for node in nodes if isinstance(node, ast.Call) for text in _looked_for(node)}
    return {name.split(".")[0] for name in names} - {"trade", *sys.stdlib_module_names}


def _looked_for(call: ast.Call) -> list[str]:
    """Return the module that a call of `find_spec` is about."""
    if not (isinstance(call.func, ast.Name) and call.func.id == "find_spec" and isinstance(call.args[0], ast.Constant)):
        return []
    return [name for name in (str(call.args[0].value),) if name not in HIDDEN]


def test_the_versions_are_those_of_what_makes_a_result() -> None:
    makers = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in HASHED_BY_CONTENT]
    used = {name for path in makers for name in imported(path)}
    used |= {BENEATH[name] for name in used & set(BENEATH)}
    named = {distribution for name in used for distribution in packages_distributions()[name]}
    assert set(versions()) == {*named, "machine"}
    assert {"numpy", "numba", "TA-Lib", "pyarrow"} <= named
