"""`trade backtest`: run, preflight, verify, list, show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.cli import completing, console
from trade.cli.calendars import closed_of
from trade.cli.options import (
    DEFAULT_DB,
    DEFAULT_OUT,
    PLAYS,
    Db,
    From,
    Json,
    MaxGap,
    MaxMissing,
    Out,
    Quiet,
    StrictWarmup,
    To,
    duration_ms,
    instant_ms,
    percent_frac,
)
from trade.cli.synthetic import Bars, PatternOptional, Seed, Synthetic, on_recipe

if TYPE_CHECKING:
    from trade.run.execute import Looked
    from trade.run.request import Doors, Request

app = typer.Typer(
    help="Run Plays, and look at what they left.", epilog="Example: trade backtest run sample", no_args_is_help=True, rich_markup_mode=None
)

PlayName = Annotated[
    str, typer.Argument(metavar="PLAY", help="A Play file, or the name of one in configs/plays.", autocompletion=completing.plays)
]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A run folder, or the id (or its beginning) of a run.", autocompletion=completing.runs)
]
Symbol = Annotated[
    str | None,
    typer.Option("--symbol", help="Run the Play on this symbol instead of its own.", autocompletion=completing.symbols),
]


@app.command(cls=PatternOptional, epilog="Example: trade backtest run sample --from 2025-02-01 --to 2025-03-01")
def run(
    play: PlayName,
    symbol: Symbol = None,
    start: From = None,
    end: To = None,
    db: Db = DEFAULT_DB,
    out: Out = DEFAULT_OUT,
    max_gap: MaxGap = "3h",
    max_missing: MaxMissing = 0.1,
    strict_warmup: StrictWarmup = False,
    synthetic: Synthetic = None,
    seed: Seed = None,
    bars: Bars = None,
    sync: Annotated[bool, typer.Option("--sync", help="Fetch from Bybit first what preflight finds missing.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a Play through the gates to a sealed receipt."""
    console.configure(as_json=as_json, quiet=quiet)
    request = on_recipe(_request(play, out, symbol, start, end, max_gap, max_missing, strict_warmup), synthetic, seed, bars)
    from trade.cli.progress import stages
    from trade.cli.render import show_receipt
    from trade.run.backtest import run_backtest

    looked = _sync(db, request) if sync else None
    with stages() as say:
        receipt = run_backtest(request, _doors(db, say), looked)
    show_receipt(receipt)


@app.command(epilog="Example: trade backtest preflight sample --max-gap 1h")
def preflight(
    play: PlayName,
    symbol: Symbol = None,
    start: From = None,
    end: To = None,
    db: Db = DEFAULT_DB,
    max_gap: MaxGap = "3h",
    max_missing: MaxMissing = 0.1,
    strict_warmup: StrictWarmup = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Ask the gates only: is the Play sound, does the data cover it."""
    console.configure(as_json=as_json, quiet=quiet)
    request = _request(play, DEFAULT_OUT, symbol, start, end, max_gap, max_missing, strict_warmup)
    from trade.cli.render import show_preflight
    from trade.run import execute
    from trade.run.accepted import accept_file
    from trade.run.documents import preflight_report

    doors = _doors(db)
    accepted = accept_file(request.play, request.symbol)
    ready = execute.preflight(request, doors, accepted)
    report = preflight_report(ready)
    findings = (*accepted.findings, *ready.findings)
    console.succeed({"play": accepted.play.name, **report}, "passed", findings)
    show_preflight(accepted.play.name, report, findings)


@app.command(epilog="Example: trade backtest verify 3f2a")
def verify(run: RunName, db: Db = DEFAULT_DB, out: Out = DEFAULT_OUT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Run a stored run again from its own Play and compare every hash; exit 4 if any differs."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.artifacts.shelf import find_run
    from trade.cli.progress import stages
    from trade.cli.render import show_verdict
    from trade.run.verify import verify_run

    folder = find_run(out, run)
    with stages() as say:
        verdict = verify_run(folder, _doors(db, say))
    console.succeed({"run_id": verdict.run_id, "hashes": verdict.again}, "identical")
    show_verdict(verdict.run_id, verdict.again)


@app.command(name="list", epilog="Example: trade backtest list --json")
def list_runs(out: Out = DEFAULT_OUT, as_json: Json = False, quiet: Quiet = False) -> None:
    """List the runs that are kept."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.artifacts.shelf import list_runs as shelved
    from trade.cli.render import show_runs

    runs, damaged = shelved(out)
    console.succeed({"runs": [{"folder": str(folder), **brief} for folder, brief in runs]}, findings=damaged)
    console.show_findings(damaged)
    show_runs(runs)


@app.command(epilog="Example: trade backtest show 3f2a")
def show(run: RunName, out: Out = DEFAULT_OUT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Show a kept run in full: result, trades by reason, side, weekday and month, the funnel."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.artifacts.receipt import Receipt
    from trade.artifacts.shelf import as_published, find_run, read_result
    from trade.cli.render import show_receipt, stored_findings

    folder = find_run(out, run)
    summary = read_result(folder)
    with as_published(folder):
        show_receipt(Receipt(folder, summary["run_id"], summary, existed=True, findings=stored_findings(summary)), in_full=True)


def _request(
    play: str,
    out: Path,
    symbol: str | None,
    start: str | None,
    end: str | None,
    max_gap: str,
    max_missing: float,
    strict_warmup: bool,
) -> Request:
    from trade.gates.case import Tolerance
    from trade.play.lookup import find_play
    from trade.run.request import Request

    return Request(
        play=find_play(play, PLAYS),
        out=out,
        symbol=symbol,
        from_ms=instant_ms("--from", start),
        to_ms=instant_ms("--to", end),
        tolerance=Tolerance(duration_ms("--max-gap", max_gap), percent_frac("--max-missing", max_missing), strict_warmup),
    )


def _sync(db: Path, request: Request) -> Looked | None:
    """Fetch what preflight finds missing, for the run to load; return what was loaded already if nothing was."""
    from trade.cli.syncing import run_sync
    from trade.run.accepted import accept_file
    from trade.run.origin import STORED
    from trade.run.wanted import wanted_history

    if request.origin != STORED:
        raise Malformed(Finding("synthetic-sync", "--sync fetches history, and --synthetic makes its own", "leave one of them out"))
    wanted = wanted_history(request, _doors(db), accept_file(request.play, request.symbol))
    if not wanted.requests:
        console.say("preflight finds nothing missing that could be synced")
    for one in wanted.requests:
        console.show_findings(run_sync(db, one).findings)
    return wanted.looked


def _doors(db: Path, say: Callable[[str], None] | None = None) -> Doors:
    from trade.run.request import Doors, silent

    return Doors(lambda origin, symbol: origin.open(db, symbol), say or silent, closed_of)
