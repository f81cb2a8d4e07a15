"""`docs/cli.md`, made from the `--help` of every command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from trade.cli.app import app

_WIDTH = 120
_HEAD = """# The command line

This page answers what every command takes: it is their `--help`, written by `make docs`.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a gate refused the run, or the machine did: full disk, read-only folder |
| 2 | the input is wrong: a Play, a file, an option |
| 3 | history is missing or not good enough |
| 4 | a verification found other bytes |
| 70 | a fault of this program; one line, and a trace file to report |
| 130 | interrupted with Ctrl-C; of one run nothing is left behind, of several those that are done |

With `--json` a command prints one JSON document on stdout and nothing else, whether it succeeds or refuses: `status`, `exit_code` and
`findings` (code, severity, file, line, column, path, fact, hint, data; see [findings.md](findings.md)), beside what it has to say. The
document of a run is its `result.json` with every `*_hash` by name, `folder`, of a new one `existed`, and of one with a record `recorded`.
Only the JSON Schema of `trade play schema` stands alone.
With `--quiet` the result is printed and nothing told. Without either, results go to stdout, and warnings, refusals and progress to stderr.
"""


def render() -> str:
    """Return the page."""
    return _HEAD + "".join(f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in helps())


def helps() -> Iterator[tuple[str, str]]:
    """Yield the path of every command, groups before their commands, and its help."""
    yield from _walk(typer.main.get_command(app), "trade", None)


def _walk(command: Any, name: str, parent: typer.Context | None) -> Iterator[tuple[str, str]]:
    context = typer.Context(command, info_name=name, parent=parent, terminal_width=_WIDTH, help_option_names=["-h", "--help"])
    yield context.command_path, command.get_help(context).rstrip()
    for each, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _walk(below, each, context)
