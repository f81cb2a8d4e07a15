"""The rows a run leaves behind: numpy dtypes, integers only (ms, ticks, lots, quanta), and the words behind their codes.

These dtypes are the contract between the simulator, the analysis and the artifacts; the trade, fill and equity hashes cover them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Protocol

import numpy.typing as npt

from trade.base.rows import dtype_of

Records = npt.NDArray[Any]

LONG, FLAT, SHORT = 1, 0, -1
NO_PRICE = -1  # an absent price level in ticks
RATE_ONE = 10**12  # rates are whole numbers of 1e-12


class Word(IntEnum):
    """A code in a kernel, a word everywhere else."""

    @property
    def word(self) -> str:
        return self.name.lower()


class Intent(Word):
    """What the rules want at one instant, in one state of the position (RULE-5)."""

    NOTHING = 0
    ENTRY_LONG = 1
    ENTRY_SHORT = 2
    EXIT = 3


class ExitReason(Word):
    """Why a trade ended."""

    STOP_LOSS = 1
    TAKE_PROFIT = 2
    SIGNAL = 3
    LIQUIDATION = 4
    MAX_DRAWDOWN = 5
    EQUITY_FLOOR = 6
    END_OF_DATA = 7
    DELISTED = 8
    TRAILING_STOP = 9  # a stop that had followed the price
    BREAK_EVEN = 10  # a stop that had been moved to the entry


class StopReason(Word):
    """Why a run stopped taking decisions (STOP-3)."""

    COMPLETED = 0
    LIQUIDATED = 1
    EQUITY_FLOOR = 2
    MAX_DRAWDOWN = 3
    STARVED = 4


class Rejection(Word):
    """Why an entry that the rules wanted did not become a position."""

    BELOW_MINIMUM = 0  # quantity under the minimum quantity or notional (FILL-10)
    INSUFFICIENT_MARGIN = 1  # not even the minimum fits cash - used margin (SIZE-1)
    STOP_TOO_CLOSE = 2  # no distance left after rounding to the tick (FILL-5)
    STOP_BEYOND_LIQUIDATION = 3  # STOP-2
    LEVERAGE_ABOVE_TIER = 4  # no tier of the instrument allows this leverage
    NO_NEXT_BAR = 5  # decided, but no bar follows before the window ends
    NO_LEVEL = 6  # the feature that its stop, target or price is measured by had no value
    POST_ONLY = 7  # it would have taken instead of rested (FILL-2)
    EXPIRED = 8  # not filled in its time (FILL-8)
    REPLACED = 9  # not filled before the opposite signal
    UNFILLED = 10  # still working when the run ended


class Cap(Word):
    """What made an entry smaller than its sizing asked for: the tightest one at the decision, or what cut it at the fill (SIZE-1)."""

    NONE = 0  # as large as asked
    MARGIN = 1  # the cost did not fit cash - used margin, at the decision or at the fill (SIZE-3)
    TIER = 2  # the largest value whose tier still allows the leverage
    MAX_NOTIONAL = 3  # account.max_notional_usdt of the Play
    MAX_QTY = 4  # the largest quantity the instrument accepts in one order (FILL-10)
    QTY_STEP = 5  # a coarser step than at the decision was in force at the fill (FILL-10)
    MAX_MARGIN = 6  # account.max_margin_usdt of the Play


class OrderKind(Word):
    """What an order waits for (FILL-1, FILL-2, FILL-3)."""

    MARKET = 1
    LIMIT = 2
    STOP_MARKET = 3
    MARKET_IF_TOUCHED = 4


class Purpose(Word):
    """What an order is for."""

    ENTRY = 1
    STOP_LOSS = 2
    TAKE_PROFIT = 3
    EXIT = 4  # what the rules decided, or a terminal stop


class TimeInForce(Word):
    """How long an entry order works (FILL-8)."""

    GTC = 0  # until it fills, expires, or the opposite signal comes
    IOC = 1  # on its first base bar only; FOK is the same while orders fill whole
    POST_ONLY = 2  # it rests or it is refused
    DAY = 3  # until the day ends, UTC


class FillKind(Word):
    """What a row of the fills table is."""

    ENTRY = 1
    EXIT = 2
    FUNDING = 3
    LIQUIDATION = 4


class PriceFrom(Word):
    """Where the price of a fill came from (EVID-1)."""

    OPEN = 1  # the bar's open
    STOP_LEVEL = 2
    TARGET_LEVEL = 3
    CLOSE = 4  # the last base close (END-1, funding without a mark bar)
    MARK_OPEN = 5  # the open of the mark bar at the instant
    BANKRUPTCY = 6  # derived from the posted margin (LIQ-1)
    LIMIT_PRICE = 7  # of a resting entry
    TRIGGER_PRICE = 8


class Rule(Word):
    """The rule of `docs/fills.md` that made the row."""

    FILL_1 = 1
    FILL_2 = 2
    FILL_3 = 3
    FILL_5 = 5
    FILL_6 = 6
    LIQ_1 = 11
    FUND_1 = 12
    STOP_3 = 13
    END_1 = 14
    END_2 = 15

    @property
    def word(self) -> str:
        return self.name.replace("_", "-")


class TradeRow(Protocol):
    """One round trip."""

    side: int  # LONG or SHORT
    decision_ts_ms: int
    entry_ts_ms: int
    exit_ts_ms: int
    entry_price_ticks: int
    exit_price_ticks: int  # display only for liquidations
    quantity_lots: int
    entry_value_quanta: int
    margin_quanta: int  # posted at the entry: initial margin + fee to close at the bankruptcy price
    gross_quanta: int  # price result of the fills, slippage inside
    fees_quanta: int  # >= 0 is a cost
    funding_quanta: int  # > 0 was received
    net_quanta: int  # gross - fees + funding
    slippage_quanta: int  # >= 0, what the moved prices cost; already inside gross
    stop_price_ticks: int  # as placed at the entry, or NO_PRICE
    target_price_ticks: int
    liquidation_price_ticks: int  # as of the entry
    mae_ticks: int  # >= 0, worst excursion against the trade over base bars held, from the entry price
    mfe_ticks: int  # >= 0, best excursion in favour
    bars_held: int  # base bars in which the position was open; a bar at whose open it was closed does not count
    exit_reason: int
    ambiguous: int  # 1: stop and target both inside one base bar, neither beyond its open (FILL-5)


TRADE = dtype_of(TradeRow)


class FillRow(Protocol):
    """One execution or payment (EVID-1)."""

    trade: int  # row of the trades table
    kind: int
    ts_ms: int
    side: int  # +1 bought, -1 sold; 0 for funding
    price_ticks: int
    reference_price_ticks: int  # before slippage
    quantity_lots: int
    fee_quanta: int
    cash_quanta: int  # change of cash by this row, fee included
    price_from: int
    rule: int
    on_mark: int  # 1: the price comes from the mark series
    bar_ts_open_ms: int  # the bar it came from
    decision_ts_ms: int
    delay_ms: int  # from the instant the order could first act to the open of the bar it met (GAP-1)
    cut_lots: int  # what SIZE-3 took off at the fill
    asked_lots: int  # entries: what the sizing asked for, before any cap (SIZE-1)
    cap: int  # entries: what made the quantity smaller than that
    rate_e12: int  # funding rate in 1e-12, else 0


FILL = dtype_of(FillRow)


class EquityRow(Protocol):
    """The account at one point of its equity curve (TIME-9)."""

    ts_ms: int  # window start, then every exec close in (from, to]
    equity_quanta: int
    low_equity_quanta: int  # lowest base-close equity inside the exec bar
    cash_quanta: int
    used_margin_quanta: int
    maintenance_margin_quanta: int
    notional_quanta: int  # position value at the last base close, >= 0
    position_lots: int  # signed


EQUITY = dtype_of(EquityRow)
