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
from exchange_rules import E12, Refusal, Rules, down, share, tick_down

from trade.base.records import Cap, ExitReason, FillKind, Intent, PriceFrom, Rejection, Rule, StopReason
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
    ) -> None:
        super().__init__(spec, tiers, regimes)
        self.bars, self.decisions = bars, decisions
        self.due = list(payments)
        self.cash = spec.initial_cash_quanta
        self.position: Position | None = None
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
        price = self.slipped(bar.close, side, ts)
        stop, _ = self.levels(side, price, bar.close, ts)
        allowed = [t.limit for t in self.table(ts) if t.leverage_e2 >= s.leverage_e2]
        if not allowed:
            raise Refusal(Rejection.LEVERAGE_ABOVE_TIER)
        caps = {Cap.MAX_QTY: self.regime(ts).max_lots, Cap.TIER: allowed[-1] // (price * self.unit)}
        if s.max_notional_quanta > 0:
            caps[Cap.MAX_NOTIONAL] = s.max_notional_quanta // (price * self.unit)
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
        return Order(side, lots, bar.close, decision.ts, asked, cap)

    def enter(self, order: Order, number: int) -> None:
        """FILL-1 at the open, SIZE-3 cut to what fits, STOP-2 again; EVID-1 row."""
        bar, side = self.bars[number], order.side
        price, now = self.slipped(bar.open, side, bar.ts), self.regime(bar.ts)
        stop, target = self.levels(side, price, order.close, bar.ts)
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
        posted, tier, fee = self.posted(side, value), self.tier(bar.ts, value), share(value, self.spec.taker_e12)
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
            "slippage_quanta": side * (price - bar.open) * lots * self.unit,
            "stop_price_ticks": stop,
            "target_price_ticks": target,
            "liquidation_price_ticks": liquidation,
        }
        self.position = Position(
            side, lots, price, value, posted, tier, bar.ts, number, stop, target, liquidation, defaultdict(int, trade), [bar.open]
        )
        self.row(
            FillKind.ENTRY,
            bar.ts,
            price,
            bar.open,
            PriceFrom.OPEN,
            Rule.FILL_1,
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
            self.close(bar.open, False, ExitReason.STOP_LOSS, Rule.FILL_6, PriceFrom.OPEN, bar.ts, bar.ts, held - 1)
        else:
            p.seen.append(bar.open)
            self.bars_in_position += 1
            p.trade["ambiguous"] = int(stop_at(against) and not stop_at(bar.open) and target_at(favour))
            self.meet_inside(bar, held, stop_at(against), target_at(favour), gone)

    def meet_inside(self, bar: Bar, held: int, stop: bool, target: bool, gone: bool) -> None:
        """FILL-5: what stands against the position first (worst), or by the walk (path); LIQ-1 between stop and liquidation."""
        p, s = self.position, self.spec
        assert p is not None
        doubtful, limit = p.trade["ambiguous"] == 1, bool(s.target_is_limit)
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
            self.close(p.stop, False, ExitReason.STOP_LOSS, rule, PriceFrom.STOP_LEVEL, bar.ts, bar.ts, held)

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
        return StopReason.STARVED if self.position is None and self.starved(close, ts) else StopReason.COMPLETED

    # the story

    def run(self, step_ms: int, points: list[int]) -> Exchange:
        self.waiting = list(points)
        self.points_before(self.bars[0].ts + step_ms if self.bars else points[-1] + 1, 0)
        order: Order | None = None
        leaving: tuple[int, int] | None = None  # reason, decided at
        for number, bar in enumerate(self.bars):
            liquidated_before = self.liquidations()
            self.pay_due(bar.ts)  # 1.
            if leaving and self.position:  # 2.
                self.leave_at_open(number, *leaving)
            if order:
                self.attempt(self.enter, order, number)
            order, leaving = None, None
            if self.position:  # 3.
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
            elif number in self.decisions:  # 5.
                order, leaving = self.listen(self.decisions[number], bar)
        self.end(step_ms, leaving)
        self.points_before(points[-1] + 1, 0)
        return self

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

    def listen(self, decision: Decision, bar: Bar) -> tuple[Order | None, tuple[int, int] | None]:
        """RULE-5: an entry needs no position, an exit needs one."""
        if self.position:
            intent = decision.long if self.position.side > 0 else decision.short
            return None, (int(ExitReason.SIGNAL), decision.ts) if intent == Intent.EXIT else None
        if decision.flat not in (Intent.ENTRY_LONG, Intent.ENTRY_SHORT):
            return None, None
        self.entry_attempts += 1
        side = 1 if decision.flat == Intent.ENTRY_LONG else -1
        return self.attempt(self.decide, side, bar, decision), None

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
