"""`trade play`: validate, show, schema, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from trade.cli import completing, console
from trade.cli.options import PLAYS, Json, Quiet

app = typer.Typer(
    help="Check and read Play files.", epilog="Example: trade play validate sample", no_args_is_help=True, rich_markup_mode=None
)

PlayNames = Annotated[
    list[str],
    typer.Argument(
        metavar="PLAY...",
        help="Play files, folders with all Plays below them, or names of Plays in configs/plays.",
        autocompletion=completing.plays,
    ),
]
PlayName = Annotated[
    str, typer.Argument(metavar="PLAY", help="A Play file, or the name of one in configs/plays.", autocompletion=completing.plays)
]
Folder = Annotated[Path, typer.Option("--plays", metavar="FOLDER", help="The folder of Plays.")]


@app.command(epilog="Example: trade play validate configs/plays")
def validate(plays: PlayNames, folder: Folder = PLAYS, as_json: Json = False, quiet: Quiet = False) -> None:
    """Check Plays and report every mistake of every one at once; exit 2 if one is wrong."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.base.errors import EXIT_MALFORMED, EXIT_OK, Malformed
    from trade.play.lookup import find_play, spread
    from trade.run.accepted import accept_file

    documents, said = [], []
    for name in dict.fromkeys(spread(plays, folder)):
        try:
            accepted = accept_file(find_play(name, folder))
        except Malformed as error:
            findings, play_hash = error.findings, None
        else:
            findings, play_hash = accepted.findings, accepted.play.play_hash
            console.show(f"{name}: valid, play_hash {play_hash[:16]}")
        said += [finding.as_json() for finding in findings]
        valid = {"play": name, "valid": play_hash is not None, "play_hash": play_hash}
        documents.append({**valid, "findings": [finding.as_json() for finding in findings]})
        console.show_findings(findings)
    wrong = sum(not document["valid"] for document in documents)
    code = EXIT_MALFORMED if wrong else EXIT_OK
    counts = {"checked": len(documents), "valid": len(documents) - wrong, "wrong": wrong}
    if len(documents) > 1:
        console.show(f"{counts['checked']} Plays: {counts['valid']} valid, {wrong} wrong")
    status = "refused" if wrong else "valid"
    console.emit({"status": status, "exit_code": code, "counts": counts, "plays": documents, "findings": said})
    raise typer.Exit(code)


@app.command(epilog="Example: trade play show sample")
def show(play: PlayName, folder: Folder = PLAYS, as_json: Json = False, quiet: Quiet = False) -> None:
    """Print the resolved Play, every default visible; this is what runs and what is hashed."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.play.dump import resolved, to_yaml
    from trade.play.lookup import find_play
    from trade.run.accepted import accept_file

    accepted = accept_file(find_play(play, folder))
    console.succeed({"play_hash": accepted.play.play_hash, "play": resolved(accepted.play)}, findings=accepted.findings)
    console.show_findings(accepted.findings)
    console.write(to_yaml(accepted.play))


@app.command(epilog="Example: trade play schema > play.schema.json")
def schema(as_json: Json = False, quiet: Quiet = False) -> None:  # noqa: ARG001 - taken as everywhere; a schema is JSON in any case
    """Print the JSON Schema of Plays, for completion and checks in an editor."""
    console.configure(as_json=True, quiet=quiet)
    from trade.dsl.schema import rules_schema
    from trade.play.schema import json_schema
    from trade.run.names import CATALOGUE

    console.emit(json_schema(CATALOGUE, rules_schema()))


@app.command(name="list", epilog="Example: trade play list")
def list_plays(folder: Folder = PLAYS, as_json: Json = False, quiet: Quiet = False) -> None:
    """List the Plays of the folder: symbol, timeframe, description; one that is wrong says so."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.cli.sheet import Heading, Sheet, words
    from trade.play.lookup import SHIPPED, play_name
    from trade.play.lookup import list_plays as found

    told = [_in_a_list(path, play_name(path, folder)) for path in found(folder)]
    console.succeed({"plays": told})
    sheet = Sheet(words("play"), Heading("symbol", spare=2), Heading("tf", spare=1), words("description"))
    for one in told:
        said = one["description"] if one["valid"] else "wrong: see 'trade play validate'"
        sheet.add(one["name"], one["symbol"], one["timeframe"], said)
    if told:
        console.show(sheet)
    else:
        shipped = ", ".join(play_name(path, SHIPPED) for path in found(SHIPPED))
        console.say(f"no Plays in '{folder}'; 'trade init' writes some, or run what comes with the program: {shipped}")


def _in_a_list(path: Path, name: str) -> dict[str, Any]:
    from trade.play.read import read_play
    from trade.run.names import CATALOGUE, NOT_YET

    play = read_play(path, CATALOGUE, NOT_YET)[0].play
    if play is None:
        return {"name": name, "valid": False, "symbol": "", "timeframe": "", "description": ""}
    return {"name": name, "valid": True, "symbol": play.symbol, "timeframe": str(play.exec_timeframe), "description": play.description}


@app.command(epilog="Example: trade play new my_cross --template cross")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How the Play is called; it becomes NAME.yml.")],
    template: Annotated[
        str, typer.Option("--template", metavar="KIND", help="What to begin with: cross, reversion, breakout or structure.")
    ] = "cross",
    folder: Folder = PLAYS,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a Play that runs, with comments that teach; edit it from there."""
    console.configure(as_json=as_json, quiet=quiet)
    from shlex import quote

    from trade.run.scaffold import new_play

    path = new_play(folder, name, template)
    named = str(path if folder != PLAYS else name)
    typed = named if quote(named) == named else f'"{named}"'  # within a pair of single quotes
    console.succeed({"file": str(path), "template": template})
    console.show(f"wrote {path}; try 'trade backtest run {typed}'")
