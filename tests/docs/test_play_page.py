"""`docs/play.md`: its examples are accepted, and no key or word of the format is left out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from trade.cli import app
from trade.dsl.builtins import BUILTINS
from trade.dsl.operators import SPELLINGS
from trade.dsl.tree import Action
from trade.dsl.windows import WINDOWS
from trade.play.defaults import render
from trade.play.models import PlayFile
from trade.run.accepted import accept_file
from trade.run.execute import plan_run
from trade.structures.registry import STRUCTURES

PAGE = (Path(__file__).parents[2] / "docs" / "play.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FRAME = """
version: "3.0.0"
name: frame
symbol: BTCUSDT
tf: 15m
features:
  rsi_14: {indicator: rsi}
  ema_9: {indicator: ema, params: {length: 9}}
  ema_21: {indicator: ema, params: {length: 21}}
position_policy: {mode: long_short, exit_mode: first_hit}
risk: {stop_loss_pct: 2}
"""


def keys(model: type[BaseModel]) -> Iterator[str]:
    """Yield every key of a section and of the sections inside it."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        for option in _options(field.annotation):
            yield from keys(option)


def _options(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _options(inner)


def test_the_defaults_are_printed_as_a_play_writes_them() -> None:
    shown = render()
    for row in ("| `account.fee_model.taker_bps` | 5.5 |", "| `position_policy.mode` | long_only |", "| `execution.intrabar` | worst |"):
        assert row in shown


@pytest.mark.parametrize("text", EXAMPLES, ids=[text.splitlines()[0] for text in EXAMPLES])
def test_an_example_is_accepted_without_a_word(text: str, tmp_path: Path) -> None:
    file = tmp_path / "example.yml"
    file.write_text(text if text.startswith("version:") else FRAME + text, encoding="utf-8")
    assert accept_file(file).findings == ()


def test_the_whole_example_keeps_its_own_bounds_on_the_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "example.yml"
    file.write_text(EXAMPLES[0], encoding="utf-8")
    words = ["--symbol", "SAMPLEUSDT", "--db", str(tmp_path / "db"), "--out", str(tmp_path / "out"), "--json"]
    assert app.run(["backtest", "run", str(file), *words]) == 0, capsys.readouterr()
    assert accept_file(file).play.expected is not None


def test_the_warm_up_of_structures_is_the_planned_one(tmp_path: Path) -> None:
    [declared] = re.findall(r"The last column is of these:\n\n((?:    .*\n)+)", PAGE)
    rules = 'actions: {entry_long: {all: [[trend.direction, "==", 1], [close, ">", legs.high_level], [close, ">=", highest]]}}\n'
    file = tmp_path / "example.yml"
    file.write_text(re.sub(r"features:\n(  .*\n)+", "", FRAME) + textwrap.dedent(declared) + rules, encoding="utf-8")
    features = plan_run(accept_file(file)).features
    told = re.findall(r"^\| `(\w+)`.*\| (\d+) \|$", PAGE.partition("Their warm-up")[2].partition("The last column")[0], re.MULTILINE)
    planned = [features[key].settle_bars for key in ("pivots", "legs", "trend", "highest")]
    assert [int(bars) for _, bars in told] == planned
    assert [features[key].ready_after_bars for key in ("pivots", "trend", "highest")] == [10, 10, 0]
    assert features["legs"].ready_after_bars == features["atr_14"].ready_after_bars


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) == 3


def test_every_key_of_the_format_is_named() -> None:
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", prose))))
    assert sorted(set(keys(PlayFile)) - named) == []


def test_every_operator_action_operand_and_structure_is_named() -> None:
    parts = {part for entry in STRUCTURES.values() for part in (entry.name, *(each.name for each in (*entry.outputs, *entry.params)))}
    words = {*map(str, SPELLINGS), *map(str, Action), *BUILTINS, *parts}
    assert sorted(word for word in words if f"`{word}`" not in PAGE) == []
    assert sorted(word for word in WINDOWS if word not in PAGE) == []
