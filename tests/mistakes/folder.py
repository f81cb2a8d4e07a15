"""The folder in which the mistakes on the command line are made: a store with a hole, files that can and cannot be imported, a Play."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from mistaken import SOUND

from trade.cli.app import run

_HOLE = range(2000, 2030)
_HEADER = "time,open,high,low,close,volume"


def furnish(folder: Path) -> None:
    """Write the files, and import the bars of three days."""
    minutes = [datetime(2024, 1, 1) + timedelta(minutes=i) for i in range(3 * 1440)]  # noqa: DTZ001 - as the file writes them
    rows = [_row(f"{at:%Y-%m-%d %H:%M:%S}", i) for i, at in enumerate(minutes) if i not in _HOLE]
    _write(folder / "bars.csv", rows)
    _write(folder / "days.csv", [_row(f"{at:%d/%m/%Y %H:%M}", i) for i, at in enumerate(minutes[:200])])
    _write(folder / "hours.csv", [_row(f"{at:%Y-%m-%d %H:%M:%S}", i) for i, at in enumerate(minutes[::60])])
    _write(
        folder / "odd.csv", [_row(f"{at:%Y-%m-%d %H:%M:%S}", i) for i, at in enumerate(minutes[:100])], "when,first,top,bottom,last,sold"
    )
    (folder / "empty.csv").write_text("")
    (folder / "dip.yml").write_text(SOUND)
    assert run(["data", "import", str(folder / "bars.csv"), "--symbol", "BTCUSDT", "--db", str(folder / "data"), "--quiet"]) == 0


def _write(path: Path, rows: list[str], header: str = _HEADER) -> None:
    path.write_text("\n".join([header, *rows, ""]))


def _row(clock: str, at: int) -> str:
    """Return a bar that moves by a tick or two, up one hour and down the next."""
    low = 1000 + (at % 60 if at // 60 % 2 == 0 else 60 - at % 60) * 2 + at % 2
    return f"{clock},{low / 10},{(low + 2) / 10},{(low - 1) / 10},{(low + 1) / 10},{1 + at % 3}"
