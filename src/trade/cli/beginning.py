"""`trade init`: a folder to begin in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trade.cli import console
from trade.cli.options import Json, Quiet

EXAMPLE = "Example: trade init my_strategies"


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder to begin in.")] = Path(),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write sample Plays, a .gitignore and the schema of Plays for editors into a folder; what is there stays as it is."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.run.scaffold import begin

    begun = begin(folder)
    console.succeed({"written": [str(path) for path in begun.written], "left": [str(path) for path in begun.left]})
    for path in begun.written:
        console.show(f"wrote {path}")
    for path in begun.left:
        console.show(f"left {path} as it was")
    console.say("try 'trade play list', then 'trade backtest run sample'")
