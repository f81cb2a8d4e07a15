"""What of a run must stay inside int64: compiled code wraps silently, so it is checked before the run and after it (MONEY-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from math import ceil

import numpy as np

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.base.records import FillKind, Records
from trade.engine.simulate import Outcome
from trade.sim.money import LIMIT_QUANTA
from trade.sim.spec import (
    NONE,
    OFFSET_MEASURED,
    OFFSET_POINTS,
    SIZE_RISK,
    STOP_AT,
    STOP_MEASURED,
    STOP_POINTS,
    TARGET_POINTS,
    TARGET_RATIO,
    Spec,
)

FARTHEST = 2  # times the highest price of a run: what is measured at a decision is not more, no price is there
_E9 = 10**9


def exact_lots(spec: Spec, highest_ticks: int, steepest_mmr: Fraction) -> int:
    """Return the most lots whose value fits wherever the simulator computes it.

    That is: at a slipped fill, at the margin of a leverage under 1, at the liquidation price (a short's is E × (1 + 1/L), a long's
    at most E / (1 - MMR)), and at the stop of an order that is sized by it.
    """
    fill = _highest_fill(spec, highest_ticks)
    reach = max(1 + Fraction(100, spec.leverage_e2), 1 / (1 - steepest_mmr))
    farthest = ceil(fill * reach) + (_stop_away(spec, fill) if spec.size_model == SIZE_RISK else 0)
    return LIMIT_QUANTA // (farthest * spec.tick_lot_quanta)


def check_before(spec: Spec, highest_ticks: int) -> None:
    """Raise Refused with every number of the run that is too large to be exact."""
    fill = _highest_fill(spec, highest_ticks)
    numbers = {name: abs(value) for name, value in asdict(spec).items()}
    numbers |= {
        "slippage": fill * spec.slippage_e9,
        "stop": _stop_product(spec, fill),
        "target": _target_product(spec, fill),
        "entry offset": fill * spec.offset_num,
        "stop buffer": FARTHEST * fill * spec.buffer_num,
        "trail": fill * max(spec.trail_num, spec.trail_from_num, spec.even_from_num, spec.even_num),
        "equity": _leveraged(spec, spec.initial_cash_quanta),
        "minimum notional": (spec.min_notional_quanta + fill * spec.tick_lot_quanta * spec.quantity_step_lots)
        * max(100 // spec.leverage_e2 + 1, 1),
    }
    too_large = [_too_large(name.replace("_", " "), number) for name, number in numbers.items() if number >= LIMIT_QUANTA]
    if spec.max_lots < spec.min_lots:
        too_large.append(_too_large("smallest position", spec.min_lots * fill * spec.tick_lot_quanta))
    _refuse(too_large)


def check_after(spec: Spec, outcome: Outcome, rules: Records, venue_lots: Sequence[int | None]) -> None:
    """Raise Refused when the account grew out of exact arithmetic, or an order wanted more than the exact lots.

    `rules` are the rows of the run, `venue_lots` the venue's own limit under each of them, None for none.
    In one step neither can leave int64, so the first crossing is still written down exactly.
    """
    wealth = _leveraged(spec, int(outcome.tally.peak_quanta))
    found = [_too_large("grown equity", wealth)] if wealth >= LIMIT_QUANTA else []
    entries = outcome.fills[outcome.fills["kind"] == int(FillKind.ENTRY)]
    under = np.maximum(np.searchsorted(rules["from_ms"], entries["decision_ts_ms"], "right") - 1, 0)
    for row, (most, venue) in enumerate(zip(rules["max_lots"].tolist(), venue_lots, strict=True)):
        wanted = (entries["quantity_lots"] + entries["cut_lots"])[under == row]
        if (venue is None or most < venue) and wanted.max(initial=0) >= most:
            found.append(_too_large("largest order", LIMIT_QUANTA))
    _refuse(found)


def _refuse(found: list[Finding]) -> None:
    if found:
        raise Refused(found)


def _too_large(name: str, number: int) -> Finding:
    return Finding(
        "number-too-large",
        f"the {name} of this run, {number:.3e} in the smallest units, does not fit exact 64-bit arithmetic",
        "use fewer decimals or a smaller amount, or a coarser tick or quantity step for the instrument",
    )


def _highest_fill(spec: Spec, highest_ticks: int) -> int:
    """Return the highest price that an order is sized or filled at: a resting one stands away from the close."""
    away = spec.offset_num if spec.offset_kind == OFFSET_POINTS else highest_ticks * spec.offset_num
    highest_ticks += FARTHEST * highest_ticks if spec.offset_kind == OFFSET_MEASURED else ceil(Fraction(away, spec.offset_den))
    slipped = highest_ticks + ceil(Fraction(highest_ticks * spec.slippage_e9, _E9))
    return -(-slipped // spec.price_step_ticks) * spec.price_step_ticks


def _leveraged(spec: Spec, equity: int) -> int:
    return equity * max(spec.leverage_e2, 100) // 100


def _stop_away(spec: Spec, fill: int) -> int:
    """Return the largest stop distance in ticks."""
    if spec.stop_kind == NONE:
        return 0
    if spec.stop_kind in (STOP_MEASURED, STOP_AT):
        return FARTHEST * fill + ceil(Fraction(FARTHEST * fill * spec.buffer_num, spec.buffer_den))
    return spec.stop_num * (1 if spec.stop_kind == STOP_POINTS else fill) // spec.stop_den


def _stop_product(spec: Spec, fill: int) -> int:
    return spec.stop_num * (1 if spec.stop_kind == STOP_POINTS else fill)


def _target_product(spec: Spec, fill: int) -> int:
    if spec.target_kind == TARGET_POINTS:
        return spec.target_num
    return spec.target_num * (_stop_away(spec, fill) if spec.target_kind == TARGET_RATIO else fill)
