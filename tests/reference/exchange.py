"""The slow, obvious exchange: written from the semantics page, not from the kernels, as their oracle.

Every base bar is visited, every product with a rate is a fraction that is rounded once, half to even (MONEY-1), every quantity
and every liquidation price is searched with the rule itself. Plain Python integers, dicts and lists; speed does not matter here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from exchange_rows import Bar, Decision, Order, Payment, Position, Regime, Tier
from exchange_rules import E12, Refusal, Rules, down, share, tick_down, tick_up, up

from trade.base.records import Cap, ExitReason, FillKind, Intent, OrderKind, PriceFrom, Rejection, Rule, StopReason, TimeInForce
from trade.sim import spec as words


class Exchange(Rules):
    """One account and its one position."""

    def __init__(
        self,
        spec: Any,
        bars: list[Bar],
        payments: list[Payment],
        decisions: dict[int, Decision],
        tiers: list[Tier],
        regimes: list[Regime],
        trails: list[int],
    ) -> None:
        super().__init__(spec, tiers, regimes)
        self.bars, self.decisions = bars, decisions
        self.due = list(payments)
        self.cash = spec.initial_cash_quanta
        self.position: Position | None = None
        self.order: Order | None = None  # the entry that works
        self.trails, self.late_start = trails, list[int]()
        self.trades: list[dict[str, int]] = []
        self.fills: list[dict[str, int]] = []
        self.equity: list[dict[str, int]] = []
        self.rejections: Counter[int] = Counter()
        self.stop_reason, self.stop_ts = StopReason.COMPLETED, 0
        self.peak, self.max_drawdown, self.max_drawdown_frac, self.drawdown = self.cash, 0, 0.0, 0
        self.bars_in_position = self.entry_attempts = 0
        self.waiting: list[int] = []  # points of the curve, not yet written
        self.closes: list[int] = []  # base-close equities since the last point of the curve

    # entries

    def decide(self, side: int, bar: Bar, decision: Decision) -> Order:
        """SIZE-3: the quantity is fixed at the decision, from the last base close moved as FILL-1 would move it."""
        s, ts = self.spec, decision.ts
        if self.unmeasured(decision):
            raise Refusal(Rejection.NO_LEVEL)
        kind, waits_for, price = self.wish(side, bar.close, decision.offset, ts)
        measured = decision.stop, decision.target
        stop, _ = self.levels(side, price, bar.close, ts, *measured)
        allowed = [t.limit for t in self.table(ts) if t.leverage_e2 >= s.leverage_e2]
        if not allowed:
            raise Refusal(Rejection.LEVERAGE_ABOVE_TIER)
        caps = {Cap.MAX_QTY: self.regime(ts).max_lots, Cap.TIER: allowed[-1] // (price * self.unit)}
        if s.max_notional_quanta > 0:
            caps[Cap.MAX_NOTIONAL] = s.max_notional_quanta // (price * self.unit)
        if s.max_margin_quanta > 0:
            caps[Cap.MAX_MARGIN] = down(s.max_margin_quanta * self.leverage) // (price * self.unit)
        tightest = min(caps, key=lambda cap: caps[cap])
        asked = self.wanted(price, stop, self.cash, s.exact_lots, ts)
        capped = tick_down(min(asked, caps[tightest]), self.regime(ts).step)
        if capped < self.least(price, ts):
            raise Refusal(Rejection.BELOW_MINIMUM)
        lots = self.affordable(side, price, self.cash, capped, ts)
        if lots < self.least(price, ts):
            raise Refusal(Rejection.INSUFFICIENT_MARGIN)
        cap = Cap.MARGIN if lots < capped else tightest if capped < asked else Cap.NONE
        self.checked_stop(side, lots, price, stop, ts)
        if bar is self.bars[-1]:
            raise Refusal(Rejection.NO_NEXT_BAR)
        return Order(side, lots, bar.close, decision.ts, asked, cap, kind, waits_for, self.expiry(decision.ts), measured)

    def enter(self, order: Order, number: int, reference: int, source: int, rule: int, inside: bool) -> None:
        """FILL-1, FILL-2, FILL-3; SIZE-3 cut to what fits, STOP-2 again; EVID-1 row."""
        bar, side, now = self.bars[number], order.side, self.regime(self.bars[number].ts)
        price = reference if order.kind == OrderKind.LIMIT else self.slipped(reference, side, bar.ts)
        stop, target = self.levels(side, price, order.close, bar.ts, *order.measured)
        asked, cap = order.lots, order.cap
        if now != self.regime(order.ts):  # FILL-10: other rules than at the decision
            asked = tick_down(min(asked, now.max_lots), now.step)
            if asked < order.lots:
                cap = Cap.MAX_QTY if now.max_lots < order.lots else Cap.QTY_STEP
            if asked < self.least(price, bar.ts) and self.affordable(side, price, self.cash, asked, bar.ts) == asked:
                raise Refusal(Rejection.BELOW_MINIMUM)
        lots = self.affordable(side, price, self.cash, asked, bar.ts)
        if lots < order.lots and lots < self.least(price, bar.ts):
            raise Refusal(Rejection.INSUFFICIENT_MARGIN)
        if lots < asked:
            cap = Cap.MARGIN
        stop = self.checked_stop(side, lots, price, stop, bar.ts)
        value = lots * price * self.unit
        takes = order.kind != OrderKind.LIMIT or source == PriceFrom.OPEN
        rate = self.spec.taker_e12 if takes else self.spec.maker_e12
        posted, tier, fee = self.posted(side, value), self.tier(bar.ts, value), share(value, rate)
        liquidation = self.liquidation(side, lots, value, posted, tier, bar.ts, bar.ts)
        self.cash -= fee
        trade = {
            "side": side,
            "decision_ts_ms": order.ts,
            "entry_ts_ms": bar.ts,
            "entry_price_ticks": price,
            "quantity_lots": lots,
            "entry_value_quanta": value,
            "margin_quanta": posted,
            "fees_quanta": fee,
            "slippage_quanta": side * (price - reference) * lots * self.unit,
            "stop_price_ticks": stop,
            "target_price_ticks": target,
            "liquidation_price_ticks": liquidation,
        }
        self.position = Position(
            side, lots, price, value, posted, tier, bar.ts, number, stop, target, liquidation, defaultdict(int, trade), [reference]
        )
        self.position.entered_by, self.position.inside, self.position.stop_reason = order.kind, inside, ExitReason.STOP_LOSS
        self.row(
            FillKind.ENTRY,
            bar.ts,
            price,
            reference,
            source,
            rule,
            side=side,
            quantity_lots=lots,
            fee_quanta=fee,
            cash_quanta=-fee,
            cut_lots=order.lots - lots,
            asked_lots=order.asked,
            cap=int(cap),
            decision_ts_ms=order.ts,
            delay_ms=bar.ts - order.ts,
        )

    # what happens to a position

    def row(self, kind: int, ts: int, price: int, reference: int, price_from: int, rule: int, **rest: int) -> None:
        """EVID-1."""
        self.fills.append(
            {
                "trade": len(self.trades),
                "kind": kind,
                "ts_ms": ts,
                "price_ticks": price,
                "reference_price_ticks": reference,
                "price_from": price_from,
                "rule": rule,
                "bar_ts_open_ms": rest.pop("bar_ts", ts),
                **rest,
            }
        )

    def pay(self, payment: Payment, ts: int) -> None:
        """FUND-1: qty × mark × rate; from cash - used margin first, then from the margin, and never more than both."""
        p = self.position
        assert p is not None
        owed = p.side * share(p.lots * payment.mark * self.unit, payment.rate_e12)
        free = max(self.cash - p.posted, 0)
        owed = min(owed, free + p.posted)
        self.cash -= owed
        p.trade["funding_quanta"] -= owed
        if owed > free:
            p.posted -= owed - free
            p.liquidation = self.liquidation(p.side, p.lots, p.value, p.posted, p.tier, p.opened_ms, ts)
        self.row(
            FillKind.FUNDING,
            payment.ts,
            payment.mark,
            payment.mark,
            payment.price_from,
            Rule.FUND_1,
            quantity_lots=p.lots,
            cash_quanta=-owed,
            rate_e12=payment.rate_e12,
            bar_ts=payment.bar_ts,
            on_mark=int(payment.price_from == PriceFrom.MARK_OPEN),
        )

    def close(self, reference: int, maker: bool, reason: int, rule: int, source: int, ts: int, bar_ts: int, held: int, **row: int) -> None:
        """Close everything at a price; only resting limits do not slip (FILL-1)."""
        p = self.position
        assert p is not None
        price = reference if maker else self.slipped(reference, -p.side, ts)
        value = p.lots * price * self.unit
        fee = share(value, self.spec.maker_e12 if maker else self.spec.taker_e12)
        gross = p.side * (value - p.value)
        p.trade["slippage_quanta"] += p.side * (reference - price) * p.lots * self.unit
        self.row(
            FillKind.EXIT,
            ts,
            price,
            reference,
            source,
            rule,
            side=-p.side,
            quantity_lots=p.lots,
            fee_quanta=fee,
            cash_quanta=gross - fee,
            bar_ts=bar_ts,
            **row,
        )
        self.finish(p, gross, fee, price, reference, reason, ts, held)

    def liquidate(self, ts: int, held: int) -> None:
        """LIQ-1: the fee to close and the rest of the posted margin are lost, exactly that; the price is for display."""
        p = self.position
        assert p is not None
        fee = self.closing_fee(p.side, p.value, p.posted)
        gross = fee - p.posted
        tick = self.regime(ts).tick
        shown = down(Fraction(p.value + p.side * gross, p.lots * self.unit * tick) + Fraction(1, 2)) * tick
        self.row(
            FillKind.LIQUIDATION,
            ts,
            shown,
            p.liquidation,
            PriceFrom.BANKRUPTCY,
            Rule.LIQ_1,
            side=-p.side,
            quantity_lots=p.lots,
            fee_quanta=fee,
            cash_quanta=-p.posted,
            on_mark=self.spec.has_mark,
        )
        self.finish(p, gross, fee, shown, p.liquidation, ExitReason.LIQUIDATION, ts, held)

    def finish(self, p: Position, gross: int, fee: int, price: int, traded: int, reason: int, ts: int, held: int) -> None:
        self.cash += gross - fee
        moves = [p.side * (seen - p.price) for seen in [*p.seen, traded]]
        t = p.trade
        t["fees_quanta"] += fee
        t.update(
            exit_ts_ms=ts,
            exit_price_ticks=price,
            exit_reason=reason,
            gross_quanta=gross,
            net_quanta=gross - t["fees_quanta"] + t["funding_quanta"],
            mae_ticks=max(0, -min(moves)),
            mfe_ticks=max(0, *moves),
            bars_held=held,
        )
        self.trades.append(t)
        self.position = None

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

    # marking

    def worth(self, mark: int) -> int:
        """MONEY-3: equity = cash + unrealised."""
        p = self.position
        return self.cash if p is None else self.cash + p.side * (mark * p.lots * self.unit - p.value)

    def mark(self, equity: int) -> None:
        self.closes.append(equity)
        self.peak = max(self.peak, equity)
        self.drawdown = self.peak - equity
        self.max_drawdown = max(self.max_drawdown, self.drawdown)
        if self.peak > 0:
            self.max_drawdown_frac = max(self.max_drawdown_frac, float(self.drawdown) / float(self.peak))

    def point(self, ts: int, mark: int) -> None:
        """TIME-9."""
        p, equity = self.position, self.worth(mark)
        value = mark * p.lots * self.unit if p else 0
        self.equity.append(
            {
                "ts_ms": ts,
                "equity_quanta": equity,
                "low_equity_quanta": min([*self.closes, equity]),
                "cash_quanta": self.cash,
                "used_margin_quanta": p.posted if p else 0,
                "maintenance_margin_quanta": self.maintenance(p.side, p.value, p.posted, p.tier, p.opened_ms, value) if p else 0,
                "notional_quanta": value,
                "position_lots": p.side * p.lots if p else 0,
            }
        )
        self.closes = []

    def starved(self, close: int, ts: int) -> bool:
        """STOP-3: flat, and no permitted side can afford the minimum."""
        sides = [side for side, may in ((1, self.spec.may_long), (-1, self.spec.may_short)) if may]
        prices = [(side, self.slipped(close, side, ts)) for side in sides]
        return all(self.cost(side, self.least(price, ts) * price * self.unit) > self.cash for side, price in prices)

    def terminal(self, liquidated: bool, equity: int, close: int, ts: int) -> StopReason:
        """STOP-3, LIQ-2, in this order."""
        s = self.spec
        if liquidated and s.stop_on_liquidation:
            return StopReason.LIQUIDATED
        if equity <= s.equity_floor_quanta:
            return StopReason.EQUITY_FLOOR
        if s.max_drawdown_e12 < E12 and self.drawdown >= share(self.peak, s.max_drawdown_e12):
            return StopReason.MAX_DRAWDOWN
        idle = self.position is None and self.order is None
        return StopReason.STARVED if idle and self.starved(close, ts) else StopReason.COMPLETED

    # the story

    def run(self, step_ms: int, points: list[int]) -> Exchange:
        self.waiting = list(points)
        self.points_before(self.bars[0].ts + step_ms if self.bars else points[-1] + 1, 0)
        is_new = True
        leaving: tuple[int, int] | None = None  # reason, decided at
        for number, bar in enumerate(self.bars):
            liquidated_before = self.liquidations()
            self.pay_due(bar.ts)  # 1.
            if leaving and self.position:  # 2.
                self.leave_at_open(number, *leaving)
            if self.order:
                self.order = self.work(self.order, number, is_new)
            is_new, leaving = False, None
            if self.position and self.position.inside and self.position.opened_bar == number:  # 3.
                self.meet_late(number)
            elif self.position:
                self.meet(number)
            equity = self.worth(bar.mark_close)  # 4.
            self.mark(equity)
            if number + 1 < len(self.bars):  # the last close is written after END-1
                self.points_before(self.bars[number + 1].ts + step_ms, bar.mark_close)
            if self.stop_reason == StopReason.COMPLETED:
                self.stop_ts = bar.ts + step_ms
                self.stop_reason = self.terminal(self.liquidations() > liquidated_before, equity, bar.close, self.stop_ts)
            if self.stop_reason != StopReason.COMPLETED:
                if self.position is None:
                    break
                floor = self.stop_reason == StopReason.EQUITY_FLOOR
                leaving = int(ExitReason.EQUITY_FLOOR if floor else ExitReason.MAX_DRAWDOWN), self.stop_ts
                continue
            before = self.order
            leaving = self.close_of(number, step_ms)  # 5.
            is_new = self.order is not before
        if self.position is None and self.order:
            self.rejections[Rejection.UNFILLED] += 1
        self.end(step_ms, leaving)
        self.points_before(points[-1] + 1, 0)
        return self

    def close_of(self, number: int, step_ms: int) -> tuple[int, int] | None:
        """Step 5: stops move, then the rules are heard."""
        bar = self.bars[number]
        if self.position:
            self.follow(bar.ts + step_ms)
        return self.listen(self.decisions[number], bar) if number in self.decisions else None

    def pay_due(self, ts: int) -> None:
        """FUND-1, GAP-1: everything due at or before the open, in order; only who held before the open pays."""
        while self.due and self.due[0].ts <= ts:
            payment = self.due.pop(0)
            if self.position:
                self.pay(payment, ts)

    def points_before(self, ts: int, mark: int) -> None:
        while self.waiting and self.waiting[0] < ts:
            self.point(self.waiting.pop(0), mark)

    def liquidations(self) -> int:
        return sum(trade["exit_reason"] == ExitReason.LIQUIDATION for trade in self.trades)

    def attempt(self, act: Callable[..., Any], *args: Any) -> Any:
        try:
            return act(*args)
        except Refusal as refusal:
            self.rejections[int(refusal.args[0])] += 1
            return None

    def listen(self, decision: Decision, bar: Bar) -> tuple[int, int] | None:
        """RULE-5: an entry needs no position, an exit needs one. FILL-11: an entry that works is not asked for twice."""
        if self.position:
            intent = decision.long if self.position.side > 0 else decision.short
            return (int(ExitReason.SIGNAL), decision.ts) if intent == Intent.EXIT else None
        if decision.flat not in (Intent.ENTRY_LONG, Intent.ENTRY_SHORT):
            return None
        side = 1 if decision.flat == Intent.ENTRY_LONG else -1
        if self.order and self.order.side == side:
            return None
        if self.order:
            self.rejections[Rejection.REPLACED] += 1
        self.entry_attempts += 1
        self.order = self.attempt(self.decide, side, bar, decision)
        return None

    def end(self, step_ms: int, leaving: tuple[int, int] | None) -> None:
        """END-1, or END-2 where the symbol ends; a terminal stop without a next bar keeps its reason (STOP-3)."""
        p = self.position
        if p is None:
            return
        bar = self.bars[-1]
        last, rule = (ExitReason.DELISTED, Rule.END_2) if self.spec.is_delisted else (ExitReason.END_OF_DATA, Rule.END_1)
        reason = leaving[0] if leaving and self.stop_reason != StopReason.COMPLETED else last
        held = len(self.bars) - p.opened_bar
        self.close(bar.close, False, reason, rule, PriceFrom.CLOSE, bar.ts + step_ms, bar.ts, held)
        self.mark(self.cash)
