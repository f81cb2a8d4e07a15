"""`trade play`: validate, show, schema, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trade.cli import console
from trade.cli.options import PLAYS, Json

app = typer.Typer(help="Check and read Play files.", no_args_is_help=True, rich_markup_mode=None)

PlayNames = Annotated[list[str], typer.Argument(metavar="PLAY...", help="Play files, or names of Plays in configs/plays.")]
PlayName = Annotated[str, typer.Argument(metavar="PLAY", help="A Play file, or the name of one in configs/plays.")]
Folder = Annotated[Path, typer.Option("--plays", metavar="FOLDER", help="The folder of Plays.")]


@app.command(epilog="Example: trade play validate configs/plays/sample.yml")
def validate(plays: PlayNames, folder: Folder = PLAYS, as_json: Json = False) -> None:
    """Check Plays and report every mistake at once; exit 2 if one is wrong."""
    console.configure(as_json=as_json)
    from trade.base.errors import EXIT_MALFORMED, Malformed
    from trade.play.lookup import find_play
    from trade.run.accepted import accept_file

    documents, wrong = [], False
    for name in plays:
        try:
            accepted = accept_file(find_play(name, folder))
        except Malformed as error:
            wrong = True
            findings = error.findings
            documents.append({"play": name, "valid": False, "findings": [f.as_json() for f in findings]})
        else:
            findings, play_hash = accepted.findings, accepted.play.play_hash
            documents.append({"play": name, "valid": True, "play_hash": play_hash, "findings": [f.as_json() for f in findings]})
            console.show(f"{name}: valid, play_hash {play_hash[:16]}")
        if not as_json:
            console.show_findings(findings)
    console.emit({"status": "refused" if wrong else "valid", "plays": documents})
    if wrong:
        raise typer.Exit(EXIT_MALFORMED)


@app.command(epilog="Example: trade play show sample")
def show(play: PlayName, folder: Folder = PLAYS, as_json: Json = False) -> None:
    """Print the resolved Play, every default visible; this is what runs and what is hashed."""
    console.configure(as_json=as_json)
    from trade.play.dump import resolved, to_yaml
    from trade.play.lookup import find_play
    from trade.run.accepted import accept_file

    accepted = accept_file(find_play(play, folder))
    console.emit({"play_hash": accepted.play.play_hash, "play": resolved(accepted.play)})
    if not as_json:
        typer.echo(to_yaml(accepted.play), nl=False)


@app.command(epilog="Example: trade play schema > play.schema.json")
def schema() -> None:
    """Print the JSON Schema of Plays, for completion and checks in an editor."""
    from trade.play.schema import json_schema
    from trade.run.names import CATALOGUE

    console.emit(json_schema(CATALOGUE), as_json=True)


@app.command(name="list", epilog="Example: trade play list")
def list_plays(folder: Folder = PLAYS, as_json: Json = False) -> None:
    """List the Plays of the folder."""
    console.configure(as_json=as_json)
    from trade.play.lookup import list_plays as found

    names = [path.relative_to(folder).with_suffix("").as_posix() for path in found(folder)]
    console.emit({"plays": names})
    for name in names:
        console.show(name)
