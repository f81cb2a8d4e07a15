"""What is said to be impossible because a window holds the present bar never happens, and all that never happens there is said."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs import doors, ms

from trade.base.findings import MOST_FINDINGS, Finding
from trade.base.result import FunnelRow
from trade.market.files.importing import ImportRequest, import_file
from trade.market.fitting import GridOptions
from trade.run.accepted import accept_file
from trade.run.execute import execute, preflight
from trade.run.request import Request

PLAY: dict[str, Any] = {
    "version": "3.0.0",
    "name": "windows",
    "symbol": "NOISEUSDT",
    "timeframes": {"low_tf": "1m", "exec": "low_tf"},
    "account": {"starting_equity_usdt": 1000, "max_leverage": 1},
    "features": {
        "channel": {"indicator": "donchian", "params": {"lower_length": 2, "upper_length": 3}},
        "held": {"indicator": "bbands", "params": {"length": 3, "std": 1.5}},
        "loose": {"indicator": "bbands", "params": {"length": 3, "std": 1.2}},
        "rsi": {"indicator": "rsi"},
        "of_rsi": {"indicator": "bbands", "params": {"length": 3, "std": 1.5}, "source": "rsi"},
    },
    "structures": {
        "exec": [
            {"type": "rolling_window", "key": f"{mode}_{source}_{size}", "params": {"size": size, "source": source, "mode": mode}}
            for mode, source, size in (
                ("max", "high", 3),
                ("max", "close", 2),
                ("min", "low", 2),
                ("min", "close", 3),
                ("max", "volume", 2),
            )
        ]
    },
    "position_policy": {"mode": "long_only", "exit_mode": "sl_tp_only"},
    "risk": {"stop_loss_pct": 50, "take_profit_pct": 50},
}
PRICED = [
    *("open", "high", "low", "close", "channel.upper", "channel.lower", "held.upper", "held.lower"),
    *("max_high_3", "max_close_2", "min_low_2", "min_close_3"),
    *(
        {"feature_id": name, "offset": offset}
        for name, offset in (("close", 1), ("high", 2), ("low", 3), ("min_low_2", 1), ("max_high_3", 2))
    ),
    {"feature_id": "channel", "field": "upper", "offset": 1},
]
VOLUMES = ["volume", "max_volume_2", {"feature_id": "max_volume_2", "offset": 1}]
OPERATORS = [">", "<", ">=", "<=", "cross_above", "cross_below"]


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with minutes of coarse noise, in which everything that can happen between few bars does."""
    rng, folder = np.random.default_rng(7), tmp_path_factory.mktemp("noise")
    opens, closes = rng.integers(100, 104, (2, 20_000))
    highs, lows = np.maximum(opens, closes) + rng.integers(0, 3, 20_000) // 2, np.minimum(opens, closes) - rng.integers(0, 3, 20_000) // 2
    rows = zip(range(20_000), opens, highs, lows, closes, rng.integers(1, 9, 20_000), strict=True)
    lines = [f"{ms('2025-01-01') + 60_000 * minute},{','.join(map(str, values))}" for minute, *values in rows]
    file = folder / "noise.csv"
    file.write_text("\n".join(["timestamp,open,high,low,close,volume", *lines]) + "\n")
    import_file(folder / "store", ImportRequest(file, "NOISEUSDT", grid=GridOptions(Decimal(1), Decimal(1))))
    return folder / "store"


def asked(rules: list[Any], noise: Path, folder: Path) -> tuple[dict[str, FunnelRow], dict[str, Finding]]:
    """Return what each rule came to, and what is said of it, by place; the rules are split over Plays of a size that people write."""
    rows, said = dict[str, FunnelRow](), dict[str, Finding]()
    for start in range(0, len(rules), MOST_FINDINGS):
        few = rules[start : start + MOST_FINDINGS]
        file = folder / "windows.yml"
        file.write_text(json.dumps({**PLAY, "actions": {"entry_long": {"any": few}}}))
        accepted = accept_file(file)
        funnel = {row.path: row for row in execute(preflight(Request(file, folder), doors(noise), accepted)).result.funnel}
        spoken = {finding.place.path: finding for finding in accepted.findings if finding.code in ("never-by-window", "always-holds")}
        rows |= {place(start + index): funnel[place(index)] for index in range(len(few))}
        said |= {place(start + index): spoken[place(index)] for index in range(len(few)) if place(index) in spoken}
    return rows, said


def place(index: int) -> str:
    return f"actions.entry_long.any[{index}]"


def test_what_bars_decide_is_said_and_what_is_said_is_so(noise: Path, tmp_path: Path) -> None:
    pairs = [*permutations(PRICED, 2), *permutations(VOLUMES, 2)]
    rules = [[left, op, right] for left, right in pairs for op in OPERATORS]
    rows, said = asked(rules, noise, tmp_path)
    wrong = []
    for index, rule in enumerate(rules):
        row, code = rows[place(index)], said[place(index)].code if place(index) in said else ""
        truth = "never-by-window" if not row.true else "always-holds" if not row.false else ""
        if code != truth:
            wrong.append((rule, code, row))
    assert wrong == []
    assert len(said) > 300


def written(side: Any) -> str:
    """Return an operand as findings name it."""
    if isinstance(side, str):
        return side
    name = f"{side['feature_id']}.{side['field']}" if "field" in side else side["feature_id"]
    return f"{name} ({side['offset']} bar{'s' * (side['offset'] > 1)} ago)"


def test_what_the_hint_says_can_hold(noise: Path, tmp_path: Path) -> None:
    rules = [[left, op, right] for left, right in permutations(PRICED, 2) for op in (">", "<")]
    _, said = asked(rules, noise, tmp_path)
    healed = []
    for path, finding in said.items():
        left, op, right = rules[int(path.rpartition("[")[2][:-1])]
        hint = re.search(r"\{feature_id: (\w+)(?:, field: (\w+))?, offset: (\d+)\}", finding.hint)
        if hint is None:
            assert {str(left), str(right)} <= {"open", "high", "low", "close"}
            continue
        name, field, offset = hint.groups()
        earlier = {"feature_id": name, **({"field": field} if field else {}), "offset": int(offset)}
        holder = re.search(r": '([^']+)' looks at", finding.fact)
        assert holder
        moved = [earlier if written(side) == holder.group(1) else side for side in (left, right)]
        healed.append([moved[0], op, moved[1]])
    rows, said = asked(healed, noise, tmp_path)
    assert said == {}
    assert [healed[index] for index in range(len(healed)) if not rows[place(index)].true] == []
    assert len(healed) > 50


def test_a_band_is_said_to_hold_its_window_only_where_it_does(noise: Path, tmp_path: Path) -> None:
    rules = [["close", ">", "held.upper"], ["close", ">", "loose.upper"], ["close", "<", "loose.lower"], ["rsi", ">", "of_rsi.upper"]]
    rows, said = asked(rules, noise, tmp_path)
    assert list(said) == [place(0)]
    assert "take more bars or a narrower band" in said[place(0)].hint
    assert rows[place(1)].true > 0
    assert rows[place(2)].true > 0


def test_windows_of_another_timeframe_and_prices_between_closes_can_be_left(noise: Path, tmp_path: Path) -> None:
    slower = {"type": "rolling_window", "key": "max_5m", "params": {"size": 1, "source": "high", "mode": "max"}}
    play = {
        **PLAY,
        "timeframes": {"low_tf": "1m", "med_tf": "5m", "exec": "low_tf"},
        "structures": {**PLAY["structures"], "med_tf": [slower]},
    }
    file = tmp_path / "slower.yml"
    file.write_text(json.dumps({**play, "actions": {"entry_long": {"any": [["close", ">", "max_5m"], ["last_price", ">", "max_high_3"]]}}}))
    accepted = accept_file(file)
    assert accepted.findings == ()
    assert execute(preflight(Request(file, tmp_path), doors(noise), accepted)).result.funnel[1].true > 0
