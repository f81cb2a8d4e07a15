"""From the Play's decimals and the instrument's rules to the integers of the simulator; the one conversion (MONEY-1)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.base.instrument import Instrument, Tier
from trade.engine.tape import Int64
from trade.play.spec import Play, Risk
from trade.sim import spec as terms
from trade.sim.money import LIMIT_QUANTA, RATE_ONE
from trade.sim.spec import MARK_MARGIN_FROM_MS, Spec

_STOPS = {"percent": terms.STOP_FRACTION, "fixed_points": terms.STOP_POINTS}
_TARGETS = {"percent": terms.TARGET_FRACTION, "fixed_points": terms.TARGET_POINTS, "rr_ratio": terms.TARGET_RATIO}
_SIZES = {"percent_equity": terms.SIZE_EQUITY, "risk_based": terms.SIZE_RISK, "fixed_usdt": terms.SIZE_FIXED}
_BEYOND = {"reject": terms.BEYOND_REJECT, "adjust": terms.BEYOND_ADJUST, "warn": terms.BEYOND_WARN}
_NO_LIMIT_USDT = Decimal(10) ** 9
_ANY_LEVERAGE = Decimal(10) ** 6


def position_leverage(play: Play) -> Decimal:
    """Return the leverage of positions: the smaller of sizing and account (SIZE-2)."""
    return min(play.risk.sizing.max_leverage, play.account.max_leverage)


def make_spec(play: Play, instrument: Instrument, has_mark: bool, highest_ticks: int) -> Spec:
    """Return the simulator's constants. Raises Refused when the numbers of this run could leave int64."""
    account, risk, grid = play.account, play.risk, instrument.grid
    leverage = position_leverage(play)
    stop_num, stop_den = _distance(risk.stop_loss.kind, risk.stop_loss.value, risk, leverage, instrument) if risk.stop_loss else (0, 1)
    target_num, target_den = (
        _distance(risk.take_profit.kind, risk.take_profit.value, risk, leverage, instrument) if risk.take_profit else (0, 1)
    )
    taker = Fraction(account.taker_bps) / 10_000
    most_lots = LIMIT_QUANTA // (2 * highest_ticks * grid.tick_lot_quanta)
    spec = Spec(
        tick_lot_quanta=grid.tick_lot_quanta,
        min_lots=max(int(instrument.min_qty / instrument.qty_step), 1),
        max_lots=min(int(instrument.max_qty / instrument.qty_step), most_lots),
        min_notional_quanta=grid.quanta(max(account.min_trade_notional_usdt, instrument.min_notional_usdt)),
        max_notional_quanta=grid.quanta(account.max_notional_usdt) if account.max_notional_usdt is not None else 0,
        initial_cash_quanta=grid.quanta(account.starting_equity_usdt),
        taker_e12=_e12(taker),
        maker_e12=_e12(Fraction(account.maker_bps) / 10_000),
        slippage_e9=round(Fraction(account.slippage_bps) * 10**5),
        leverage_e2=int(leverage * 100),
        bankruptcy_long_e12=_e12(taker / (1 - taker)),
        bankruptcy_short_e12=_e12(taker / (1 + taker)),
        mark_margin_from_ms=MARK_MARGIN_FROM_MS,
        stop_kind=_STOPS[risk.stop_loss.kind] if risk.stop_loss else terms.NONE,
        stop_num=stop_num,
        stop_den=stop_den,
        target_kind=_TARGETS[risk.take_profit.kind] if risk.take_profit else terms.NONE,
        target_num=target_num,
        target_den=target_den,
        target_is_limit=int(risk.take_profit is not None and risk.take_profit.order_type == "Limit"),
        limit_through=int(play.execution.limit_fill == "through"),
        anchor_signal=int(play.execution.anchor == "signal"),
        intrabar=terms.PATH if play.execution.intrabar == "path" else terms.WORST,
        size_model=_SIZES[risk.sizing.model],
        size_e12=_e12(Fraction(risk.sizing.value) / 100) if risk.sizing.model != "fixed_usdt" else 0,
        size_quanta=grid.quanta(risk.sizing.value) if risk.sizing.model == "fixed_usdt" else 0,
        may_long=int(play.policy.mode != "short_only"),
        may_short=int(play.policy.mode != "long_only"),
        beyond_liquidation=_BEYOND[account.on_sl_beyond_liq],
        stop_on_liquidation=int(play.execution.on_liquidation == "stop"),
        equity_floor_quanta=grid.quanta(account.equity_floor_usdt),
        max_drawdown_e12=_e12(Fraction(account.max_drawdown_pct) / 100),
        has_mark=int(has_mark),
    )
    _stay_inside_int64(spec, highest_ticks)
    return spec


def tier_rows(play: Play, instrument: Instrument) -> Int64:
    """Return the margin tiers as the simulator reads them: rows of (from ms, limit, mmr, leverage, deduction), see `sim.margin`.

    The Play's own `maintenance_margin_rate` replaces the instrument's table. Raises Refused when there is neither.
    """
    rate = play.account.maintenance_margin_rate
    if rate is not None:
        own = Tier(_NO_LIMIT_USDT, rate, _ANY_LEVERAGE, play.account.mm_deduction_usdt)
        return np.array([_tier_row(0, own, instrument)], np.int64)
    rows = [_tier_row(table.from_ms, tier, instrument) for table in instrument.tier_tables for tier in table.tiers]
    if not rows:
        raise Refused(
            Finding(
                "no-margin-tiers",
                f"'{instrument.key}' has no margin tiers",
                "set account.maintenance_margin_rate in the Play, for example 0.005",
            )
        )
    return np.array(sorted(rows), np.int64)


def _tier_row(from_ms: int, tier: Tier, instrument: Instrument) -> tuple[int, int, int, int, int]:
    quanta = instrument.grid.quanta
    return from_ms, quanta(tier.limit_usdt), _e12(Fraction(tier.mmr)), int(tier.max_leverage * 100), quanta(tier.deduction_usdt)


def _distance(kind: str, value: Decimal, risk: Risk, leverage: Decimal, instrument: Instrument) -> tuple[int, int]:
    """Return a level's distance as num / den: of the reference price, of a tick, or of the stop distance."""
    if kind == "fixed_points":
        return (Fraction(value) / Fraction(instrument.tick_size)).as_integer_ratio()
    if kind == "rr_ratio":
        return Fraction(value).as_integer_ratio()
    divisor = Fraction(leverage) if risk.basis == "margin" else Fraction(1)  # SIZE-2
    return (Fraction(value) / 100 / divisor).as_integer_ratio()


def _e12(rate: Fraction) -> int:
    return round(rate * RATE_ONE)


def _stay_inside_int64(spec: Spec, highest_ticks: int) -> None:
    largest = 2 * highest_ticks  # a price after slippage, or a level on its far side
    products = {
        "price": highest_ticks * spec.tick_lot_quanta,
        "slippage": largest * spec.slippage_e9,
        "stop": largest * spec.stop_num,
        "target": largest * spec.target_num,
        "equity": spec.initial_cash_quanta * max(spec.leverage_e2 // 100, 1),
        "minimum": spec.min_notional_quanta,
    }
    for name, product in products.items():
        if product >= LIMIT_QUANTA:
            raise Refused(
                Finding(
                    "number-too-large",
                    f"the {name} of this run, {product:.3e} in the smallest units, does not fit exact 64-bit arithmetic",
                    "use fewer decimals or a smaller amount, or a coarser tick or quantity step for the instrument",
                )
            )
