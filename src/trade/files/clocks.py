"""How the clock of a text file is written, told by its first cells; what could be two instants is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.base.timeframe import MINUTE_MS
from trade.market.columns import price_names
from trade.market.instants import from_text, is_number
from trade.market.names import Kind

_FORMS = {
    re.compile(shape): form
    for shape, form in {
        r"\d{4}\.\d\d\.\d\d \d\d?:\d\d:\d\d": "%Y.%m.%d %H:%M:%S",
        r"\d{4}\.\d\d\.\d\d \d\d?:\d\d": "%Y.%m.%d %H:%M",
        r"\d{4}-\d\d-\d\d \d:\d\d:\d\d": "%Y-%m-%d %H:%M:%S",  # a later hour has two digits, which the form reads too
        r"\d{4}-\d\d-\d\d \d:\d\d": "%Y-%m-%d %H:%M",
        r"\d{8} \d{6}": "%Y%m%d %H%M%S",
        r"\d{8} \d{4}": "%Y%m%d %H%M",
        r"\d{8} \d\d?:\d\d:\d\d": "%Y%m%d %H:%M:%S",
        r"\d{8} \d\d?:\d\d": "%Y%m%d %H:%M",
    }.items()
}
_DAY = re.compile(r"\d{4}([-./]?)\d\d\1\d\d")
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?|\d{4}|\d{6}")
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}  # as numbers these would be instants of 1970, 1976 and 2611
_FIRST_YEAR, _LAST_YEAR = 1974, 2099
WANTED_CLOCK = "write '2024-01-01 00:00:00' in UTC, or with an offset '2024-01-01 00:00:00+02:00', or seconds or milliseconds since 1970"

_SLOWER = "import the 1m file; if the time stands in a column of its own, say '--columns ts=DAY+TIME'"


@dataclass(frozen=True)
class FileClock:
    """How a file writes instants: in which column, in which unit (None: by size), in which `strptime` form, how far ahead of UTC.

    `time` is a second column that holds the time of the day, where `column` holds the day alone.
    """

    column: str
    unit: str | None = None
    form: str | None = None
    ahead_ms: int = 0
    time: str | None = None

    @property
    def wanted(self) -> str:
        """How an instant is to be written, so that it is read."""
        if self.form is None:
            return WANTED_CLOCK
        return f"write it as the file begins, like '{datetime(2024, 1, 31, 13, 5, tzinfo=UTC).strftime(self.form)}'"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that make up an instant."""
        return (self.column,) if self.time is None else (self.column, self.time)


def is_day(cell: str) -> bool:
    """Return whether a cell is a date without a time of the day."""
    return _DAY.fullmatch(cell) is not None


def is_time_of_day(cell: str) -> bool:
    """Return whether a cell is a time of the day alone."""
    return _TIME_OF_DAY.fullmatch(cell) is not None


def is_instant(cell: str) -> bool:
    """Return whether a cell is a number, or an instant in a form that is read."""
    return is_number(cell) or _is_iso(cell) or any(shape.fullmatch(cell) for shape in _FORMS)


def settle_clock(clock: FileClock, cells: Sequence[str], kind: Kind, file: str, line: int) -> FileClock:
    """Return the clock with the form, or the unit, that the first cells of a file show. Raises Malformed where they tell no instant."""
    cells = [cell for cell in cells if cell]
    if clock.form is not None or not cells:
        return clock
    place = Place(file, line, 1)
    numbers = [cell for cell in cells if is_number(cell)]
    if 2 * len(numbers) > len(cells):
        _require_instants(numbers, place)
        return _by_step(clock, numbers) if price_names(kind) else clock
    if price_names(kind) and all(map(is_day, cells)):
        fact = f"the clock '{cells[0]}' is a day without a time: the bars are daily; only 1m bars can be imported yet"
        raise Malformed(Finding("timeframe-not-supported", fact, _SLOWER, place=place))
    form = next((form for shape, form in _FORMS.items() if _most(cells, shape.fullmatch)), None)
    if form is not None:
        return replace(clock, form=form)
    if not _most(cells, _is_iso):
        raise Malformed(_unclear(next(cell for cell in cells if not is_instant(cell)), clock.column, place))
    return clock


def _most(cells: Sequence[str], fits: Callable[[str], object]) -> bool:
    return 2 * sum(1 for cell in cells if fits(cell)) > len(cells)


def _is_iso(cell: str) -> bool:
    try:
        from_text(cell)
    except ValueError:
        return False
    return True


def _require_instants(cells: Sequence[str], place: Place) -> None:
    """Refuse numbers that are dates written as digits, and instants whose last digits a spreadsheet has cut off."""
    if _most(cells, _is_compact):
        fact = f"the clock '{cells[0]}' is a date written as a number"
        raise Malformed(Finding("clock-unclear", fact, WANTED_CLOCK, place=place))
    cut = [cell for cell in cells if "e" in cell.lower()]
    if cut and len(set(map(float, cut))) < len(cut) / 2:
        fact = f"the clock '{cut[0]}' has lost its last digits: '{len(cut)}' of the first rows have '{len(set(cut))}' instants"
        raise Malformed(Finding("clock-unclear", fact, "save the file again with the clock as a whole number or as a date", place=place))


def _is_compact(cell: str) -> bool:
    digits = cell.removesuffix(".0")
    form = _COMPACT.get(len(digits))
    try:
        return (
            form is not None and digits.isdigit() and _FIRST_YEAR <= datetime.strptime(digits, form).replace(tzinfo=UTC).year <= _LAST_YEAR
        )
    except ValueError:
        return False


def _by_step(clock: FileClock, cells: Sequence[str]) -> FileClock:
    """Return the clock without the unit that its name claims, where the instants are whole minutes of seconds and none of milliseconds."""
    if clock.unit != "ms":
        return clock
    values = [float(cell) for cell in cells]
    minutes = {unit: all(value % length == 0 for value in values) for unit, length in (("s", MINUTE_MS // 1000), ("ms", MINUTE_MS))}
    return replace(clock, unit="s") if minutes["s"] and not minutes["ms"] else clock


def _unclear(cell: str, column: str, place: Place) -> Finding:
    """Say that a clock is in no form that is read, and why."""
    why = "is in no form that tells one instant"
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}.*", cell):
        why = "does not say which number is the day and which the month"
    elif re.search(r"[A-Za-z]{2,}", cell):
        why = "has words in it"
    return Finding("clock-unclear", f"the clock '{cell[:40]}' in column '{column}' {why}", WANTED_CLOCK, place=place)
