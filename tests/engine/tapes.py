"""Tapes that read like sentences: bars as rows of ticks, decisions by the close at which they are taken, options by name.

The grid of the pencil: one tick is 1 USDT, one lot is 1 coin, so one lot gains 1 USDT per tick. Bars are minutes from `START`,
the first one is bar 0. Without options there are no fees, no slippage, no stop, no target; an entry takes all equity at 1x.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from trade.base.records import Cap, ExitReason, FillKind, Intent, PriceFrom, Rejection, Rule, StopReason, TimeInForce
from trade.engine.simulate import Outcome, simulate
from trade.engine.tape import DECISION, Points, Tape
from trade.sim.margin import TIER
from trade.sim.payment import PAYMENT
from trade.sim.spec import (
    ENTRY_MARKET,
    MARK_MARGIN_FROM_MS,
    NONE,
    OFFSET_FRACTION,
    OFFSET_POINTS,
    SIZE_EQUITY,
    SIZE_FIXED,
    SIZE_RISK,
    STOP_FRACTION,
    STOP_POINTS,
    TARGET_FRACTION,
    TARGET_POINTS,
    TARGET_RATIO,
    TRAIL_FRACTION,
    WORST,
    Spec,
    rules_of,
)

MINUTE = 60_000
START = 1_767_225_600_000  # 2026-01-01
QUANTA = 10**8
NEVER = 10**12  # a max drawdown that is off
WORDS = {"long": (Intent.ENTRY_LONG, 0), "short": (Intent.ENTRY_SHORT, 0), "exit": (0, Intent.EXIT)}

UNMEASURED = (-1, -1, -1)

Row = tuple[int, int, int, int]
Options = dict[str, Any]
Changes = Sequence[tuple[int, Options]]  # instants, and what of the rules is other from them on


def usdt(amount: str | int | Decimal) -> int:
    """Return an amount in quanta."""
    quanta = Fraction(str(amount)) * QUANTA
    assert quanta.denominator == 1
    return int(quanta)


def e12(rate: str) -> int:
    return int(Fraction(rate) * 10**12)


def at(bar: int, missing: int = 0) -> int:
    """Return the instant at which bar n opens, after some missing minutes."""
    return START + (bar + missing) * MINUTE


def flat_bars(*prices: int) -> list[Row]:
    """Return bars in which nothing moves."""
    return [(p, p, p, p) for p in prices]


# options, each a dictionary of Spec fields


def taker(rate: str, maker: str = "0") -> Options:
    return {
        "taker_e12": e12(rate),
        "maker_e12": e12(maker),
    }


def slippage(bps: str) -> Options:
    return {"slippage_e9": int(Fraction(bps) * 10**5)}


def leverage(times: str | int) -> Options:
    return {"leverage_e2": int(Fraction(times) * 100)}


def stop_points(ticks: str | int) -> Options:
    away = Fraction(ticks)
    return {"stop_kind": STOP_POINTS, "stop_num": away.numerator, "stop_den": away.denominator}


def target_points(ticks: str | int) -> Options:
    away = Fraction(ticks)
    return {"target_kind": TARGET_POINTS, "target_num": away.numerator, "target_den": away.denominator}


def stop_margin_pct(pct: str | int, times: int = 1) -> Options:
    """SIZE-2: percent of the margin, so price percent = pct / leverage."""
    part = Fraction(pct) / 100 / times
    return {"stop_kind": STOP_FRACTION, "stop_num": part.numerator, "stop_den": part.denominator}


def target_margin_pct(pct: str | int, times: int = 1) -> Options:
    part = Fraction(pct) / 100 / times
    return {"target_kind": TARGET_FRACTION, "target_num": part.numerator, "target_den": part.denominator}


def target_ratio(ratio: str | int) -> Options:
    part = Fraction(ratio)
    return {"target_kind": TARGET_RATIO, "target_num": part.numerator, "target_den": part.denominator}


def equity_pct(pct: str | int) -> Options:
    return {"size_model": SIZE_EQUITY, "size_e12": int(Fraction(pct) * 10**10)}


def risk_pct(pct: str | int) -> Options:
    return {"size_model": SIZE_RISK, "size_e12": int(Fraction(pct) * 10**10)}


def resting(kind: int, ticks: str | int = 0, force: TimeInForce = TimeInForce.GTC, minutes: int = 0) -> Options:
    """Entries of a kind wait so many ticks away from the close, for so many minutes; 0 is for ever."""
    away = {"offset_kind": OFFSET_POINTS, "offset_num": Fraction(ticks).numerator, "offset_den": Fraction(ticks).denominator}
    return {"entry_kind": kind, **away, "time_in_force": int(force), "entry_life_ms": minutes * MINUTE}


def trailing_pct(pct: str | int, start: str | int = 0) -> Options:
    """The stop follows the best price, from so many percent of the entry on."""
    part, first = Fraction(pct) / 100, Fraction(start) / 100
    return {
        "trail_kind": TRAIL_FRACTION,
        "trail_num": part.numerator,
        "trail_den": part.denominator,
        "trail_from_num": first.numerator,
        "trail_from_den": first.denominator,
    }


def break_even(start: str | int, beyond: str | int = 0) -> Options:
    """The stop moves once, at so many percent, to the entry and so many percent beyond it."""
    first, offset = Fraction(start) / 100, Fraction(beyond) / 100
    return {
        "even_from_num": first.numerator,
        "even_from_den": first.denominator,
        "even_num": offset.numerator,
        "even_den": offset.denominator,
    }


def fixed(amount: str | int) -> Options:
    return {"size_model": SIZE_FIXED, "size_quanta": usdt(amount)}


def spec(**options: Any) -> Spec:
    """Return the frictionless Spec with some fields replaced."""
    plain = Spec(
        from_ms=0,
        price_step_ticks=1,
        quantity_step_lots=1,
        min_lots=1,
        max_lots=10**6,
        min_notional_quanta=0,
        tick_lot_quanta=QUANTA,
        exact_lots=10**7,
        max_notional_quanta=0,
        max_margin_quanta=0,
        initial_cash_quanta=usdt(1000),
        taker_e12=0,
        maker_e12=0,
        slippage_e9=0,
        leverage_e2=100,
        mark_margin_from_ms=MARK_MARGIN_FROM_MS,
        entry_kind=ENTRY_MARKET,
        offset_kind=OFFSET_FRACTION,
        offset_num=0,
        offset_den=1,
        time_in_force=0,
        entry_life_ms=0,
        stop_kind=NONE,
        stop_num=0,
        stop_den=1,
        buffer_num=0,
        buffer_den=1,
        target_kind=NONE,
        target_num=0,
        target_den=1,
        target_is_limit=0,
        trail_kind=NONE,
        trail_num=0,
        trail_den=1,
        trail_from_num=0,
        trail_from_den=1,
        even_from_num=0,
        even_from_den=1,
        even_num=0,
        even_den=1,
        limit_through=0,
        anchor_signal=0,
        intrabar=WORST,
        size_model=SIZE_EQUITY,
        size_e12=10**12,
        size_quanta=0,
        may_long=1,
        may_short=1,
        beyond_liquidation=0,
        stop_on_liquidation=1,
        equity_floor_quanta=0,
        max_drawdown_e12=NEVER,
        has_mark=0,
        is_delisted=0,
    )
    made = replace(plain, **options)
    return replace(made, exact_lots=max(made.exact_lots, made.max_lots))  # the largest order is never more than what is exact


def record(made: Spec) -> Any:
    """Return a Spec as kernels take it."""
    return rules_of([made])[0]


def tier(limit_usdt: int, mmr: str, times: str | int = 100, deduction_usdt: str | int = 0, from_ms: int = 0) -> tuple[int, ...]:
    """Return one row of a tier table."""
    return (from_ms, usdt(limit_usdt), e12(mmr), int(Fraction(times) * 100), usdt(deduction_usdt))


def tiers_of(*rows: tuple[int, ...]) -> Any:
    return np.array(list(rows), TIER)


ONE_TIER = (tier(10**9, "0.005"),)


@dataclass(frozen=True)
class Market:
    """Everything the loop reads but the Spec."""

    tape: Tape
    payments: Any
    points: Points
    decisions: Any
    tiers: Any
    trails: Any  # per point of the curve
    changes: Changes = ()  # of the rules that the Spec starts with


def array(values: Sequence[int], dtype: Any = np.int64) -> Any:
    return np.array(list(values), dtype)


def opens(bars: int, missing: Mapping[int, int]) -> list[int]:
    """Return the open of each bar; `missing[i]` minutes are absent before bar i."""
    absent = [sum(n for bar, n in missing.items() if bar <= i) for i in range(bars)]
    return [at(i, absent[i]) for i in range(bars)]


def market(
    bars: Sequence[Row],
    decisions: Mapping[int, str | tuple[int, int, int]],
    mark: Sequence[Row] | None = None,
    funding: Sequence[tuple[int, str]] = (),
    missing: Mapping[int, int] | None = None,
    exec_bars: int = 1,
    tiers: Sequence[tuple[int, ...]] = ONE_TIER,
    changes: Changes = (),
    measures: Mapping[int, tuple[int, int, int]] | None = None,
    trails: Sequence[int] = (),
) -> Market:
    """Return what the loop reads. Funding is (instant, rate), priced by FUND-1; the curve has a point per `exec_bars` minutes.

    `measures` are what a decision measures for the price, the stop and the target of its entry, by its bar; `trails` one per point.
    """
    ts = opens(len(bars), missing or {})
    rows, mark_rows = np.array(bars, np.int64).reshape(-1, 4), np.array(bars if mark is None else mark, np.int64).reshape(-1, 4)
    columns = [np.ascontiguousarray(table[:, i]) for table in (rows, mark_rows) for i in range(4)]
    end = ts[-1] + MINUTE
    instants = list(range(START, end, exec_bars * MINUTE))
    instants.append(instants[-1] + exec_bars * MINUTE)
    closes = np.array(ts) + MINUTE
    last_bar = np.searchsorted(closes, instants, "right") - 1
    taken, measured = sorted(decisions.items()), measures or {}
    intents = [(WORDS[i][0], WORDS[i][1], WORDS[i][1]) if isinstance(i, str) else i for _, i in taken]
    return Market(
        Tape(array(ts), *columns, MINUTE),
        payments(ts, columns, mark is not None, funding),
        Points(array(instants), array(last_bar)),
        np.array(
            [(bar, ts[bar] + MINUTE, *i, *measured.get(bar, UNMEASURED)) for (bar, _), i in zip(taken, intents, strict=True)], DECISION
        ),
        tiers_of(*tiers),
        array([*trails, *[-1] * (len(instants) - len(trails))]),
        changes,
    )


def payments(ts: list[int], columns: list[Any], has_mark: bool, funding: Sequence[tuple[int, str]]) -> Any:
    rows = []
    for instant, rate in sorted(funding):
        bar = int(np.searchsorted(ts, instant))
        if has_mark and bar < len(ts) and ts[bar] == instant:
            source, price = (PriceFrom.MARK_OPEN, bar), columns[4][bar]
        else:
            before = max(int(np.searchsorted(np.array(ts) + MINUTE, instant, "right")) - 1, 0)
            source, price = (PriceFrom.CLOSE, before), columns[3][before]
        rows.append((bar, instant, e12(rate), int(price), int(source[0]), ts[source[1]]))
    return np.array(rows, PAYMENT)


MARKET_OPTIONS = ("mark", "funding", "missing", "exec_bars", "tiers", "changes", "measures", "trails")


def run(bars: Sequence[Row], decisions: Mapping[int, Any], **options: Any) -> Outcome:
    """Simulate a tape; options are those of `market` and the fields of the Spec."""
    read = market(bars, decisions, **{name: options.pop(name) for name in MARKET_OPTIONS if name in options})
    return simulated(spec(**options), read)


def simulated(first: Spec, read: Market) -> Outcome:
    rules = rules_of(ruled(first, read.changes))
    return simulate(rules, read.tiers, read.tape, read.payments, read.points, read.decisions, read.trails)


def ruled(first: Spec, changes: Changes) -> list[Spec]:
    """Return the Spec, then each change on top of those before it."""
    rows = [first]
    for instant, changed in changes:
        rows.append(replace(rows[-1], from_ms=instant, **changed))
    return rows


# words for what came out


def reasons(outcome: Outcome) -> list[str]:
    return [ExitReason(int(row["exit_reason"])).word for row in outcome.trades]


def kinds(outcome: Outcome) -> list[str]:
    return [FillKind(int(row["kind"])).word for row in outcome.fills]


def rules(outcome: Outcome) -> list[str]:
    return [Rule(int(row["rule"])).word for row in outcome.fills]


def caps(outcome: Outcome) -> list[str]:
    return [Cap(int(row["cap"])).word for row in outcome.fills]


def rejected(outcome: Outcome) -> dict[str, int]:
    return {Rejection(code).word: int(count) for code, count in enumerate(outcome.rejections) if count}


def stop_reason(outcome: Outcome) -> str:
    return StopReason(int(outcome.tally.stop_reason)).word


def only_trade(outcome: Outcome) -> Any:
    assert len(outcome.trades) == 1
    return outcome.trades[0]


def exits(outcome: Outcome) -> list[tuple[str, int]]:
    """Return (reason, price) of each trade."""
    return list(zip(reasons(outcome), outcome.trades["exit_price_ticks"].tolist(), strict=True))


def equity_usdt(outcome: Outcome) -> list[float]:
    return (outcome.equity["equity_quanta"] / QUANTA).tolist()
