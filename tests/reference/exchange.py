"""The slow, obvious exchange: written from the semantics page, not from the kernels, as their oracle.

Every base bar is visited, every product with a rate is a fraction that is rounded once, half to even (MONEY-1), every quantity
and every liquidation price is searched with the rule itself. Plain Python integers, dicts and lists; speed does not matter here.
"""

from __future__ import annotations

from exchange_bars import Bars
from exchange_rows import Bar, Decision, Order
from exchange_rules import E12, Refusal, down, share, tick_down

from trade.base.records import Cap, ExitReason, Intent, PriceFrom, Rejection, Rule, StopReason


class Exchange(Bars):
    """The account from its first bar to its last: what is decided, how it is marked, in which order it happens."""

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
