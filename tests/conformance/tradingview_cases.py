"""TradingView, as the authors of PyneCore measured it: whole runs, small orders, tick rounding, averages to the last digit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from published import Case, read
from tapes import record, spec, stop_points, target_points
from tradingview_orders import order_cases
from tradingview_runs import run_cases

from trade.indicators.formulas import compute
from trade.indicators.registry import INDICATORS
from trade.sim.prices import stop_level, target_level

SNAP = Decimal("1e-4")  # of a tick: nearer levels are taken for the tick by TradingView


def cases() -> list[Case]:
    """Return every case of the file."""
    told = read("tradingview/cases.json")
    if told is None:
        return []
    return [
        *run_cases(told["tradingview_strategies"]),
        *order_cases(told["synthetic_cases"]),
        *(rounding_case(case) for case in told["tick_rounding_cases"]),
        *average_cases(told["ema_rma_exact"]),
    ]


def rounding_case(case: Mapping[str, Any]) -> Case:
    """A level that is rounded up is a long's stop and target, one that is rounded down a short's."""
    name = f"round {case['level']} to {case['expect']}"
    tick, level = Decimal(str(case.get("tick", "0.01"))), Decimal(str(case["level"]))
    off = min(level % tick, tick - level % tick)
    if 0 < off <= SNAP * tick:
        return Case("tradingview", name, "MONEY-1: levels are exact, none is taken for a tick that it is not on")
    expected = Fraction(str(case["expect"])) / Fraction(tick)
    return Case("tradingview", name, None, {"stop": expected, "target": expected}, lambda: rounded(level / tick, case["side"]))


def rounded(ticks: Decimal, towards: str) -> dict[str, Fraction]:
    """Return where our levels stand that belong this many ticks up, from the nearest price that leaves them apart."""
    side = 1 if towards == "ceil" else -1
    below, above = int(ticks) - 10, int(ticks) + 10
    fill_of = {"stop": above, "target": below} if side > 0 else {"stop": below, "target": above}
    away = {leg: str(abs(Fraction(ticks) - fill)) for leg, fill in fill_of.items()}
    made = record(spec(**stop_points(away["stop"]), **target_points(away["target"])))
    return {
        "stop": Fraction(stop_level(made, side, fill_of["stop"], 0)),
        "target": Fraction(target_level(made, side, fill_of["target"], 0, 0)),
    }


def average_cases(told: Mapping[str, Any]) -> list[Case]:
    """Return a case per average and bar."""
    a = np.array([100 + (bar % 7) / 3 for bar in range(12)])
    return [
        average_case(int(bar.removeprefix("bar")), name, value, a)
        for bar, values in told.items()
        if bar.startswith("bar")
        for name, value in values.items()
    ]


def average_case(bar: int, name: str, value: Decimal, a: Any) -> Case:
    kind, series, length = re.fullmatch(r"(\w+)\((\w), ?(\d+)\)", name).groups()  # type: ignore[union-attr]
    title = f"{name} at bar {bar}"
    if kind not in INDICATORS:
        return Case("tradingview", title, f"no indicator '{kind}'")
    if series != "a":
        return Case("tradingview", title, "an indicator starts anew after a missing value")
    return Case("tradingview", title, None, round(float(value), 9), lambda: round(average(kind, a, int(length))[bar], 9))


def average(kind: str, series: Any, length: int) -> Any:
    """Return our average of the series, a bar per minute."""
    return compute(INDICATORS[kind], {"length": length}, {"source": series}, np.arange(len(series), dtype=np.int64) * 60_000)["value"]
