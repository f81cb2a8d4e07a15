"""Tables that fit where they are shown: what is worth least leaves first, text goes on below between two words, nothing is ever cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trade.cli.console import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.text import Text

_BETWEEN = 2  # blanks between two columns


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
        self.rows: list[tuple[Text, ...]] = []
        self._heads = heads

    def add(self, *cells: Any) -> None:
        """Append a row of cells, as text or with the style of a `rich.text.Text`; those left out at its end are empty."""
        self.rows.append(tuple(map(_text, (*cells, *[""] * (len(self.columns) - len(cells))))))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        from rich.text import Text

        heads = [Text(visible(column.head), style="bold") for column in self.columns]
        rows = [tuple(heads), *self.rows] if self._heads else self.rows
        wide = {at: max((_width(row[at]) for row in rows), default=0) for at in range(len(self.columns))}
        least = {at: max([_longest_word(heads[at]) * self._heads, *self._least(at)]) for at in wide}
        room = self._room(wide, least, options.max_width) if console.is_terminal else wide
        for row in rows:
            yield from _lines(row, room, self.columns, console)
        gone = [column.head for at, column in enumerate(self.columns) if at not in room]
        if gone:
            yield Text(f"a wider terminal also shows: {', '.join(gone)}", style="dim")

    def _least(self, at: int) -> Iterator[int]:
        """Yield how narrow each cell of a column can be: as a head, text that folds ends a line after any word."""
        return map(_longest_word if self.columns[at].folds else _width, (row[at] for row in self.rows))

    def _room(self, wide: Mapping[int, int], least: Mapping[int, int], width: int) -> dict[int, int]:
        """Return the columns that stay with their widths: spare ones leave until the rest fits, folded as far as that goes."""
        kept = list(wide)
        while _breadth([least[at] for at in kept]) > width:
            spare = [at for at in kept if self.columns[at].spare]
            if not spare:
                break
            kept.remove(max(spare, key=lambda at: (self.columns[at].spare, at)))
        room = {at: wide[at] for at in kept}
        while _breadth(list(room.values())) > width:
            folding = [at for at in room if room[at] > least[at]]
            if not folding:
                break
            room[max(folding, key=lambda at: room[at])] -= 1
        return room


def _text(cell: Any) -> Text:
    from rich.text import Text

    return cell if isinstance(cell, Text) else Text(visible(str(cell)))


def _width(cell: Text) -> int:
    return max((line.cell_len for line in cell.split("\n")), default=0)


def _longest_word(cell: Text) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, cell.plain.split()), default=0)


def _breadth(widths: Sequence[int]) -> int:
    return sum(widths) + _BETWEEN * (len(widths) - 1)


def _lines(row: Sequence[Text], room: Mapping[int, int], columns: Sequence[Heading], console: Console) -> Iterator[Text]:
    """Yield the lines of a row; a cell that is shorter than the others is empty below."""
    from rich.text import Text

    cells = {at: list(row[at].wrap(console, max(width, 1))) or [Text()] for at, width in room.items()}
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
