"""What a base bar does to the slow exchange: to the position at its open and in its range, to an entry that rests, to a stop that moves."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from exchange_ledger import Ledger
from exchange_rows import Bar, Order
from exchange_rules import down, tick_down, tick_up, up

from trade.base.records import ExitReason, OrderKind, PriceFrom, Rejection, Rule, TimeInForce
from trade.sim import spec as words


class Bars(Ledger):
    """The open, the range and the close of one bar (FILL-1 to FILL-8, LIQ-1, STOP-1)."""

    def leave_at_open(self, number: int, reason: int, decided: int) -> None:
        """Step 2; what opens beyond its liquidation price is gone before an order can reach it (LIQ-1)."""
        p, bar = self.position, self.bars[number]
        assert p is not None
        held = number - p.opened_bar
        if p.side * (bar.mark_open - p.liquidation) <= 0:
            self.liquidate(bar.ts, held)
            return
        rule = Rule.FILL_1 if reason == ExitReason.SIGNAL else Rule.STOP_3
        delay = bar.ts - decided
        self.close(bar.open, False, reason, rule, PriceFrom.OPEN, bar.ts, bar.ts, held, decision_ts_ms=decided, delay_ms=delay)

    def meet(self, number: int) -> None:
        """Step 3: what the open decides is first, then the range, and inside the range FILL-5 and LIQ-1 choose."""
        p, bar, s = self.position, self.bars[number], self.spec
        assert p is not None
        side, limit, held = p.side, bool(s.target_is_limit), number + 1 - p.opened_bar
        against, favour = (bar.low, bar.high) if side > 0 else (bar.high, bar.low)
        tick = self.regime(bar.ts).tick
        beyond = (p.target // tick + 1) * tick if side > 0 else (p.target - 1) // tick * tick  # the next price on the tick
        needed = beyond if limit and s.limit_through else p.target  # FILL-2

        def stop_at(price: int) -> bool:
            return p.stop >= 0 and side * (price - p.stop) <= 0

        def target_at(price: int) -> bool:
            return p.target >= 0 and side * (price - needed) >= 0

        gone = side * ((bar.mark_low if side > 0 else bar.mark_high) - p.liquidation) <= 0
        if not (stop_at(against) or target_at(favour) or gone):
            p.seen += [bar.high, bar.low]
            self.bars_in_position += 1
            return
        if side * (bar.mark_open - p.liquidation) <= 0:  # what leaves at the open did not hold the bar, and lived through no price of it
            self.liquidate(bar.ts, held - 1)
        elif target_at(bar.open):  # FILL-6
            price, source = (p.target, PriceFrom.TARGET_LEVEL) if limit else (bar.open, PriceFrom.OPEN)
            self.close(price, limit, ExitReason.TAKE_PROFIT, Rule.FILL_6, source, bar.ts, bar.ts, held - 1)
        elif stop_at(bar.open) and not (s.has_mark and gone):  # FILL-6, LIQ-1
            self.close(bar.open, False, p.stop_reason, Rule.FILL_6, PriceFrom.OPEN, bar.ts, bar.ts, held - 1)
        else:
            p.seen.append(bar.open)
            self.bars_in_position += 1
            doubtful = stop_at(against) and not stop_at(bar.open) and target_at(favour)
            p.trade["ambiguous"] = max(p.trade["ambiguous"], int(doubtful))
            self.meet_inside(bar, held, stop_at(against), target_at(favour), gone, doubtful)

    def meet_inside(self, bar: Bar, held: int, stop: bool, target: bool, gone: bool, doubtful: bool) -> None:
        """FILL-5: what stands against the position first (worst), or by the walk (path); LIQ-1 between stop and liquidation."""
        p, s = self.position, self.spec
        assert p is not None
        limit = bool(s.target_is_limit)
        low_first = bar.open - bar.low <= bar.high - bar.open
        favour_first = s.intrabar == words.PATH and low_first == (p.side < 0)
        if stop and gone:  # one series: the nearer level; a mark series of its own: liquidation, whatever the path
            stop = not s.has_mark and p.side * (p.stop - p.liquidation) > 0
            gone = not stop
            favour_first = favour_first and not s.has_mark
        leaves_for_target = target and (favour_first or not (stop or gone))
        if s.intrabar == words.PATH and not (gone and not leaves_for_target and s.has_mark):
            first, second = (bar.low, bar.high) if low_first else (bar.high, bar.low)
            if second == ((bar.high if p.side > 0 else bar.low) if leaves_for_target else (bar.low if p.side > 0 else bar.high)):
                p.seen.append(first)  # the level was met on the second leg of the walk
        if leaves_for_target:
            rule = Rule.FILL_5 if doubtful else Rule.FILL_2 if limit else Rule.FILL_3
            rule = Rule.FILL_6 if p.side * (bar.open - p.target) > 0 else rule  # beyond a limit, by less than the tick in force
            self.close(p.target, limit, ExitReason.TAKE_PROFIT, rule, PriceFrom.TARGET_LEVEL, bar.ts, bar.ts, held)
        elif gone:
            self.liquidate(bar.ts, held)
        else:
            rule = Rule.FILL_5 if doubtful else Rule.FILL_3
            self.close(p.stop, False, p.stop_reason, rule, PriceFrom.STOP_LEVEL, bar.ts, bar.ts, held)

    # resting entries

    def work(self, order: Order, number: int, is_new: bool) -> Order | None:
        """Step 2 and 3 for an entry order: what the open makes of it, then the range; returned while it goes on working."""
        bar, kind = self.bars[number], order.kind
        if order.expires <= bar.ts:
            self.rejections[Rejection.EXPIRED] += 1
            return None
        if kind == OrderKind.MARKET:
            self.attempt(self.enter, order, number, bar.open, PriceFrom.OPEN, Rule.FILL_1, False)
            return None
        limit, tick = kind == OrderKind.LIMIT, self.regime(bar.ts).tick
        up = -order.side if limit else order.side  # where the price must go
        if limit and is_new and up * (bar.open - order.price) >= 0:
            if self.spec.time_in_force == TimeInForce.POST_ONLY:
                self.rejections[Rejection.POST_ONLY] += 1
            else:
                self.attempt(self.enter, order, number, bar.open, PriceFrom.OPEN, Rule.FILL_2, False)
            return None
        needed = order.price
        if limit and self.spec.limit_through:
            needed = tick_up(order.price + 1, tick) if up > 0 else tick_down(order.price - 1, tick)
        source = PriceFrom.LIMIT_PRICE if limit else PriceFrom.TRIGGER_PRICE
        if up * (bar.open - needed) >= 0:
            reference, source = (order.price, source) if limit else (bar.open, PriceFrom.OPEN)
            self.attempt(self.enter, order, number, reference, source, Rule.FILL_6, False)
        elif up * ((bar.high if up > 0 else bar.low) - needed) >= 0:
            rule = Rule.FILL_3 if not limit else Rule.FILL_6 if up * (bar.open - order.price) > 0 else Rule.FILL_2
            self.attempt(self.enter, order, number, order.price, source, rule, True)
            if self.position:
                self.late_start = self.walk(bar)[self.leg_to(bar, up, needed) :]
                self.doubt(bar)
        elif self.spec.time_in_force == TimeInForce.IOC:
            self.rejections[Rejection.EXPIRED] += 1
        else:
            return order
        return None

    def walk(self, bar: Bar) -> list[int]:
        """FILL-5: nearer extreme, other extreme, close; equal distance: low first."""
        extremes = [bar.low, bar.high] if bar.open - bar.low <= bar.high - bar.open else [bar.high, bar.low]
        return [*extremes, bar.close]

    def leg_to(self, bar: Bar, up: int, level: int) -> int:
        return next(leg for leg, end in enumerate(self.walk(bar)) if up * (end - level) >= 0)

    def doubt(self, bar: Bar) -> None:
        """FILL-7: a trade that hangs on what the bar did before its entry is ambiguous."""
        p = self.position
        assert p is not None
        near = p.entered_by == OrderKind.STOP_MARKET and p.stop >= 0 and bar.low <= p.stop <= bar.high
        far = p.target >= 0 and bar.low <= p.target <= bar.high and p.side * (bar.close - p.target) < 0
        p.trade["ambiguous"] = int(near or far)

    def meet_late(self, number: int) -> None:
        """FILL-7: the rest of the bar in which a resting entry filled: all of it against the position (worst), or the rest of the walk."""
        p, bar, s = self.position, self.bars[number], self.spec
        assert p is not None
        side, at, tick, limit = p.side, p.seen[0], self.regime(bar.ts).tick, bool(s.target_is_limit)
        needed = p.target
        if limit and s.limit_through:
            needed = (p.target // tick + 1) * tick if side > 0 else (p.target - 1) // tick * tick
        path = s.intrabar == words.PATH
        rest = self.late_start if path else [bar.low if side > 0 else bar.high]

        def first(reached: Callable[[int], bool], prices: list[int]) -> int | None:
            """Return the leg at whose end, or at whose very start, a level is reached."""
            if path and reached(at):
                return 0
            return next((leg for leg, end in enumerate(prices) if reached(end)), None)

        stop_leg = first(lambda price: side * (price - p.stop) <= 0, rest) if p.stop >= 0 else None
        target_leg = first(lambda price: side * (price - needed) >= 0, rest if path else [bar.close]) if p.target >= 0 else None
        gone_leg = self.gone_late(bar, rest, at, stop_leg is not None)
        doubtful = stop_leg is not None and target_leg is not None
        events: list[tuple[int, int, int, int, str]] = []  # (rank, leg, distance, liquidation first, what)
        if gone_leg is not None:
            at_once = s.has_mark and stop_leg is not None
            events.append((-1 if at_once else 0, gone_leg, side * (at - p.liquidation), 0, "gone"))
        if stop_leg is not None:
            events.append((0, stop_leg, side * (at - p.stop), 1, "stop"))
        if target_leg is not None:
            events.append((0 if path else 1, target_leg, side * (p.target - at), 1, "target"))
        self.bars_in_position += 1
        if not events:
            p.seen += rest if path else [bar.close]
            return
        _, leg, _, _, what = min(events)
        if path and not (what == "gone" and s.has_mark):
            p.seen += rest[:leg]
        p.trade["ambiguous"] = max(p.trade["ambiguous"], int(doubtful))
        held = number + 1 - p.opened_bar
        if what == "gone":
            self.liquidate(bar.ts, held)
        elif what == "stop":
            reference = at if path and side * (at - p.stop) <= 0 else p.stop
            rule = Rule.FILL_5 if doubtful else Rule.FILL_3
            self.close(reference, False, p.stop_reason, rule, PriceFrom.STOP_LEVEL, bar.ts, bar.ts, held)
        else:
            reference = at if path and not limit and side * (at - needed) >= 0 else p.target
            rule = Rule.FILL_5 if doubtful else Rule.FILL_2 if limit else Rule.FILL_3
            self.close(reference, limit, ExitReason.TAKE_PROFIT, rule, PriceFrom.TARGET_LEVEL, bar.ts, bar.ts, held)

    def gone_late(self, bar: Bar, rest: list[int], at: int, with_stop: bool) -> int | None:
        """Return the leg on which the liquidation price is reached after the entry; by a mark of its own with the adverse extreme."""
        p, path = self.position, self.spec.intrabar == words.PATH
        assert p is not None
        if p.side * ((bar.mark_low if p.side > 0 else bar.mark_high) - p.liquidation) > 0:
            return None
        if not path or (self.spec.has_mark and with_stop):
            return 0
        level = p.liquidation
        if self.spec.has_mark:
            level = bar.low if p.side > 0 else bar.high
        elif p.side * (at - level) <= 0:
            return 0
        return next((leg for leg, end in enumerate(rest) if p.side * (end - level) <= 0), None)

    def follow(self, ts: int) -> None:
        """STOP-1: break-even once, then the trail, from the best price that was seen; only ever tighter."""
        p, s = self.position, self.spec
        assert p is not None
        best = p.side * max(p.side * price for price in p.seen)
        gain = p.side * (best - p.price)
        point = len(self.equity) - 1 if s.trail_kind == words.TRAIL_MEASURED else 0
        if p.followed == (best, point):
            return
        p.followed = best, point

        def part(num: int, den: int) -> int:
            return up(Fraction(p.price * num, den))

        def tighten(level: int, reason: int) -> None:
            tick = self.regime(ts).tick
            level = max(tick_up(level, tick) if p.side > 0 else tick_down(level, tick), 0)
            if p.stop < 0 or p.side * (level - p.stop) > 0:
                p.stop, p.stop_reason = level, reason

        if s.even_from_num and not p.is_even and gain >= part(s.even_from_num, s.even_from_den):
            p.is_even = True
            tighten(p.price + p.side * part(s.even_num, s.even_den), ExitReason.BREAK_EVEN)
        if s.trail_kind and gain >= part(s.trail_from_num, s.trail_from_den):
            away = self.trails[len(self.equity) - 1]
            if s.trail_kind == words.TRAIL_FRACTION:
                away = down(Fraction(best * s.trail_num, s.trail_den))
            if away >= 0:
                tighten(best - p.side * max(away, self.regime(ts).tick), ExitReason.TRAILING_STOP)
