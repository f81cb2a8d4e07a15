"""A progress bar over the stages of a run, on a terminal's stderr; silent elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from trade import kernels
from trade.cli import console

_STAGES = {
    "play": "reading the Play",
    "history": "loading history",
    "features": "computing features",
    "bars": "running the bars",
    "decisions": "recording decisions",
    "metrics": "summing up",
    "artifacts": "sealing the artifacts",
}
_NAMED = 3


@contextmanager
def stages(runs: int = 1) -> Iterator[Callable[[str], None]]:
    """Give a function that is told which stage begins; the first stage of a run begins the next one of `runs`."""
    if not kernels.is_compiled():
        console.say("compiling, once for this version of the kernels: 10 to 20 seconds of one processor")
    with _bar(runs) as (say, compiling), kernels.compiling(compiling):
        yield say
    damaged = kernels.damaged_files()
    if damaged:
        console.say(f"{len(damaged)} damaged files of compiled code were found, and compiled anew: {', '.join(damaged[:_NAMED])}")


@contextmanager
def _bar(runs: int) -> Iterator[tuple[Callable[[str], None], kernels.Told]]:
    """Give who is told which stage begins, and who is told which kernel is compiled."""
    if console.Talk.as_json or console.Talk.quiet or not sys.stderr.isatty():
        yield lambda _: None, lambda *_: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[run]}{task.description:24}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[compiled]}"),
    )
    with Progress(*columns, console=console.terminal(sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=len(_STAGES), compiled="", run="")
        begun = count(1)

        def say(stage: str) -> None:
            done = list(_STAGES).index(stage)
            if done == 0 and runs > 1:
                progress.update(task, run=f"run {next(begun)} of {runs}: ")
            progress.update(task, description=_STAGES[stage], completed=done, compiled="")

        def compiling(number: int, of: int, name: str) -> None:
            progress.update(task, compiled=f"compiling {number} of {of}: {name}")

        yield say, compiling
