"""From the Play's decimals and the instrument's rules to the integers of the simulator; the one conversion (MONEY-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.base.instrument import Instrument, Tier, TierTable
from trade.base.records import RATE_ONE, Records, TimeInForce
from trade.base.rules import Rules
from trade.engine.limits import check_before, exact_lots
from trade.play.spec import EntryOrder, Play, Risk, StopLoss, TakeProfit
from trade.sim import spec as terms
from trade.sim.margin import TIER
from trade.sim.money import LIMIT_QUANTA
from trade.sim.spec import MARK_MARGIN_FROM_MS, Spec

_STOPS = {
    "percent": terms.STOP_FRACTION,
    "trailing_pct": terms.STOP_FRACTION,
    "fixed_points": terms.STOP_POINTS,
    "atr_multiple": terms.STOP_MEASURED,
    "trailing_atr": terms.STOP_MEASURED,
    "structure": terms.STOP_AT,
}
_TARGETS = {
    "percent": terms.TARGET_FRACTION,
    "fixed_points": terms.TARGET_POINTS,
    "rr_ratio": terms.TARGET_RATIO,
    "atr_multiple": terms.TARGET_MEASURED,
    "structure": terms.TARGET_AT,
}
_ENTRIES = {"MARKET": terms.ENTRY_MARKET, "LIMIT": terms.ENTRY_LIMIT, "STOP": terms.ENTRY_STOP}
_OFFSETS = {"pct": terms.OFFSET_FRACTION, "ticks": terms.OFFSET_POINTS, "atr": terms.OFFSET_MEASURED}
_TIMES = {
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.IOC,
    "PostOnly": TimeInForce.POST_ONLY,
    "DAY": TimeInForce.DAY,
}
_SIZES = {"percent_equity": terms.SIZE_EQUITY, "risk_based": terms.SIZE_RISK, "fixed_usdt": terms.SIZE_FIXED}
_BEYOND = {"reject": terms.BEYOND_REJECT, "adjust": terms.BEYOND_ADJUST, "warn": terms.BEYOND_WARN}
_NO_LIMIT_USDT = Decimal(10) ** 12
_ANY_LEVERAGE = Decimal(10) ** 6
_SLIPPAGE_PLACES = 5  # of basis points: the simulator moves prices by whole 1e-9


def position_leverage(play: Play) -> Decimal:
    """Return the leverage of positions: the smaller of sizing and account (SIZE-2)."""
    return min(play.risk.sizing.max_leverage, play.account.max_leverage)


def make_specs(play: Play, instrument: Instrument, has_mark: bool, highest_ticks: int) -> tuple[Spec, ...]:
    """Return the simulator's constants under each set of rules.

    Raises Refused when the numbers of this run could leave int64, or a decimal would be lost.
    `highest_ticks` is the highest price of the run, mark included.
    """
    shared = _shared(play, instrument, has_mark)
    specs = [replace(shared, **_under(play, instrument, rules)) for rules in instrument.rule_tables]
    exact = min(exact_lots(spec, highest_ticks, steepest_mmr(play, instrument)) for spec in specs)
    exact_specs = tuple(
        replace(spec, exact_lots=exact, max_lots=min(spec.max_lots, exact // spec.quantity_step_lots * spec.quantity_step_lots))
        for spec in specs
    )
    for spec in exact_specs:
        check_before(spec, highest_ticks)
    return exact_specs


def _under(play: Play, instrument: Instrument, rules: Rules) -> dict[str, int]:
    """Return the constants that follow from one set of rules, on the grid of the run."""
    grid = instrument.grid
    step = grid.lots(rules.qty_step)
    tick = grid.ticks(rules.tick_size)
    return {
        "from_ms": rules.from_ms,
        "price_step_ticks": tick,
        **_offset(play.entry, tick),
        "quantity_step_lots": step,
        "min_lots": max(ceil(Fraction(rules.min_qty) / Fraction(rules.qty_step)), 1) * step,
        "max_lots": LIMIT_QUANTA if rules.max_qty is None else int(Fraction(rules.max_qty) / Fraction(rules.qty_step)) * step,
        "min_notional_quanta": grid.quanta(max(play.account.min_trade_notional_usdt, rules.min_notional_usdt)),
    }


def _shared(play: Play, instrument: Instrument, has_mark: bool) -> Spec:
    account, risk, grid = play.account, play.risk, instrument.grid
    leverage = position_leverage(play)
    stop_num, stop_den = _distance(risk.stop_loss, risk, leverage, instrument)
    target_num, target_den = _distance(risk.take_profit, risk, leverage, instrument)
    taker = Fraction(account.taker_bps) / 10_000
    return Spec(
        **_under(play, instrument, instrument.rule_tables[0]),
        tick_lot_quanta=grid.tick_lot_quanta,
        exact_lots=0,  # follows from all the others
        max_notional_quanta=_at_most_limit(grid.quanta(account.max_notional_usdt)) if account.max_notional_usdt is not None else 0,
        max_margin_quanta=_at_most_limit(grid.quanta(account.max_margin_usdt)) if account.max_margin_usdt is not None else 0,
        initial_cash_quanta=grid.quanta(account.starting_equity_usdt),
        taker_e12=_e12(taker),
        maker_e12=_e12(Fraction(account.maker_bps) / 10_000),
        slippage_e9=_slippage_e9(account.slippage_bps),
        leverage_e2=int(leverage * 100),
        mark_margin_from_ms=MARK_MARGIN_FROM_MS,
        entry_kind=_ENTRIES[play.entry.order_type],
        offset_kind=_OFFSETS[play.entry.offset],
        time_in_force=int(_TIMES[play.entry.time_in_force]),
        entry_life_ms=play.entry.expire_after_bars * play.exec_timeframe.length_ms,
        stop_kind=_STOPS[risk.stop_loss.kind] if risk.stop_loss else terms.NONE,
        stop_num=stop_num,
        stop_den=stop_den,
        **_ratio("buffer", risk.stop_loss.buffer_pct if risk.stop_loss else Decimal(0)),
        target_kind=_TARGETS[risk.take_profit.kind] if risk.take_profit else terms.NONE,
        target_num=target_num,
        target_den=target_den,
        **_moves(risk),
        target_is_limit=int(risk.take_profit is not None and risk.take_profit.order_type == "Limit"),
        limit_through=int(play.execution.limit_fill == "through"),
        anchor_signal=int(play.execution.anchor == "signal"),
        intrabar=terms.PATH if play.execution.intrabar == "path" else terms.WORST,
        size_model=_SIZES[risk.sizing.model],
        size_e12=_e12(Fraction(risk.sizing.value) / 100) if risk.sizing.model != "fixed_usdt" else 0,
        size_quanta=_at_most_limit(grid.quanta(risk.sizing.value)) if risk.sizing.model == "fixed_usdt" else 0,
        may_long=int(play.policy.mode != "short_only"),
        may_short=int(play.policy.mode != "long_only"),
        beyond_liquidation=_BEYOND[account.on_sl_beyond_liq],
        stop_on_liquidation=int(play.execution.on_liquidation == "stop"),
        equity_floor_quanta=grid.quanta(account.equity_floor_usdt),
        max_drawdown_e12=_e12(Fraction(account.max_drawdown_pct) / 100),
        has_mark=int(has_mark),
        is_delisted=int(instrument.delisted_ms is not None),
    )


def venue_lots(instrument: Instrument) -> tuple[int | None, ...]:
    """Return the most lots the venue accepts in one order, under each set of rules; None where it is not known to have a maximum."""
    return tuple(
        None if rules.max_qty is None else instrument.grid.lots(rules.max_qty // rules.qty_step * rules.qty_step)
        for rules in instrument.rule_tables
    )


def steepest_mmr(play: Play, instrument: Instrument) -> Fraction:
    """Return the highest maintenance margin rate that a position of this run can meet."""
    own = play.account.maintenance_margin_rate
    rates = [own] if own is not None else [tier.mmr for table in instrument.tier_tables for tier in table.tiers]
    return max((Fraction(rate) for rate in rates), default=Fraction(0))


def tier_rows(play: Play, instrument: Instrument) -> Records:
    """Return the margin tiers as the simulator reads them, rows of `sim.margin.TIER`.

    The Play's own `maintenance_margin_rate` replaces the instrument's table. Raises Refused when there is neither.
    """
    rate = play.account.maintenance_margin_rate
    if rate is not None:
        own = Tier(_NO_LIMIT_USDT, rate, _ANY_LEVERAGE, play.account.mm_deduction_usdt)
        return np.array([_tier_row(0, own, instrument)], TIER)
    rows = [row for table in instrument.tier_tables for row in _table_rows(table, instrument)]
    if not rows:
        raise Refused(
            Finding(
                "no-margin-tiers",
                f"'{instrument.key}' has no margin tiers",
                "set account.maintenance_margin_rate in the Play, for example 0.005",
            )
        )
    return np.array(sorted(rows), TIER)


def _table_rows(table: TierTable, instrument: Instrument) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield the rows up to the first that no position value leaves."""
    for tier in table.tiers:
        yield _tier_row(table.from_ms, tier, instrument)
        if instrument.grid.quanta(tier.limit_usdt) >= LIMIT_QUANTA:
            return


def _tier_row(from_ms: int, tier: Tier, instrument: Instrument) -> tuple[int, int, int, int, int]:
    quanta = instrument.grid.quanta
    deduction = quanta(tier.deduction_usdt)
    if deduction >= LIMIT_QUANTA:
        fact = f"a maintenance deduction of '{tier.deduction_usdt}' USDT does not fit exact 64-bit arithmetic"
        raise Refused(Finding("number-too-large", fact, "use a smaller account.mm_deduction"))
    return from_ms, _at_most_limit(quanta(tier.limit_usdt)), _e12(Fraction(tier.mmr)), int(tier.max_leverage * 100), deduction


def _distance(level: StopLoss | TakeProfit | None, risk: Risk, leverage: Decimal, instrument: Instrument) -> tuple[int, int]:
    """Return a level's distance as num / den: of the reference price, of a tick of the grid, or of the stop distance.

    What is measured at the decision has none of its own.
    """
    if level is None or level.value is None or level.kind in ("atr_multiple", "trailing_atr"):
        return 0, 1
    value = Fraction(level.value)
    if level.kind == "fixed_points":
        return (value / Fraction(instrument.grid.tick_size)).as_integer_ratio()
    if level.kind == "rr_ratio":
        return value.as_integer_ratio()
    of_margin = risk.basis == "margin" and level.kind == "percent"
    return (value / 100 / (Fraction(leverage) if of_margin else 1)).as_integer_ratio()  # SIZE-2


def _offset(entry: EntryOrder, tick: int) -> dict[str, int]:
    """Return the offset of an entry: a part of the close, or ticks in force, in ticks of the grid."""
    if entry.offset == "ticks":
        return {"offset_num": int(entry.value) * tick, "offset_den": 1}
    return _ratio("offset", entry.value if entry.offset == "pct" else Decimal(0))


def _moves(risk: Risk) -> dict[str, int]:
    """Return how the stop moves (STOP-1); all percents are of price."""
    trail, even = risk.trailing, risk.break_even
    kind, value, activation = (trail.kind, trail.value, trail.activation_pct) if trail else ("", Decimal(0), Decimal(0))
    if risk.stop_loss is not None and risk.stop_loss.kind in ("trailing_pct", "trailing_atr"):
        kind, value = {"trailing_pct": "percent", "trailing_atr": "atr"}[risk.stop_loss.kind], risk.stop_loss.value or Decimal(0)
    return {
        "trail_kind": {"percent": terms.TRAIL_FRACTION, "atr": terms.TRAIL_MEASURED}.get(kind, terms.NONE),
        **_ratio("trail", value if kind == "percent" else Decimal(0)),
        **_ratio("trail_from", activation),
        **_ratio("even_from", even.activation_pct if even else Decimal(0)),
        **_ratio("even", even.offset_pct if even else Decimal(0)),
    }


def _ratio(name: str, percent: Decimal) -> dict[str, int]:
    numerator, denominator = (Fraction(percent) / 100).as_integer_ratio()
    return {f"{name}_num": numerator, f"{name}_den": denominator}


def _e12(rate: Fraction) -> int:
    return round(rate * RATE_ONE)


def _slippage_e9(bps: Decimal) -> int:
    exact = Fraction(bps) * 10**_SLIPPAGE_PLACES
    if exact.denominator != 1:
        fact = f"a slippage of '{bps}' bps has more than '{_SLIPPAGE_PLACES}' decimals"
        raise Refused(Finding("too-many-decimals", fact, f"round account.slippage_bps to {_SLIPPAGE_PLACES} decimals"))
    return int(exact)


def _at_most_limit(quanta: int) -> int:
    """Return an upper bound of position values as int64 carries it; no position value reaches the limit."""
    return min(quanta, LIMIT_QUANTA - 1)
