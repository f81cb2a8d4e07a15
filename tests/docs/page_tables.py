"""Tables of the pages as rows of text by column name."""

from __future__ import annotations

import re


def tables(text: str) -> list[list[dict[str, str]]]:
    """Return every Markdown table of a page, rows as {column: cell}."""
    found: list[list[dict[str, str]]] = []
    lines = [*text.splitlines(), ""]
    for number, line in enumerate(lines):
        if line.startswith("|") and lines[number + 1].startswith("|-"):
            head = _cells(line)
            end = next(i for i in range(number, len(lines)) if not lines[i].startswith("|"))
            found.append([dict(zip(head, _cells(row), strict=True)) for row in lines[number + 2 : end]])
    return found


def table_with(text: str, *columns: str) -> list[dict[str, str]]:
    """Return the rows of the only table that has all these columns."""
    [rows] = [table for table in tables(text) if set(columns) <= set(table[0])]
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
