"""Prices, margins and sizes of the slow exchange, each from the semantics page: fractions, rounded once, and searches.

Every quantity and every liquidation price is searched with the rule itself (MONEY-1, MARGIN-1, LIQ-1, SIZE-1, FILL-10).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from exchange_rows import Decision, Regime, Tier

from trade.base.records import OrderKind, Rejection, TimeInForce
from trade.sim import spec as words

E9, E12 = 10**9, 10**12


class Refusal(Exception):
    """An entry that does not become a position; carries the `Rejection`."""


def share(amount: int, rate_e12: int) -> int:
    """MONEY-1: a product with a rate, rounded once, half to even."""
    return round(Fraction(amount * rate_e12, E12))


def up(exact: Fraction) -> int:
    return -((-exact.numerator) // exact.denominator)


def down(exact: Fraction) -> int:
    return exact.numerator // exact.denominator


def tick_up(exact: Fraction | int, tick: int) -> int:
    return up(Fraction(exact) / tick) * tick


def tick_down(exact: Fraction | int, tick: int) -> int:
    return down(Fraction(exact) / tick) * tick


def most(limit: int, fits: Callable[[int], bool]) -> int:
    """Return the largest n in [0, limit] that fits, where everything below something that fits does too; 0 when nothing does."""
    return bisect_left(range(1, max(limit, 0) + 1), True, key=lambda n: not fits(n))


class Rules:
    """What the spec, the tiers and the rules of an instant say of prices, margins and sizes."""

    def __init__(self, spec: Any, tiers: list[Tier], regimes: list[Regime]) -> None:
        self.spec, self.tiers, self.regimes = spec, tiers, regimes
        self.unit = spec.tick_lot_quanta
        self.leverage = Fraction(spec.leverage_e2, 100)

    def regime(self, ts: int) -> Regime:
        """FILL-10: the rules in force at an instant; before the first, the first."""
        started = [r for r in self.regimes if r.from_ms <= ts]
        return started[-1] if started else self.regimes[0]

    def slipped(self, price: int, bought: int, ts: int) -> int:
        """FILL-1: moved against the trader, then rounded to the tick against the trader; a sale keeps at least one tick."""
        exact, tick = price * (1 + bought * Fraction(self.spec.slippage_e9, E9)), self.regime(ts).tick
        return tick_up(exact, tick) if bought > 0 else max(tick_down(exact, tick), tick)

    def unmeasured(self, decision: Decision) -> bool:
        """Return whether something that the entry is measured by had no value."""
        s = self.spec
        wanted = [(s.entry_kind != words.ENTRY_MARKET and s.offset_kind == words.OFFSET_MEASURED, decision.offset)]
        wanted += [(s.stop_kind in (words.STOP_MEASURED, words.STOP_AT), decision.stop)]
        wanted += [(s.target_kind in (words.TARGET_MEASURED, words.TARGET_AT), decision.target)]
        return any(is_wanted and measured < 0 for is_wanted, measured in wanted)

    def wish(self, side: int, close: int, measured: int, ts: int) -> tuple[int, int, int]:
        """Return the kind of an entry, the price it waits for, and the price it is sized at (SIZE-3)."""
        s, tick = self.spec, self.regime(ts).tick
        if s.entry_kind == words.ENTRY_MARKET:
            return OrderKind.MARKET, -1, self.slipped(close, side, ts)
        part = Fraction(s.offset_num, s.offset_den)
        away = {words.OFFSET_FRACTION: up(close * part), words.OFFSET_POINTS: up(part), words.OFFSET_MEASURED: measured}[s.offset_kind]
        rises = side > 0 if s.entry_kind == words.ENTRY_STOP else side < 0
        price = max(tick_up(close + away, tick) if rises else tick_down(close - away, tick), tick)
        if s.entry_kind == words.ENTRY_STOP:
            return OrderKind.STOP_MARKET, price, self.slipped(price, side, ts)
        return OrderKind.LIMIT, price, price

    def expiry(self, ts: int) -> int:
        """FILL-8."""
        s, day = self.spec, 86_400_000
        ends = [ts + s.entry_life_ms] if s.entry_life_ms else []
        ends += [ts - ts % day + day] if s.time_in_force == TimeInForce.DAY else []
        return min(ends, default=2**63 - 1)

    def levels(self, side: int, price: int, close: int, ts: int, stop_measured: int, target_measured: int) -> tuple[int, int]:
        """FILL-4, FILL-5, SIZE-2: stop and target of a fill; -1 is none. Below zero there is no price, 0 is never reached."""
        s, tick = self.spec, self.regime(ts).tick
        onward = tick_up if side > 0 else tick_down  # the stop nearer the entry, the target farther: both the way the profit lies
        reference = close if s.anchor_signal else price
        stop = target = -1
        risk = 0
        if s.stop_kind != words.NONE:
            per = 1 if s.stop_kind == words.STOP_POINTS else reference
            buffer = Fraction(s.buffer_num, s.buffer_den)
            exact = reference - side * Fraction(s.stop_num, s.stop_den) * per
            if s.stop_kind == words.STOP_MEASURED:
                exact = reference - side * (stop_measured + down(reference * buffer))
            elif s.stop_kind == words.STOP_AT:
                exact = stop_measured - side * stop_measured * buffer
            nearer = onward(exact, tick)
            risk, stop = max(side * (reference - nearer), 0), max(nearer, 0)
        if s.target_kind == words.TARGET_AT:
            target = onward(target_measured, tick)
        elif s.target_kind == words.TARGET_MEASURED:
            target = max(onward(reference + side * target_measured, tick), 0)
        elif s.target_kind != words.NONE:
            per = {words.TARGET_POINTS: 1, words.TARGET_RATIO: risk, words.TARGET_FRACTION: reference}[s.target_kind]
            target = max(onward(reference + side * Fraction(s.target_num, s.target_den) * per, tick), 0)
        if stop >= 0 and side * (price - stop) <= 0:
            raise Refusal(Rejection.STOP_TOO_CLOSE)
        if target >= 0 and side * (target - price) <= 0:
            raise Refusal(Rejection.STOP_TOO_CLOSE)
        return stop, target

    # margin

    def table(self, ts: int) -> list[Tier]:
        """MARGIN-1: the newest table that is not younger than the instant, else the oldest."""
        dates = sorted({t.from_ms for t in self.tiers})
        chosen = ([d for d in dates if d <= ts] or dates[:1])[-1]
        return [t for t in self.tiers if t.from_ms == chosen]

    def tier(self, ts: int, value: int) -> Tier:
        rows = self.table(ts)
        return next((t for t in rows if value <= t.limit), rows[-1])

    def initial(self, value: int) -> int:
        return round(value / self.leverage)

    def posted(self, side: int, value: int) -> int:
        """MARGIN-1: initial margin and the fee to close at the bankruptcy price, where the initial margin is lost."""
        return self.initial(value) + share(max(value - side * self.initial(value), 0), self.spec.taker_e12)

    def cost(self, side: int, value: int) -> int:
        return self.posted(side, value) + share(value, self.spec.taker_e12)

    def closing_fee(self, side: int, value: int, posted: int) -> int:
        """Section 1.5: at bankruptcy the loss and this fee eat the posted margin; f / (1 - side × f) of what is left of the value."""
        fee = Fraction(self.spec.taker_e12, E12)
        return round(max(value - side * posted, 0) * fee / (1 - side * fee))

    def maintenance(self, side: int, value: int, posted: int, tier: Tier, opened_ms: int, mark_value: int) -> int:
        """MARGIN-1; entries before the dated change keep the old margin: on the entry value, no fee inside."""
        if opened_ms < self.spec.mark_margin_from_ms:
            return share(value, tier.mmr_e12) - tier.deduction
        return share(mark_value, tier.mmr_e12) - tier.deduction + self.closing_fee(side, value, posted)

    def liquidation(self, side: int, lots: int, value: int, posted: int, tier: Tier, opened_ms: int, ts: int) -> int:
        """LIQ-1: the first tick, coming from profit, where margin and profit do not exceed the maintenance margin."""
        margin = posted
        if opened_ms < self.spec.mark_margin_from_ms:
            margin -= self.posted(side, value) - self.initial(value)  # the fee was not part of the old margin

        tick = self.regime(ts).tick

        def gone(ticks: int) -> bool:
            mark_value = ticks * tick * lots * self.unit
            return margin + side * (mark_value - value) <= self.maintenance(side, value, posted, tier, opened_ms, mark_value)

        far = 10 * (value // (lots * self.unit)) + 10
        return (most(far, gone) if side > 0 else most(far, lambda ticks: not gone(ticks)) + 1) * tick

    def checked_stop(self, side: int, lots: int, price: int, stop: int, ts: int) -> int:
        """STOP-2: a stop at or beyond the liquidation price is refused, moved inside, or left."""
        if stop < 0 or self.spec.beyond_liquidation == words.BEYOND_WARN:
            return stop
        value = lots * price * self.unit
        liquidation = self.liquidation(side, lots, value, self.posted(side, value), self.tier(ts, value), ts, ts)
        if side * (stop - liquidation) > 0:
            return stop
        moved = liquidation + side * self.regime(ts).tick
        if self.spec.beyond_liquidation == words.BEYOND_ADJUST and side * (price - moved) > 0:
            return moved
        raise Refusal(Rejection.STOP_BEYOND_LIQUIDATION)

    # sizes

    def least(self, price: int, ts: int) -> int:
        """FILL-10: the minimum quantity and the minimum notional, in whole steps."""
        r = self.regime(ts)
        return max(r.min_lots, tick_up(Fraction(r.min_notional, price * self.unit), r.step))

    def whole(self, limit: int, ts: int, fits: Callable[[int], bool]) -> int:
        """FILL-10: the most lots in whole steps that fit."""
        step = self.regime(ts).step
        return most(limit // step, lambda steps: fits(steps * step)) * step

    def affordable(self, side: int, price: int, cash: int, limit: int, ts: int) -> int:
        """SIZE-1, MONEY-3: the most lots whose cost fits cash - used margin; a new entry is only wanted while flat."""
        return self.whole(limit, ts, lambda lots: self.cost(side, lots * price * self.unit) <= cash)

    def wanted(self, price: int, stop: int, cash: int, limit: int, ts: int) -> int:
        """SIZE-1: what the model asks for."""
        s, worth = self.spec, price * self.unit
        if s.size_model == words.SIZE_RISK:

            def loss(lots: int) -> int:
                fees = share(lots * worth, s.taker_e12) + share(lots * stop * self.unit, s.taker_e12)
                return abs(price - stop) * lots * self.unit + fees

            return self.whole(limit, ts, lambda lots: loss(lots) <= share(cash, s.size_e12))
        notional = s.size_quanta if s.size_model == words.SIZE_FIXED else down(share(cash, s.size_e12) * self.leverage)
        return self.whole(limit, ts, lambda lots: lots * worth <= notional)
