"""vectorbt's stops: entries at a close, so each bar is followed by the instant of its close, and an order there is a market order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from outside_tape import OutsideTape, bar, grid_of, quantity, still, stop_part, target_part, trades
from published import Case, first_true, read

STEP = Decimal("0.00000001")
PARTS = {"stop_loss": stop_part, "take_profit": target_part}
ACTS = {"long": ("buy", "sell"), "short": ("sell", "buy")}


def cases() -> list[Case]:
    """Return every case of the file."""
    told = read("vectorbt_stops.json")
    return [] if told is None else [case_of(case) for case in told["cases"]]


def case_of(case: Mapping[str, Any]) -> Case:
    orders = case["expected_orders"]
    outside = first_true(
        (part_of(case) is not None and case["stop_kind"] not in PARTS, case["stop_kind"].replace("_", " ")),
        (len({order["size"] for order in orders}) > 1, "taking parts off a position"),
    )
    if outside is not None:
        return Case("vectorbt", case["id"], outside)
    theirs = [(order["index"], order["side"], Decimal(str(order["price"])), Decimal(str(order["size"]))) for order in orders]
    return Case("vectorbt", case["id"], None, theirs, lambda: ours(case))


def part_of(case: Mapping[str, Any]) -> Decimal | None:
    """Return the level's distance as a part of the entry price; none and infinite are no level."""
    return None if case["stop_fraction"] in (None, "inf") else Decimal(str(case["stop_fraction"]))


def decisions(case: Mapping[str, Any]) -> dict[int, str]:
    """Return what is decided at the close of each bar, which is every second row of the tape."""
    words = [[case["direction"]] * entry + ["exit"] * leave for entry, leave in zip(case["entries"], case["exits"], strict=True)]
    return {2 * at: " ".join(said) for at, said in enumerate(words) if said}


def ours(case: Mapping[str, Any]) -> list[tuple[int, str, Decimal, Decimal]]:
    """Return our orders: (bar, side, price, size); what is open at the end stays open there."""
    rows = list(chain.from_iterable((bar(row), still(Decimal(str(row["close"])))) for row in case["bars"]))
    part, closes = part_of(case), [row[3] for row in rows]
    grid = grid_of(*chain.from_iterable(rows), *(close * (part or 0) for close in closes), step=STEP)
    options: dict[str, Any] = {}
    if part is not None:
        options = PARTS[case["stop_kind"]](Fraction(part))
    size = Decimal(str(case["expected_orders"][0]["size"])) if case["expected_orders"] else Decimal(1)
    done = trades(OutsideTape(rows, grid), decisions(case), **options, **quantity(size, grid))
    opens, leaves = ACTS[case["direction"]]
    entered = [(t.entry_bar // 2, opens, t.entry, t.quantity) for t in done]
    left = [(t.exit_bar // 2, leaves, t.exit, t.quantity) for t in done if t.reason != "end_of_data"]
    return sorted(entered + left, key=lambda order: order[0])
