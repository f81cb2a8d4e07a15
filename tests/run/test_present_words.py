"""How it is said that one side of a comparison looks at the very bars of the other: which bars, and what to write instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_present_bar import PLAY

from trade.run.accepted import accept_file


def earlier(name: str, offset: int, **field: str) -> dict[str, Any]:
    return {"feature_id": name, **field, "offset": offset}


SAID = {
    "the present bar": (["close", ">", "max_high_3"], "'max_high_3' looks at 3 bars, the present bar among them", "offset: 1}"),
    "an output": (
        ["close", ">", "channel.upper"],
        "'channel.upper' looks at 3 bars, the present bar among them",
        "{feature_id: channel, field: upper, offset: 1}",
    ),
    "one bar before": (
        [earlier("close", 2), ">", "max_high_3"],
        "'max_high_3' looks at 3 bars, that of 'close (2 bars ago)' among them",
        "{feature_id: max_high_3, offset: 3}",
    ),
    "a window inside": (
        ["max_close_2", ">", "max_high_3"],
        "'max_high_3' looks at 3 bars, those of 'max_close_2' among them",
        "{feature_id: max_high_3, offset: 1}",
    ),
    "windows that meet": (
        ["min_low_2", ">", earlier("max_high_3", 1)],
        "'max_high_3 (1 bar ago)' looks at 3 bars, some of those of 'min_low_2' among them",
        "{feature_id: max_high_3, offset: 2}",
    ),
}


@pytest.mark.parametrize("which", SAID)
def test_it_is_said_which_bars_both_sides_look_at(which: str, tmp_path: Path) -> None:
    rule, fact, hint = SAID[which]
    file = tmp_path / "windows.yml"
    file.write_text(json.dumps({**PLAY, "actions": {"entry_long": {"any": [rule]}}}))
    (said,) = (finding for finding in accept_file(file).findings if finding.code == "never-by-window")
    assert fact in said.fact
    assert said.hint.endswith(hint)
