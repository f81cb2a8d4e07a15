"""What the simulated exchange needs to know of a run, one row per dated set of rules, every unit in its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np

from trade.base.records import Records
from trade.base.rows import dtype_of

NONE = 0
STOP_FRACTION, STOP_POINTS, STOP_MEASURED, STOP_AT = 1, 2, 3, 4
TARGET_FRACTION, TARGET_POINTS, TARGET_RATIO, TARGET_MEASURED, TARGET_AT = 1, 2, 3, 4, 5
TRAIL_FRACTION, TRAIL_MEASURED = 1, 2
ENTRY_MARKET, ENTRY_LIMIT, ENTRY_STOP = 0, 1, 2
OFFSET_FRACTION, OFFSET_POINTS, OFFSET_MEASURED = 0, 1, 2
SIZE_EQUITY, SIZE_RISK, SIZE_FIXED = 1, 2, 3
BEYOND_REJECT, BEYOND_ADJUST, BEYOND_WARN = 0, 1, 2
WORST, PATH = 0, 1

# Bybit's dated change of isolated margin: from here maintenance follows the mark and fees are part of both margins
# ("The New Margin Calculation", 2025-09-02); a position opened before keeps the old liquidation price.
MARK_MARGIN_FROM_MS = 1_756_771_200_000


@dataclass(frozen=True)
class Spec:
    """The constants of a run from an instant on. Rates `_e12` in 1e-12, leverage `_e2` in 1e-2, slippage `_e9` in 1e-9; flags 0 or 1.

    An object holds Python integers, of any size. Kernels take a record of `RULES`, which has the same fields.
    """

    from_ms: int  # what follows up to `min_notional_quanta` are the instrument's rules from here on (FILL-10), the rest never changes
    price_step_ticks: int  # the tick in force, in ticks of the grid; prices of orders are multiples of it
    quantity_step_lots: int  # the step in force, in lots of the grid; quantities of entries are multiples of it
    min_lots: int
    max_lots: int
    min_notional_quanta: int
    tick_lot_quanta: int
    exact_lots: int  # the most lots whose value stays inside int64 everywhere (MONEY-1); max_lots is never more
    max_notional_quanta: int  # 0: no cap
    max_margin_quanta: int  # 0: no cap
    initial_cash_quanta: int
    taker_e12: int
    maker_e12: int
    slippage_e9: int
    leverage_e2: int
    mark_margin_from_ms: int
    entry_kind: int
    offset_kind: int  # of the price of an entry from the close: OFFSET_FRACTION of it × num / den, OFFSET_POINTS num / den ticks
    offset_num: int
    offset_den: int
    time_in_force: int
    entry_life_ms: int  # 0: it does not expire
    stop_kind: int
    stop_num: int  # STOP_FRACTION: distance = reference × num / den; STOP_POINTS: num / den ticks
    stop_den: int
    buffer_num: int  # STOP_MEASURED: added to what was measured at the decision, × reference; STOP_AT: taken off the level
    buffer_den: int
    target_kind: int
    target_num: int  # as above; TARGET_RATIO: stop distance × num / den
    target_den: int
    target_is_limit: int
    trail_kind: int  # STOP-1
    trail_num: int  # TRAIL_FRACTION: distance = best price × num / den
    trail_den: int
    trail_from_num: int  # it follows once the best price is entry × num / den away from the entry; 0 is at once
    trail_from_den: int
    even_from_num: int  # break-even likewise, once; 0 is never
    even_from_den: int
    even_num: int  # to the entry and entry × num / den beyond it
    even_den: int
    limit_through: int
    anchor_signal: int
    intrabar: int
    size_model: int
    size_e12: int  # SIZE_EQUITY, SIZE_RISK: share of equity
    size_quanta: int  # SIZE_FIXED: notional
    may_long: int
    may_short: int
    beyond_liquidation: int
    stop_on_liquidation: int
    equity_floor_quanta: int
    max_drawdown_e12: int  # at least 1e12: off
    has_mark: int
    is_delisted: int  # the tape ends because the symbol does (END-2)


RULES = dtype_of(Spec)


def rules_of(specs: Iterable[Spec]) -> Records:
    """Return the constants of a run as kernels read them, one row per set of rules, ascending by `from_ms`."""
    return np.array([astuple(spec) for spec in specs], RULES)
