"""A number and what it counts, as people read them."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return `1 gap`, `4,999 gaps`; `noun` is one whose plural ends in s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
