"""The runs that are kept: listing them, and finding one by folder or by the beginning of its id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trade.artifacts.receipt import RESULT
from trade.artifacts.stage import read_json
from trade.base.errors import Malformed
from trade.base.findings import Finding

_BRIEF = ("run_id", "play", "symbol", "exec_timeframe", "window", "stop_reason")


def list_runs(out: Path) -> tuple[tuple[Path, Mapping[str, Any]], ...]:
    """Return every published run with the head of its result, sorted by folder."""
    found = []
    for path in sorted(out.glob(f"*/*/*/{RESULT}")):
        if not path.is_relative_to(out / ".staging"):
            summary = read_json(path)
            brief = {name: summary[name] for name in _BRIEF}
            brief |= {name: summary["metrics"][name] for name in ("net_return_pct", "max_drawdown_pct", "total_trades")}
            found.append((path.parent, brief))
    return tuple(found)


def find_run(out: Path, name: str) -> Path:
    """Return the folder of a run. Raises Malformed when there is none, or several begin like this."""
    given = Path(name)
    if (given / RESULT).is_file():
        return given
    found = [path.parent for path in sorted(out.glob(f"*/*/{name}*/{RESULT}"))] if "/" not in name else []
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(str(path) for path in found[:5])
        raise Malformed(Finding("ambiguous-run", f"{len(found)} runs begin with '{name}'", f"write more of it: {choices}"))
    raise Malformed(Finding("unknown-run", f"no run '{name}' in '{out}'", "see 'trade backtest list', or name its folder"))
