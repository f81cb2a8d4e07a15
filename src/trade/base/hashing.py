"""Hashes over canonical values, never over file bytes (HASH-1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no spaces, no NaN: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def json_hash(value: Any) -> str:
    """Return the sha256 of canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def table_hash(columns: Mapping[str, npt.NDArray[Any]]) -> str:
    """Return the sha256 of a table in hex: per column its name, dtype and values, in the order given.

    int64 and float64 as little-endian bytes (one NaN, no negative zero), bool as one byte, text as length-prefixed UTF-8.
    An empty table hashes its schema. No column of ours can be null (absence is NaN or -1), so there is no null mask: a None among
    texts raises TypeError, and so does every other dtype or shape.
    """
    digest = hashlib.sha256()
    for name, values in columns.items():
        kind, data = _canonical(values)
        digest.update(f"{len(name.encode())}:{name}:{kind}:{len(values)}:".encode())
        digest.update(data)  # type: ignore[arg-type]
    return digest.hexdigest()


def _canonical(values: npt.NDArray[Any]) -> tuple[str, npt.NDArray[np.uint8] | bytes]:
    kind, size = values.dtype.kind, values.dtype.itemsize
    if values.ndim != 1:
        raise TypeError(f"no canonical form for shape {values.shape}")
    if kind == "i" and size == 8:
        return "int64", np.ascontiguousarray(values, "<i8").view(np.uint8)
    if kind == "f" and size == 8:
        clean = np.where(np.isnan(values), np.nan, values) + 0.0
        return "float64", np.ascontiguousarray(clean, "<f8").view(np.uint8)
    if kind == "b":
        return "bool", np.ascontiguousarray(values).view(np.uint8)
    if kind in "UO" and all(isinstance(text, str) for text in values):
        encoded = [text.encode() for text in values]
        return "text", b"".join(len(text).to_bytes(4, "little") + text for text in encoded)
    raise TypeError(f"no canonical form for dtype {values.dtype}")


def significant(value: float | int | None, digits: int = 12) -> float | int | None:
    """Return a metric as it is hashed: floats to 12 significant digits, integers and absence as they are."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, np.integer):  # a double would lose what lies beyond 2^53
        return int(value)
    return float(f"{value:.{digits - 1}e}") + 0.0
