"""Rules read from their text, one instant at a time, with lists and loops: the obvious version that the array version must equal.

It knows nothing of the language's own tree. True, False, None (missing) are the three truth values.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

BASE_PRICES = ("last_price", "mark_price")
SYMBOLS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "==", "neq": "!="}
COMPARISONS = (">", ">=", "<", "<=", "==", "!=", "near_abs", "near_pct", "cross_above", "cross_below", "between", "in", *SYMBOLS)
WINDOWS = ("holds_for", "occurred_within", "count_true")
MINUTE = 60_000


class SlowRules:
    """`bars[(id, output)]` is a list of (close instant, value); `words[(id, output)]` the words of an enum; `indices` hold -1 for none."""

    number: Callable[[Any], Any] = float  # what a literal is: the double, or the fraction that was written

    def __init__(self, exec_ms: list[int], base_ms: list[int], bars: dict, words: dict, indices: set, setups: dict, primary: dict) -> None:
        self.clocks = {"exec": exec_ms, "base": base_ms}
        self.bars, self.words, self.indices, self.setups, self.primary = bars, words, indices, setups, primary

    def decide(self, actions: Any, mode: str, start: int, end: int) -> list[tuple[int, str, str, str]]:
        """Return (instant, action when flat, when long, when short); an empty string is no action."""
        blocks = actions
        if isinstance(actions, dict):
            blocks = [{"cases": [{"when": rule, "emit": [action]}]} for action, rule in actions.items()]
        on_base = [self.on_base([case["when"] for case in block["cases"]]) for block in blocks]
        rows = []
        for t in self.clocks["base" if any(on_base) else "exec"]:
            if start <= t < end:
                emitted = []
                for block, base in zip(blocks, on_base, strict=True):
                    if base or t in self.clocks["exec"]:
                        emitted += self.emitted(block, t)
                rows.append((t, *(self.first(emitted, state, mode) for state in ("flat", "long", "short"))))
        return rows

    def emitted(self, block: dict, t: int) -> list[str]:
        seen = [self.truth(case["when"], t) for case in block["cases"]]
        for case, truth in zip(block["cases"], seen, strict=True):
            if truth is True:
                return case["emit"]
        return block.get("else", {"emit": []})["emit"] if all(truth is False for truth in seen) else []

    def first(self, emitted: list[str], state: str, mode: str) -> str:
        sides = {"long_only": ["long"], "short_only": ["short"], "long_short": ["long", "short"]}[mode]
        wanted = [f"entry_{side}" for side in sides] if state == "flat" else [f"exit_{state}", "exit_all"]
        for action in emitted:
            if action in wanted:
                return action
        return ""

    def on_base(self, rule: Any) -> bool:
        """Any mention of a base price, setups followed, puts a rule on the base clock."""
        if isinstance(rule, dict) and "setup" in rule:
            return self.on_base(self.setups[rule["setup"]])
        if isinstance(rule, dict):
            return any(self.on_base(part) for part in rule.values())
        if isinstance(rule, list):
            return any(self.on_base(part) for part in rule)
        return rule in BASE_PRICES

    def count(self, rule: Any, start: int, end: int) -> tuple[int, int, int]:
        """Return how often a rule is true, false, missing at the instants of its own clock in [start, end)."""
        clock = self.clocks["base" if self.on_base(rule) else "exec"]
        seen = [self.truth(rule, t) for t in clock if start <= t < end]
        return seen.count(True), seen.count(False), seen.count(None)

    def truth(self, rule: Any, t: int) -> bool | None:
        if isinstance(rule, list) and any(not isinstance(item, (list, dict)) for item in rule):
            return self.comparison(rule, t)
        if isinstance(rule, list):
            return self.truth({"all": rule}, t)
        if "lhs" in rule:
            rest = [rule["tolerance"]] if "tolerance" in rule else []
            return self.comparison([rule["lhs"], rule["op"], rule["rhs"], *rest], t)
        ((key, value),) = rule.items()
        if key == "setup":
            return self.truth(self.setups[value], t)
        if key == "not":
            inner = self.truth(value, t)
            return None if inner is None else not inner
        if key.removesuffix("_duration") in WINDOWS:
            return self.window(key.removesuffix("_duration"), value, t)
        if key in COMPARISONS:
            return self.comparison([value[0], key, *value[1:]], t)
        seen = [self.truth(part, t) for part in value]
        if key == "all":
            return False if False in seen else None if None in seen else True
        return True if True in seen else None if None in seen else False

    def window(self, kind: str, spec: dict, t: int) -> bool | None:
        exec_ms, base_ms = self.clocks["exec"], self.clocks["base"]
        if "duration" in spec:
            since = t - int(spec["duration"][:-1]) * MINUTE
            seen = [self.truth(spec["expr"], s) for s in base_ms if since < s <= t]
            unstored = base_ms[0] - MINUTE
            while unstored > since:
                seen.append(None)
                unstored -= MINUTE
        else:
            anchor = spec.get("anchor_tf")
            every = exec_ms if anchor is None else [s for s in base_ms if s % (int(anchor[:-1]) * MINUTE) == 0]
            seen = [self.truth(spec["expr"], s) for s in every if s <= t][-spec["bars"] :]
            seen += [None] * (spec["bars"] - len(seen))
        if kind == "holds_for":
            return False if False in seen else None if None in seen else True
        if kind == "occurred_within":
            return True if True in seen else None if None in seen else False
        if seen.count(True) >= spec["min_true"]:
            return True
        return None if seen.count(True) + seen.count(None) >= spec["min_true"] else False

    def comparison(self, rule: list, t: int) -> bool | None:
        clock = self.clocks["base" if self.on_base(rule) else "exec"]
        past = [instant for instant in clock if instant <= t]
        if not past:
            return None
        left, op, right = rule[0], SYMBOLS.get(rule[1], rule[1]), rule[2]
        if op in ("cross_above", "cross_below"):
            return None if len(past) < 2 else self.crosses(left, op, right, past[-2], past[-1])
        return self.holds(left, op, right, rule[3:], past[-1])

    def crosses(self, left: Any, op: str, right: Any, before: int, now: int) -> bool | None:
        l0, r0, l1, r1 = self.value(left, before), self.value(right, before), self.value(left, now), self.value(right, now)
        if None in (l0, r0, l1, r1):
            return None
        return l0 <= r0 and l1 > r1 if op == "cross_above" else l0 >= r0 and l1 < r1

    def holds(self, left: Any, op: str, right: Any, tolerance: list, t: int) -> bool | None:
        l = self.value(left, t)  # noqa: E741
        if op == "between":
            low, high = right if isinstance(right, list) else (right["low"], right["high"])
            return None if l is None else self.number(low) <= l <= self.number(high)
        if op == "in":
            return None if l is None else any(l == self.plain(item, left) for item in right)
        if isinstance(right, str) and right.lower() in self.words.get(self.key(left), ()):
            r = self.plain(right, left)
        else:
            r = self.value(right, t)
        if l is None or r is None:
            return None
        if op == "near_abs":
            return abs(l - r) <= self.number(tolerance[0])
        if op == "near_pct":
            return None if r == 0 else abs(l - r) / abs(r) <= self.number(tolerance[0]) / 100
        return {">": l > r, ">=": l >= r, "<": l < r, "<=": l <= r, "==": l == r, "!=": l != r}[op]

    def plain(self, item: Any, left: Any) -> float:
        return float(self.words[self.key(left)].index(item.lower())) if isinstance(item, str) else float(item)

    def key(self, operand: Any) -> tuple[str, str] | None:
        if not isinstance(operand, str):
            return None
        name, _, output = operand.partition(".")
        return name, output or self.primary.get(name, "value")

    def value(self, operand: Any, t: int) -> float | None:
        if isinstance(operand, (int, float)):
            return self.number(operand)
        if isinstance(operand, str):
            return self.column(*self.key(operand), 0, t)
        if isinstance(operand, dict) and "feature_id" in operand:
            name = operand["feature_id"]
            return self.column(name, operand.get("field") or self.primary.get(name, "value"), operand.get("offset", 0), t)
        if isinstance(operand, dict):
            ((op, (a, b)),) = operand.items()
        else:
            a, op, b = operand
        return self.arithmetic(op, self.value(a, t), self.value(b, t))

    def arithmetic(self, op: str, a: float | None, b: float | None) -> float | None:
        if a is None or b is None or (op in "/%" and b == 0):
            return None
        result = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "%": lambda: a % b}[op]()
        return result if math.isfinite(result) else None

    def column(self, name: str, output: str, offset: int, t: int) -> float | None:
        if name.endswith("_utc"):
            at = datetime.fromtimestamp(t / 1000, UTC)
            return float({"hour_utc": at.hour, "minute_utc": at.minute, "weekday_utc": at.weekday()}[name])
        known = [value for close, value in self.bars[name, output] if close <= t]
        if offset >= len(known):
            return None
        value = known[-1 - offset]
        if not math.isfinite(value) or (value == -1 and (name, output) in self.indices):
            return None
        return value
