"""The README's first screen: its Play is the sample, and what it shows is what the command prints."""

import re
from pathlib import Path

import pytest

from trade.cli import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the first fenced block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found.group(1)


def test_the_play_shown_is_the_sample() -> None:
    assert block("yaml") == (ROOT / "configs/plays/sample.yml").read_text(encoding="utf-8")


def test_the_output_shown_is_what_the_command_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert app.run(["backtest", "run", str(ROOT / "configs/plays/sample.yml")]) == 0
    command, _, shown = block("console").partition("\n")
    assert command == "$ make demo"
    assert without_id(shown) == without_id(capsys.readouterr().out)


def without_id(text: str) -> str:
    """The run's id names the versions and the architecture it ran on; its result does not depend on them in what is shown."""
    return re.sub(r"^run \w+ in \S+$", "run ID in FOLDER", text, flags=re.MULTILINE)
