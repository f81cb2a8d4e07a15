"""Older formats of the manifest, each with the one step that makes it the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Step = Callable[[dict[str, Any]], dict[str, Any]]


def _without_files(raw: dict[str, Any]) -> dict[str, Any]:
    """1 to 2: the name of a file follows from its series, month and digest, and is no longer written."""
    return {**raw, "series": {name: [[row[0], *row[2:]] for row in rows] for name, rows in raw["series"].items()}}


def _with_calendars_dates_and_accepted_gaps(raw: dict[str, Any]) -> dict[str, Any]:
    """2 to 3: an instrument may name a calendar (without one it trades around the clock, as all did), later rules and a delisting.

    Gaps can be accepted.
    """
    return {**raw, "accepted_gaps": {}}


def _with_checksums(raw: dict[str, Any]) -> dict[str, Any]:
    """3 to 4: the checksum of a file's bytes is known of what is written from now on."""
    return {**raw, "series": {name: [[*row, -1] for row in rows] for name, rows in raw["series"].items()}}


def _with_journal_end(raw: dict[str, Any]) -> dict[str, Any]:
    """4 to 5: the manifest says how far the journal goes; before, its lines did."""
    return {**raw, "journal": None}


STEPS: Mapping[int, Step] = {
    1: _without_files,
    2: _with_calendars_dates_and_accepted_gaps,
    3: _with_checksums,
    4: _with_journal_end,
}


def migrated(raw: dict[str, Any], schema: int, wanted: int, steps: Mapping[int, Step] = STEPS) -> dict[str, Any]:
    """Return a manifest of format `schema` as one of format `wanted`. Raises KeyError for a format that never was."""
    for number in range(schema, wanted):
        raw = {**steps[number](raw), "schema": number + 1}
    return raw
