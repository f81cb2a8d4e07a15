"""The `trade` command: its nouns, and the one place where errors become exit codes."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import select
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import typer
from typer.exceptions import Abort, TyperException

import trade
from trade.base.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_MALFORMED, EXIT_OK, EXIT_REFUSED, TradeError
from trade.base.findings import Finding
from trade.base.nearest import meant
from trade.cli import backtest, beginning, bench, completing, console, data, play, runs
from trade.run.memory import keep_freed_memory

app = typer.Typer(
    name="trade",
    help="Backtests of crypto perpetual strategies: a Play goes in, a sealed receipt comes out.",
    epilog="Example: trade backtest run sample",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(backtest.app, name="backtest")
app.add_typer(runs.app, name="runs")
app.add_typer(play.app, name="play")
app.add_typer(data.app, name="data")
app.command(name="init", epilog=beginning.EXAMPLE)(beginning.init)
app.command(name="bench", epilog=bench.EXAMPLE)(bench.bench)

_TAB = "_TRADE_COMPLETE"  # set by the functions that --install-completion gives to shells

_MACHINE = {
    errno.ENOSPC: ("disk-full", "free some disk, or choose other folders with --db and --out"),
    errno.EROFS: ("read-only", "choose writable folders with --db and --out"),
    errno.EACCES: ("no-permission", "choose folders you may write with --db and --out"),
    errno.EPERM: ("no-permission", "choose folders you may write with --db and --out"),
    errno.ENAMETOOLONG: ("bad-path", "use a shorter name"),
    errno.ENOENT: ("bad-path", "it is gone, or was never there; look at the path"),
    errno.ENOTDIR: ("bad-path", "a file stands where a folder is wanted; look at the path"),
    errno.EISDIR: ("bad-path", "a folder stands where a file is wanted; look at the path"),
    errno.EDQUOT: ("disk-full", "free some disk, or choose other folders with --db and --out"),
}


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        typer.echo(f"trade {trade.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line, or answer a Tab, and exit with its code."""
    _open_streams()
    keep_freed_memory()
    code = _complete() if os.environ.get(_TAB) else run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        console.mute(sys.stdout)
    except OSError as error:
        silent = code == 0 or console.Talk.as_json
        _mute(sys.stdout)
        code = _machine(error) if silent else code
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; no exception leaves here."""
    console.configure(as_json="--json" in arguments)  # what cannot be parsed is refused in the form that was asked for
    try:
        result = typer.main.get_command(app).main(arguments, prog_name="trade", standalone_mode=False)
    except TradeError as error:
        return _refuse(error.findings, error.exit_code)
    except TyperException as error:
        return _usage(error)
    except (Abort, KeyboardInterrupt):
        return _interrupted()
    except SystemExit as end:  # typer's own answer to a closed pipe, and its end after it showed or installed a completion
        return _machine(end.__context__) if isinstance(end.__context__, OSError) else _code(end)
    except OSError as error:
        return _machine(error)
    except UnicodeEncodeError as error:
        return _unreadable_words(arguments, error)
    except Exception as error:  # our own bug: one line, a trace file, exit 70
        return _bug(error)
    if result == EXIT_INTERRUPTED:  # typer turns Ctrl-C into a code
        return _interrupted()
    return result if isinstance(result, int) else 0


def _complete() -> int:
    """Answer a Tab: the shell says in the environment what was typed. Into a line being typed nothing else is said, whatever fails."""
    said = io.StringIO()
    try:
        kept = completing.join_at_colons(os.environ) if os.environ[_TAB] == "complete_bash" else ""
        with contextlib.redirect_stdout(said if kept else sys.stdout):
            typer.main.get_command(app).main([], prog_name="trade", standalone_mode=False)
    except SystemExit as end:  # typer's way to end
        sys.stdout.writelines(line.removeprefix(kept) for line in said.getvalue().splitlines(keepends=True))
        return _code(end)
    except Exception:
        return EXIT_REFUSED
    return EXIT_REFUSED


def _code(end: SystemExit) -> int:
    return end.code if isinstance(end.code, int) else 0


def _open_streams() -> None:
    """Make both streams able to take every text: a closed one goes nowhere, a letter it cannot write is escaped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - it lives as long as the process
        else:
            stream.reconfigure(errors="backslashreplace")


def _mute(stream: TextIO) -> None:
    """Let a stream that takes no more swallow the rest, its buffer included; from here on errors are told as text."""
    console.mute(stream)
    console.Talk.as_json = False


def _refuse(findings: tuple[Finding, ...], code: int) -> int:
    try:
        console.emit({"status": "refused", "exit_code": code, "findings": [finding.as_json() for finding in findings]})
    except OSError:
        _mute(sys.stdout)
    try:
        console.show_findings(findings)
    except OSError:
        _mute(sys.stderr)
    return code


_NO_COMMAND = re.compile(r"No such command '([^']+)'")
# Commands under the names that other programs have for them.
_SAME = {
    "verify": ("check",),
    "validate": ("check",),
    "check": ("validate",),
    "rm": ("delete",),
    "remove": ("rm", "delete"),
    "delete": ("rm",),
    "ls": ("list", "info"),
    "list": ("info",),
    "status": ("info",),
    "fetch": ("sync",),
    "download": ("sync",),
    "load": ("import",),
    "create": ("new",),
    "test": ("run",),
}


def _usage(error: TyperException) -> int:
    """Refuse what the command line does not understand; a noun without a command gets its help."""
    context = getattr(error, "ctx", None)
    text = error.format_message()
    if text.startswith("Usage:"):
        if not console.Talk.as_json:
            console.show_help(text)
            return EXIT_MALFORMED
        text = "No command was given"
    path = context.command_path if context is not None else "trade"
    fact = text.strip().rstrip(".").replace("\n", " ").replace("\t", "")
    unknown = _NO_COMMAND.match(text)
    known = _commands_like(unknown[1], context) if unknown and context is not None else []
    hint = f"write '{known[0]}', or see '{path} --help'" if known else f"see '{path} --help'"
    if path == "trade backtest run" and "extra argument" in text:
        hint = f"name one Play; '{path} --plays FOLDER' runs all of a folder"
    return _refuse((Finding("usage", fact[:1].lower() + fact[1:], hint),), EXIT_MALFORMED)


def _commands_like(word: str, context: Any) -> list[str]:
    """Return the commands that a word means which its noun does not have: one spelt so nearly, else others of this noun or another."""
    near = meant(word, [name for name, found in context.command.commands.items() if not found.hidden])
    if near is not None:
        return [f"{context.command_path} {near}"]
    names = {word, *_SAME.get(word, ())}
    nouns = context.find_root().command.commands
    here = context.command_path.split()[1:2]
    ordered = sorted((noun for noun, group in nouns.items() if hasattr(group, "commands")), key=lambda noun: [noun] != here)
    return [
        f"trade {noun} {name}" for noun in ordered for name, found in nouns[noun].commands.items() if name in names and not found.hidden
    ]


def _interrupted() -> int:
    finding = Finding("interrupted", "interrupted; nothing was left behind", "run the same command again")
    return _refuse((finding,), EXIT_INTERRUPTED)


def _machine(error: OSError) -> int:
    """Refuse with what the machine could not do: a full disk, a folder that cannot be written. That nobody reads stdout is no error."""
    if error.errno == errno.EPIPE and _is_unread(sys.__stdout__):
        return EXIT_OK
    if error.errno not in _MACHINE:
        return _bug(error)
    code, hint = _MACHINE[error.errno]
    where = f"'{error.filename}': " if error.filename else ""
    return _refuse((Finding(code, f"{where}{(error.strerror or str(error)).lower()}", hint),), EXIT_REFUSED)


def _unreadable_words(arguments: list[str], error: UnicodeEncodeError) -> int:
    """Refuse a word of the command line that holds bytes which are no UTF-8, where text is wanted."""
    broken = [word for word in arguments if not word.isascii() and word.encode("utf-8", "replace").decode() != word]
    if not broken:
        return _bug(error)
    return _refuse((Finding("usage", f"{broken[0]!r} has bytes that are no UTF-8", "type it as UTF-8"),), EXIT_MALFORMED)


def _is_unread(stream: TextIO | None) -> bool:
    """Tell whether nobody reads a stream, which then swallows the rest; if somebody does, it is some other pipe that broke."""
    if stream is None:
        return False
    asked = select.poll()
    asked.register(stream.fileno(), select.POLLOUT)
    unread = any(event & select.POLLERR for _, event in asked.poll(0))
    if unread:
        console.mute(stream)
    return unread


def _bug(error: BaseException) -> int:
    trace = "".join(traceback.format_exception(error))
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = Path(tempfile.gettempdir()) / f"trade-bug-{stamp}-{os.getpid()}.txt"
    try:
        path.write_text(trace, encoding="utf-8", errors="backslashreplace")
        hint = f"this is our fault, please report it with '{path}'"
    except OSError as unwritable:
        last = traceback.extract_tb(error.__traceback__)[-1]
        hint = f"this is our fault, please report it: {last.filename}:{last.lineno} (no trace file: {unwritable.strerror})"
    finding = Finding("bug", f"{type(error).__name__}: {error}".replace("\n", " "), hint)
    return _refuse((finding,), EXIT_BUG)
