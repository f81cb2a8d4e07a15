"""What the slow exchange reads and remembers: ticks, lots, quanta, milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bar:
    ts: int
    open: int
    high: int
    low: int
    close: int
    mark_open: int
    mark_high: int
    mark_low: int
    mark_close: int


@dataclass(frozen=True)
class Payment:
    ts: int
    rate_e12: int
    mark: int
    price_from: int
    bar_ts: int


@dataclass(frozen=True)
class Decision:
    ts: int
    flat: int
    long: int
    short: int
    offset: int = -1
    stop: int = -1
    target: int = -1


@dataclass(frozen=True)
class Tier:
    from_ms: int
    limit: int
    mmr_e12: int
    leverage_e2: int
    deduction: int


@dataclass(frozen=True)
class Regime:
    """The rules of the instrument from an instant on."""

    from_ms: int
    tick: int
    step: int
    min_lots: int
    max_lots: int
    min_notional: int


@dataclass
class Position:
    side: int
    lots: int
    price: int
    value: int
    posted: int
    tier: Tier
    opened_ms: int
    opened_bar: int
    stop: int
    target: int
    liquidation: int
    trade: dict[str, int]
    seen: list[int] = field(default_factory=list)  # prices certainly traded while it was held
    inside: bool = False  # whether it was entered inside the range of its first bar, and by which kind of order
    entered_by: int = 0
    stop_reason: int = 0
    is_even: bool = False
    followed: tuple[int, int] = (-1, -1)  # the best price, and the point of the curve


@dataclass(frozen=True)
class Order:
    side: int
    lots: int
    close: int
    ts: int
    asked: int  # before any cap
    cap: int
    kind: int  # OrderKind
    price: int  # its limit or trigger
    expires: int
    measured: tuple[int, int]  # for its stop and target
