"""The one place that prints: results to stdout, talk to stderr; with --json one JSON document on stdout and nothing else.

Where nobody reads any more, as behind `| head`, what is said goes nowhere, and the command goes on to its own end and code.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from trade.base.errors import EXIT_OK
from trade.base.findings import Finding, Severity

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_FILE_WIDTH = 160
# What moves a cursor, hides or reorders text on a terminal: control characters but line end and tab, and marks of direction.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


class Talk:
    """How this process talks; commands set it from their options before they do anything."""

    as_json = False
    quiet = False


def configure(*, as_json: bool = False, quiet: bool = False) -> None:
    """Choose how to talk for the rest of the process."""
    Talk.as_json, Talk.quiet = as_json, quiet


def visible(text: str) -> str:
    r"""Return a text with everything that would command a terminal written out, as in `\x1b`."""
    return _UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def terminal(stream: TextIO) -> Console:
    """Return where text for people goes: whatever is shown, only our own styles reach the terminal as commands."""
    from rich.console import Console
    from rich.segment import Segment

    class Visible(Console):
        def render_str(self, text: str, **how: Any) -> Any:
            return super().render_str(visible(text), **how)  # before it is measured: a cell is as wide as what is shown

        def render(self, renderable: Any, options: Any = None) -> Any:
            for text, style, control in super().render(renderable, options):
                yield Segment(text if control else visible(text), style, control)

        def on_broken_pipe(self) -> None:
            mute(stream)

    return Visible(file=stream, markup=False, emoji=False, highlight=False, **_width(stream))


def mute(stream: TextIO) -> None:
    """Let a stream that takes no more swallow the rest, its buffer included."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _put(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except BrokenPipeError:
        mute(stream)


def _width(stream: TextIO) -> dict[str, Any]:
    """Off a terminal nothing is folded: a line stays a line for whoever reads it next."""
    return {} if stream.isatty() else {"soft_wrap": True, "width": _FILE_WIDTH}


def emit(document: Mapping[str, Any]) -> None:
    """Print the one JSON document, when JSON was asked for."""
    if Talk.as_json:
        takes_all = (getattr(sys.stdout, "encoding", None) or "").lower() in ("utf-8", "utf8")
        text = json.dumps(document, indent=2, ensure_ascii=not takes_all, allow_nan=False)
        _put(sys.stdout, _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n")


def succeed(document: Mapping[str, Any], status: str = "ok", findings: Iterable[Finding] = ()) -> None:
    """Print the JSON document of a command that did what it was asked, when JSON was asked for."""
    conclude(document, status, EXIT_OK, findings)


def conclude(document: Mapping[str, Any], status: str, code: int, findings: Iterable[Finding]) -> None:
    """Print the JSON document of a command that ends with a code, when JSON was asked for."""
    emit({"exit_code": code, **document, "status": status, "findings": [finding.as_json() for finding in findings]})


def can_say(text: str) -> bool:
    """Return whether stdout takes a text as it is."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def show(renderable: RenderableType) -> None:
    """Print a result for people; nothing under --json."""
    if not Talk.as_json:
        terminal(sys.stdout).print(renderable, crop=False)


def write(text: str) -> None:
    """Print a result as it is, such as a file, on a terminal with nothing that commands it; nothing under --json."""
    if not Talk.as_json:
        _put(sys.stdout, visible(text) if sys.stdout.isatty() else text)


def show_help(text: str) -> None:
    """Tell on stderr how a noun is used, as it is; nothing under --json."""
    if not Talk.as_json:
        _put(sys.stderr, text + "\n")


def say(text: str) -> None:
    """Tell the user what goes on, on stderr; nothing under --quiet or --json."""
    if not (Talk.quiet or Talk.as_json):
        terminal(sys.stderr).print(text)


def show_findings(findings: Iterable[Finding]) -> None:
    """Print findings on stderr: place, severity, code, fact, then the hint; errors even under --quiet, nothing under --json."""
    if Talk.as_json:
        return
    from rich.text import Text

    console = terminal(sys.stderr)
    for finding in findings:
        if Talk.quiet and finding.severity is not Severity.ERROR:
            continue
        line = Text()
        if str(finding.place):
            line.append(f"{finding.place}: ", style="bold")
        line.append(f"{finding.severity}", style=_STYLE[finding.severity])
        line.append(f" [{finding.code}] {finding.fact}")
        console.print(line)
        if finding.hint:
            console.print(Text(f"    {finding.hint}", style="dim"))
