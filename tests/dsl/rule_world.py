"""A small world for rules: a catalogue, declarations, and tapes whose columns are plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from trade.base.catalogue import Catalogue, Entry, Output, Side, ValueType
from trade.base.findings import NOWHERE, Finding, Place
from trade.base.timeframe import BASE, MINUTE_MS, Timeframe
from trade.base.units import PER_TICK, PriceUnit
from trade.dsl.columns import Clock, ColumnRef
from trade.dsl.compile import compile_rules
from trade.dsl.evaluate import Decisions, evaluate
from trade.dsl.scope import Scope
from trade.dsl.tree import Program
from trade.play.spec import Feature, RuleSource, Structure

FIVE, FIFTEEN = Timeframe("5m"), Timeframe("15m")
WORDS = ("none", "bullish", "bearish")


def entry(name: str, *outputs: Output) -> Entry:
    return Entry(name, (), (), outputs, lambda _: {}, lambda _: 0, "numpy")


CATALOGUE = Catalogue(
    indicators={
        "ema": entry("ema", Output("value")),
        "rsi": entry("rsi", Output("value", low=0, high=100)),
        "psar": entry(
            "psar",
            Output("long", total=False, side=Side("the trend is up", "'{id}.reversal' is 1 on the bar of each change")),
            Output("short", total=False, side=Side("the trend is down", "'{id}.reversal' is 1 on the bar of each change")),
            Output("reversal", ValueType.INT, low=0, high=1),
        ),
        "bbands": entry("bbands", Output("middle", known_as=("basis",)), Output("lower"), Output("upper")),
    },
    structures={
        "trend": entry(
            "trend",
            Output("direction", ValueType.INT, low=-1, high=1),
            Output("state", ValueType.ENUM, low=0, high=2, words=WORDS),
            Output("fresh", ValueType.BOOL, low=0, high=1),
            Output("pivot_idx", ValueType.INT, low=-1, minus_one_is_missing=True),
            Output("zone0_state", ValueType.ENUM, low=0, high=2, words=WORDS),
            Output("level_0.618"),
        ),
    },
)
FEATURES = {
    name: Feature(name, indicator, {}, timeframe, "close", NOWHERE)
    for name, indicator, timeframe in (
        ("ema_9", "ema", FIVE),
        ("ema_21", "ema", FIVE),
        ("ema_slow", "ema", FIFTEEN),
        ("ema_month", "ema", Timeframe("M")),
        ("rsi_14", "rsi", FIVE),
        ("bb_20", "bbands", FIVE),
        ("sar", "psar", FIVE),
    )
}
PRICES = {(name, "value") for name in ("ema_9", "ema_21", "ema_slow", "open", "high", "low", "close", "last_price", "mark_price")}
STRUCTURES = {"trend": Structure("trend", "trend", {}, FIVE, (), NOWHERE)}


def scope(mode: str = "long_short", broken: Mapping[str, Entry | None] | None = None) -> Scope:
    return Scope(FEATURES, STRUCTURES, CATALOGUE, FIVE, mode, broken or {})


def compiled(
    actions: Any, setups: Mapping[str, Any] | None = None, places: Mapping[tuple[str | int, ...], Place] | None = None, **more: Any
) -> tuple[Program | None, tuple[Finding, ...]]:
    return compile_rules(RuleSource(setups or {}, actions, places or {}), scope(**more))


def program(actions: Any, setups: Mapping[str, Any] | None = None, **more: Any) -> Program:
    """Compile rules that are right."""
    result, findings = compiled(actions, setups, **more)
    assert result is not None, findings
    return result


def codes(actions: Any, setups: Mapping[str, Any] | None = None, **more: Any) -> list[str]:
    """Return the codes of everything there is to say."""
    return [finding.code for finding in compiled(actions, setups, **more)[1]]


class Tape:
    """Columns over chosen minutes. `values` maps (id, output) to the values on the bars of its timeframe that exist.

    `skipped` bars are cut from the front of a column, as if its own history began later. With a `tick`, the columns named `PRICES`
    are prices on it, and the rules see them as the whole numbers that a feed gives; without one they are plain numbers.
    """

    def __init__(
        self,
        minutes: list[int],
        values: Mapping[tuple[str, str], Any],
        exec_timeframe: Timeframe = FIVE,
        skipped: Mapping[tuple[str, str], int] | None = None,
        tick: Decimal | None = None,
    ) -> None:
        self.tick = tick
        self.unit = PriceUnit.of_tick(tick or Decimal(1))
        self.opens = np.array(minutes, np.int64) * MINUTE_MS
        self.values = {key: np.array(column, np.float64) for key, column in values.items()}
        self.exec_timeframe = exec_timeframe
        self.skipped = dict(skipped or {})

    def closes(self, timeframe: Timeframe) -> np.ndarray:
        """Return when each existing bar is known, also bars whose last minute is missing."""
        return timeframe.close(np.unique(timeframe.floor(self.opens)))

    def instants(self, clock: Clock) -> np.ndarray:
        base = self.closes(BASE)
        return base if clock is Clock.BASE else np.intersect1d(self.closes(self.exec_timeframe), base)

    def finite_from(self, ref: ColumnRef) -> int:
        values = self.column(ref)
        return next((row for row in range(len(values), 0, -1) if not np.isfinite(values[row - 1])), 0)

    def power(self, ref: ColumnRef) -> int:
        return int(self.tick is not None and (ref.id, ref.output) in PRICES)

    def column(self, ref: ColumnRef) -> np.ndarray:
        key = (ref.id, ref.output)
        values = self.values[key][self.skipped.get(key, 0) :]
        return PER_TICK * np.rint(values / float(self.tick)) if self.tick and self.power(ref) else values

    def rows(self, ref: ColumnRef, clock: Clock) -> np.ndarray:
        known = np.searchsorted(self.closes(ref.timeframe), self.instants(clock), "right") - 1
        return np.maximum(known - self.skipped.get((ref.id, ref.output), 0), -1)

    def truncated(self, end_ms: int) -> Tape:
        """Return the tape as it was known at an instant: bars that had not closed are not there."""
        kept = self.opens[BASE.close(self.opens) <= end_ms]
        tape = Tape([], self.values, self.exec_timeframe, self.skipped, self.tick)
        tape.opens = kept
        return tape


def exec_tape(count: int, **columns: Any) -> Tape:
    """Return `count` full five-minute bars; columns are written `ema_9=[...]` or `bb_20__lower=[...]`."""
    named = {(*name.split("__"), "value")[:2]: values for name, values in columns.items()}
    return Tape(list(range(5 * count)), named)


def run(tape: Tape, actions: Any, setups: Mapping[str, Any] | None = None, start: int = 0, end: int = 10**6, **more: Any) -> Decisions:
    """Evaluate over [start, end) minutes."""
    return evaluate(program(actions, setups, **more), tape, start * MINUTE_MS, end * MINUTE_MS)


def truths(tape: Tape, rule: Any, setups: Mapping[str, Any] | None = None) -> str:
    """Return the truth of one rule per decision instant: + true, - false, ? missing."""
    direct = run(tape, {"entry_long": rule}, setups).flat
    inverse = run(tape, {"entry_long": {"not": rule}}, setups).flat
    return "".join("+" if yes else "-" if no else "?" for yes, no in zip(direct, inverse, strict=True))
