"""The detectors again, one bar at a time, written from the incumbent's description and nothing else: the oracle of the kernels."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

NAN = float("nan")
SIDES = {"": 0.0, "high": 1.0, "low": 2.0}
WAYS = {"": 0.0, "bullish": 1.0, "bearish": 2.0}


@dataclass(frozen=True)
class Bar:
    high: float
    low: float
    atr: float | None = None  # None: the Play names no ATR


@dataclass
class SlowSwing:
    mode: str = "fractal"
    left: int = 1
    right: int = 1
    major_threshold: float = 1.5
    min_atr_move: float | None = None
    min_pct_move: float | None = None
    strict_alternation: bool = False
    atr_multiplier: float = 2.0

    window: deque[tuple[int, float, float]] = field(default_factory=deque)
    bar_idx: int = -1
    atr_seen: bool = False
    direction: str = ""
    extreme: tuple[int, float] = (-1, NAN)
    level: dict[str, float] = field(default_factory=lambda: {"high": NAN, "low": NAN})
    idx: dict[str, int] = field(default_factory=lambda: {"high": -1, "low": -1})
    significance: dict[str, float] = field(default_factory=lambda: {"high": NAN, "low": NAN})
    major: dict[str, bool] = field(default_factory=lambda: {"high": False, "low": False})
    accepted: dict[str, bool] = field(default_factory=dict)
    replaced: dict[str, bool] = field(default_factory=dict)
    last: tuple[int, str] = (-1, "")
    version: int = 0
    pairing: str = "awaiting"
    pending: tuple[int, float] = (-1, NAN)
    pair: dict[str, tuple[int, float]] = field(default_factory=lambda: {"high": (-1, NAN), "low": (-1, NAN)})
    pair_direction: str = ""
    pair_version: int = 0

    def update(self, bar: Bar) -> dict[str, float]:
        self.bar_idx += 1
        self.accepted = {"high": False, "low": False}
        self.replaced = {"high": False, "low": False}
        atr = bar.atr if bar.atr is not None and bar.atr > 0 else None
        if bar.atr is not None and not math.isnan(bar.atr):
            self.atr_seen = True
        for side, idx, level in self.fractal(bar) if self.mode == "fractal" else self.zigzag(bar, atr):
            self.offer(side, idx, level, atr)
        return self.outputs() if self.known(bar) else dict.fromkeys(self.outputs(), NAN)

    def known(self, bar: Bar) -> bool:
        if bar.atr is not None and not self.atr_seen:
            return False
        return self.mode == "atr_zigzag" or self.bar_idx >= self.left + self.right

    def fractal(self, bar: Bar) -> list[tuple[str, int, float]]:
        self.window.append((self.bar_idx, bar.high, bar.low))
        if len(self.window) > self.left + self.right + 1:
            self.window.popleft()
        if len(self.window) < self.left + self.right + 1:
            return []
        idx, high, low = self.window[self.left]
        others = [w for w in self.window if w[0] != idx]
        pivots = []
        if all(high > other[1] for other in others):
            pivots.append(("high", idx, high))
        if all(low < other[2] for other in others):
            pivots.append(("low", idx, low))
        return pivots

    def zigzag(self, bar: Bar, atr: float | None) -> list[tuple[str, int, float]]:
        if atr is None:
            return []
        if self.direction == "":
            self.direction, self.extreme = "up", (self.bar_idx, bar.high)
            return []
        if self.direction == "up":
            if bar.high > self.extreme[1]:
                self.extreme = (self.bar_idx, bar.high)
            if bar.low < self.extreme[1] - atr * self.atr_multiplier:
                pivot = ("high", *self.extreme)
                self.direction, self.extreme = "down", (self.bar_idx, bar.low)
                return [pivot]
            return []
        if bar.low < self.extreme[1]:
            self.extreme = (self.bar_idx, bar.low)
        if bar.high > self.extreme[1] + atr * self.atr_multiplier:
            pivot = ("low", *self.extreme)
            self.direction, self.extreme = "up", (self.bar_idx, bar.high)
            return [pivot]
        return []

    def offer(self, side: str, idx: int, level: float, atr: float | None) -> None:
        previous = self.level[side]
        if not math.isnan(previous):
            step = abs(level - previous)
            if self.min_atr_move is not None and atr is not None and step < atr * self.min_atr_move:
                return
            if self.min_pct_move is not None and step < abs(previous) * self.min_pct_move / 100:
                return
        if self.strict_alternation and self.last[1] == side:
            more_extreme = level > previous if side == "high" else level < previous
            if not more_extreme:
                return
            self.replaced[side] = True
        self.significance[side] = abs(level - previous) / atr if atr is not None else NAN
        self.major[side] = self.significance[side] >= self.major_threshold
        self.level[side], self.idx[side] = level, idx
        self.version += 1
        self.last = (idx, side)
        self.accepted[side] = True
        self.join(side, idx, level)

    def join(self, side: str, idx: int, level: float) -> None:
        if side == "high" and self.pairing == "got_low":
            self.pair, self.pair_direction = {"low": self.pending, "high": (idx, level)}, "bullish"
            self.pair_version += 1
        if side == "low" and self.pairing == "got_high":
            self.pair, self.pair_direction = {"high": self.pending, "low": (idx, level)}, "bearish"
            self.pair_version += 1
        self.pairing, self.pending = f"got_{side}", (idx, level)

    def outputs(self) -> dict[str, float]:
        return {
            "high_level": self.level["high"],
            "high_idx": float(self.idx["high"]),
            "low_level": self.level["low"],
            "low_idx": float(self.idx["low"]),
            "version": float(self.version),
            "last_confirmed_pivot_idx": float(self.last[0]),
            "last_confirmed_pivot_type": SIDES[self.last[1]],
            "high_significance": self.significance["high"],
            "low_significance": self.significance["low"],
            "high_is_major": float(self.major["high"]),
            "low_is_major": float(self.major["low"]),
            "high_accepted": float(self.accepted["high"]),
            "low_accepted": float(self.accepted["low"]),
            "high_replaced_pending": float(self.replaced["high"]),
            "low_replaced_pending": float(self.replaced["low"]),
            "pair_high_level": self.pair["high"][1],
            "pair_high_idx": float(self.pair["high"][0]),
            "pair_low_level": self.pair["low"][1],
            "pair_low_idx": float(self.pair["low"][0]),
            "pair_direction": WAYS[self.pair_direction],
            "pair_version": float(self.pair_version),
        }


@dataclass(frozen=True)
class Wave:
    end: str
    hh: bool | None = None
    lh: bool | None = None
    hl: bool | None = None
    ll: bool | None = None


def classify(one: Wave, two: Wave) -> int:
    high, low = (one, two) if one.end == "high" else (two, one)
    if high.hh and low.hl:
        return 1
    if high.lh and low.ll:
        return -1
    if high.hh and not low.ll:
        return 1
    if high.lh and not low.hl:
        return -1
    if low.hl and not high.lh:
        return 1
    if low.ll and not high.hh:
        return -1
    return 0


@dataclass
class SlowTrend:
    wave_history_size: int = 4
    seen: dict[str, float] = field(default_factory=lambda: {"high": -1.0, "low": -1.0})
    previous: dict[str, float | None] = field(default_factory=lambda: {"high": None, "low": None})
    pending: tuple[str, float] | None = None
    waves: list[Wave] = field(default_factory=list)
    direction: int = 0
    strength: int = 0
    wave_count: int = 0
    bars_in_trend: int = 0
    version: int = 0
    flags: dict[str, bool] = field(default_factory=lambda: {"hh": False, "hl": False, "lh": False, "ll": False})

    def update(self, swing: dict[str, float]) -> dict[str, float]:
        events = []
        for side in ("high", "low"):
            idx = swing[f"{side}_idx"]
            if idx >= 0 and idx != self.seen[side]:
                events.append((idx, side, swing[f"{side}_level"]))
                self.seen[side] = idx
        if not events:
            self.bars_in_trend += 1
        else:
            self.take(sorted(events, key=lambda event: event[0]))
        return self.outputs() if not math.isnan(swing["high_idx"]) else dict.fromkeys(self.outputs(), NAN)

    def take(self, events: list[tuple[float, str, float]]) -> None:
        before, completed = self.direction, False
        for _, side, level in events:
            if self.pending is None:
                self.pending = (side, level)
            elif self.pending[0] == side:
                if (level >= self.pending[1]) if side == "high" else (level <= self.pending[1]):
                    self.pending = (side, level)
            else:
                self.wave(side, level)
                self.pending = (side, level)
                self.judge()
                completed = True
        for _, side, level in events:
            self.previous[side] = level
        if self.direction != before:
            self.bars_in_trend = 0
            self.version += 1
        elif completed:
            self.bars_in_trend += 1

    def wave(self, side: str, level: float) -> None:
        previous = self.previous[side]
        up = None if previous is None else level > previous
        down = None if previous is None else level < previous
        wave = Wave(side, hh=up, lh=down) if side == "high" else Wave(side, hl=up, ll=down)
        self.waves = [*self.waves, wave][-self.wave_history_size :]
        names = ("hh", "lh") if side == "high" else ("hl", "ll")
        for name in names:
            self.flags[name] = bool(getattr(wave, name))

    def judge(self) -> None:
        n = len(self.waves)
        if n == 1:
            self.direction, self.strength, self.wave_count = (1 if self.waves[0].end == "high" else -1), 0, 1
            return
        self.direction = classify(self.waves[-2], self.waves[-1])
        if self.direction == 0:
            self.strength, self.wave_count = 0, 0
            return
        consecutive, i = 1, n - 3
        while i >= 0 and classify(self.waves[i], self.waves[i + 1]) == self.direction:
            consecutive, i = consecutive + 1, i - 2
        self.strength, self.wave_count = (2 if consecutive >= 2 else 1), consecutive

    def outputs(self) -> dict[str, float]:
        end = self.waves[-1].end if self.waves else ""
        return {
            "direction": float(self.direction),
            "strength": float(self.strength),
            "bars_in_trend": float(self.bars_in_trend),
            "wave_count": float(self.wave_count),
            "last_wave_direction": {"": 0.0, "high": 1.0, "low": 2.0}[end],
            "last_hh": float(self.flags["hh"]),
            "last_hl": float(self.flags["hl"]),
            "last_lh": float(self.flags["lh"]),
            "last_ll": float(self.flags["ll"]),
            "version": float(self.version),
        }


@dataclass
class SlowRollingWindow:
    size: int
    mode: str
    values: list[float] = field(default_factory=list)

    def update(self, value: float) -> dict[str, float]:
        self.values = [*self.values, value][-self.size :]
        return {"value": max(self.values) if self.mode == "max" else min(self.values)}


def run(detector: Any, bars: list[Any]) -> list[dict[str, float]]:
    return [detector.update(bar) for bar in bars]
