"""The first run compiles: each kernel once and for the whole version, saying which; nothing else is ever compiled again."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
from pathlib import Path
from trade import kernels
from trade.cli.app import app
from numba.core import event

class Counted(event.Listener):
    begun = []
    def on_start(self, event):
        function = event.data["dispatcher"].py_func
        self.begun.append(f"{function.__module__}.{function.__name__}")
    def on_end(self, event):
        pass

told = []
with event.install_listener("numba:compile", Counted()), kernels.compiling(lambda *said: told.append(said)):
    app(sys.argv[2:], standalone_mode=False)
Path(sys.argv[1]).write_text(json.dumps({"begun": Counted.begun, "told": told}))
"""


class Run:
    """One run in a process of its own, its stderr a terminal: what it compiled, what it told of that, and what was shown."""

    def __init__(self, cache: Path, market: Path, out: Path) -> None:
        arguments = ["backtest", "run", str(ROOT / "configs" / "plays" / "sample.yml"), "--db", str(market), "--out", str(out)]
        environment = {**os.environ, "TRADE_CACHE_DIR": str(cache), "COLUMNS": "200", "TERM": "xterm"}
        counts, (terminal, end) = out.with_suffix(".json"), pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(counts), *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=end
        ) as process:
            os.close(end)
            self.shown = shown_on(terminal)
        assert process.returncode == 0, self.shown
        found = json.loads(counts.read_text())
        self.compiled = [name for name in found["begun"] if name.startswith("trade.")]
        self.told = [tuple(each) for each in found["told"]]


def shown_on(terminal: int) -> str:
    shown = b""
    with suppress(OSError):  # a terminal ends with an error
        while more := os.read(terminal, 65536):
            shown += more
    os.close(terminal)
    return shown.decode()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, market: Path) -> tuple[Run, Run]:
    """Return the first run of a machine, and the second."""
    folder = tmp_path_factory.mktemp("compilations")
    first, second = (Run(folder / "cache", market, folder / name) for name in ("first", "second"))
    return first, second


def test_the_first_run_compiles_each_kernel_exactly_once(runs: tuple[Run, Run]) -> None:
    first, _ = runs
    assert sorted(first.compiled) == sorted(set(first.compiled))
    assert len(first.compiled) > 60
    assert "trade.engine.loop.run_bars" in first.compiled


def test_the_second_run_compiles_nothing_and_says_nothing_of_it(runs: tuple[Run, Run]) -> None:
    _, second = runs
    assert (second.compiled, second.told) == ([], [])
    assert "compiling" not in second.shown


def test_every_kernel_is_told_with_its_number_and_how_many_are_needed(runs: tuple[Run, Run]) -> None:
    first, _ = runs
    numbers, needed, names = zip(*first.told, strict=True)
    assert [name.rsplit(".", 1)[1] for name in first.compiled] == list(names)
    assert list(numbers) == list(range(1, len(names) + 1))
    assert list(needed) == sorted(needed)
    assert needed[-1] == len(names)
    loop = names.index("run_bars")
    assert needed[loop] == loop + names[loop:].index("_walk") > 40  # all that the loop calls is known when it begins


def test_a_terminal_shows_which_kernel_is_compiled(runs: tuple[Run, Run]) -> None:
    first, _ = runs
    assert "compiling, once for this version of the kernels" in first.shown
    shown = {(int(number), int(of), name) for number, of, name in re.findall(r"compiling (\d+) of (\d+): (\w+)", first.shown)}
    assert len(shown) > 5
    assert shown <= set(first.told)
