"""The money of the slow exchange: an entry, funding, an exit and a liquidation, each with its row (MONEY-1 to 3, EVID-1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from exchange_rows import Bar, Decision, Order, Payment, Position, Regime, Tier
from exchange_rules import Refusal, Rules, down, share, tick_down

from trade.base.records import Cap, ExitReason, FillKind, OrderKind, PriceFrom, Rejection, Rule, StopReason


class Ledger(Rules):
    """One account, its one position, and the rows that were written."""

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

    def attempt(self, act: Callable[..., Any], *args: Any) -> Any:
        try:
            return act(*args)
        except Refusal as refusal:
            self.rejections[int(refusal.args[0])] += 1
            return None
