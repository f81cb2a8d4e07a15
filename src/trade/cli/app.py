"""The `trade` command: its nouns, and the one place where errors become exit codes."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click
import typer

import trade
from trade.base.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_REFUSED, TradeError
from trade.base.findings import Finding
from trade.cli import backtest, bench, console, data, play

app = typer.Typer(
    name="trade",
    help="Backtests of crypto perpetual strategies: a Play goes in, a sealed receipt comes out.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(backtest.app, name="backtest")
app.add_typer(play.app, name="play")
app.add_typer(data.app, name="data")
app.command(name="bench", epilog=bench.EXAMPLE)(bench.bench)

_MACHINE = {
    errno.ENOSPC: ("disk-full", "free some disk, or choose other folders with --db and --out"),
    errno.EROFS: ("read-only", "choose writable folders with --db and --out"),
    errno.EACCES: ("no-permission", "choose folders you may write with --db and --out"),
    errno.EPERM: ("no-permission", "choose folders you may write with --db and --out"),
    errno.EDQUOT: ("disk-full", "free some disk, or choose other folders with --db and --out"),
}


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        typer.echo(f"trade {trade.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line and exit with its code."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; no exception leaves here."""
    try:
        result = typer.main.get_command(app).main(arguments, prog_name="trade", standalone_mode=False)
    except TradeError as error:
        return _refuse(error.findings, error.exit_code)
    except click.exceptions.Abort:
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        console.say("interrupted; nothing was left behind")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    except OSError as error:
        if error.errno not in _MACHINE:
            return _bug(error)
        code, hint = _MACHINE[error.errno]
        where = f"'{error.filename}': " if error.filename else ""
        return _refuse((Finding(code, f"{where}{(error.strerror or str(error)).lower()}", hint),), EXIT_REFUSED)
    except Exception as error:  # our own bug: one line, a trace file, exit 70
        return _bug(error)
    return result if isinstance(result, int) else 0


def _refuse(findings: tuple[Finding, ...], code: int) -> int:
    console.emit({"status": "refused", "exit_code": code, "findings": [finding.as_json() for finding in findings]})
    if not console.Talk.as_json:
        console.show_findings(findings)
    return code


def _bug(error: BaseException) -> int:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = Path(tempfile.gettempdir()) / f"trade-bug-{stamp}-{os.getpid()}.txt"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    finding = Finding("bug", f"{type(error).__name__}: {error}", f"this is our fault, please report it with '{path}'")
    return _refuse((finding,), EXIT_BUG)
