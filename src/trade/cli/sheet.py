"""Tables that fit where they are shown: what is worth least leaves first, text goes on below, nothing is ever cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from trade.cli.console import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.text import Text

    Row = tuple[Text | str, ...]
    Columns = tuple[tuple[str, ...], ...]

_BETWEEN = 2  # blanks between two columns
_WORD, _NARROWEST = 32, 14  # signs on a line of a word too long for it: while there are spare columns, and once they are gone
_AT_ONCE = 4096  # rows that are laid out together


@dataclass(frozen=True)
class Heading:
    """A column: its head; `right` for numbers; `spare` from 1, the highest leaves first, 0 stays; `folds` for text that may go on below."""

    head: str
    right: bool = False
    spare: int = 0
    folds: bool = False


def number(head: str, spare: int = 0) -> Heading:
    """Return a column of numbers."""
    return Heading(head, right=True, spare=spare)


def words(head: str, spare: int = 0) -> Heading:
    """Return a column of text that goes on below where it is too long."""
    return Heading(head, spare=spare, folds=True)


class Sheet:
    """A table, filled row by row, that rich can show; `heads` says whether the names of its columns are shown."""

    def __init__(self, *columns: Heading | str, heads: bool = True) -> None:
        self.columns = tuple(Heading(each) if isinstance(each, str) else each for each in columns)
        self.rows: list[Row] = []
        self._heads = heads

    def add(self, *cells: Any) -> None:
        """Append a row of cells, as text or with the style of a `rich.text.Text`; those left out at its end are empty."""
        self.rows.append(tuple(map(_cell, (*cells, *[""] * (len(self.columns) - len(cells))))))

    def extend(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append many rows of values that have no style, a value per column; None is empty."""
        for first in range(0, len(rows), _AT_ONCE):
            columns = [
                [("" if value is None else str(value)) for value in column] for column in zip(*rows[first : first + _AT_ONCE], strict=True)
            ]
            if any(visible(text) != text for text in map("".join, columns)):
                columns = [list(map(visible, column)) for column in columns]
            self.rows.extend(zip(*columns, strict=True))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        from rich.segment import Segment
        from rich.text import Text

        heads = [Text(visible(column.head), style="bold") for column in self.columns]
        parts = [self.rows[first : first + _AT_ONCE] for first in range(0, len(self.rows), _AT_ONCE)]
        plain = [_columns(rows) for rows in parts]  # put together here, as rich takes a hundred times as long
        widths = [_widths(rows, columns) for rows, columns in zip(parts, plain, strict=True)]
        widths += [[_width(head) for head in heads]] if self._heads else []
        wide = {at: max((each[at] for each in widths), default=0) for at in range(len(self.columns))}
        room = wide
        if console.is_terminal and _breadth(list(wide.values())) > options.max_width:
            least = {at: self._least(at, heads[at]) for at in wide}
            room = self._room(wide, least, options.max_width)
        if self._heads:
            yield from _lines(heads, room, self.columns, console)
        for rows, columns, width in zip(parts, plain, widths, strict=False):
            if columns is not None and room and all(width[at] <= room[at] for at in room):
                yield Segment(_block(columns, room, self.columns))
                continue
            for row in rows:
                yield from _lines(row, room, self.columns, console)
        gone = [column.head for at, column in enumerate(self.columns) if at not in room]
        if gone:
            yield Text(f"a wider terminal also shows: {', '.join(gone)}", style="dim")

    def _least(self, at: int, head: Text) -> int:
        """Return how narrow a column can be: as a head, text that folds ends a line after any word, and within a long one."""
        folds = self.columns[at].folds
        widest = max([_longest_word(head) * self._heads, *map(_longest_word if folds else _width, (row[at] for row in self.rows))])
        return min(widest, _WORD) if folds else widest

    def _room(self, wide: Mapping[int, int], least: Mapping[int, int], width: int) -> dict[int, int]:
        """Return the columns that stay with their widths: spare ones leave until the rest fits, folded as far as that goes.

        One that left for nothing, as a wider one had to leave after it, comes back.
        """
        kept, gone = list(wide), list[int]()
        while _breadth([least[at] for at in kept]) > width:
            spare = [at for at in kept if self.columns[at].spare]
            if not spare:
                least = {at: min(least[at], _NARROWEST) if self.columns[at].folds else least[at] for at in wide}
                break
            gone.append(max(spare, key=lambda at: (self.columns[at].spare, at)))
            kept.remove(gone[-1])
        for at in reversed(gone):
            if _breadth([least[each] for each in (*kept, at)]) <= width:
                kept = sorted([*kept, at])
        room = {at: wide[at] for at in kept}
        while _breadth(list(room.values())) > width:
            folding = [at for at in room if room[at] > least[at]]
            if not folding:
                break
            room[max(folding, key=lambda at: room[at])] -= 1
        return room


def _cell(cell: Any) -> Text | str:
    from rich.text import Text

    return cell if isinstance(cell, Text) else visible(str(cell))


def _text(cell: Text | str) -> Text:
    from rich.text import Text

    return Text(cell) if isinstance(cell, str) else cell


def _widths(rows: Sequence[Row], columns: Columns | None) -> list[int]:
    """Return how wide each column of some rows is."""
    if columns is not None:
        return [max(map(len, column)) for column in columns]
    return [max(map(_width, column)) for column in zip(*rows, strict=True)]


def _width(cell: Text | str) -> int:
    return max((line.cell_len for line in _text(cell).split("\n")), default=0)


def _longest_word(cell: Text | str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, (cell if isinstance(cell, str) else cell.plain).split()), default=0)


def _columns(rows: Sequence[Row]) -> Columns | None:
    """Return rows as columns where every cell is a line of signs that are one wide each; None if one is not."""
    columns = tuple(zip(*rows, strict=True))
    try:
        text = "".join(map("".join, columns))  # a cell with a style is none that can be joined
    except TypeError:
        return None
    return columns if text.isascii() and "\n" not in text and "\t" not in text else None


def _block(columns: Columns, room: Mapping[int, int], headings: Sequence[Heading]) -> str:
    """Return plain rows that fit as the lines that they are."""
    padded = []
    for at, width in room.items():
        cells = map(str.rstrip, columns[at])
        padded.append(map(str.rjust if headings[at].right else str.ljust, cells, repeat(width)))
    return "\n".join(map(str.rstrip, map((" " * _BETWEEN).join, zip(*padded, strict=True)))) + "\n"


def _breadth(widths: Sequence[int]) -> int:
    return sum(widths) + _BETWEEN * (len(widths) - 1)


def _lines(row: Sequence[Text | str], room: Mapping[int, int], columns: Sequence[Heading], console: Console) -> Iterator[Text]:
    """Yield the lines of a row; a cell that is shorter than the others is empty below."""
    from rich.text import Text

    cells = {at: list(_text(row[at]).wrap(console, max(width, 1))) or [Text()] for at, width in room.items()}
    last = max(room, default=0)
    for number in range(max(map(len, cells.values()), default=0)):
        line = Text(no_wrap=True, overflow="ignore")
        for at, width in room.items():
            cell = cells[at][number] if number < len(cells[at]) else Text()
            cell.rstrip()
            blank = " " * (width - cell.cell_len)
            line.append(blank if columns[at].right else "").append_text(cell)
            line.append("" if columns[at].right else blank).append(" " * _BETWEEN if at != last else "")
        line.rstrip()
        yield line
