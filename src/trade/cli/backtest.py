"""`trade backtest`: run, preflight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Context

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.cli import completing, console
from trade.cli.doors import open_doors
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
    from trade.run.request import Request

app = typer.Typer(
    help="Run Plays through the gates.", epilog="Example: trade backtest run sample", no_args_is_help=True, rich_markup_mode=None
)

PlayName = Annotated[
    str, typer.Argument(metavar="PLAY", help="A Play file, or the name of one in configs/plays.", autocompletion=completing.plays)
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

    if sync:
        _sync(db, request)
    with stages() as say:
        receipt = run_backtest(request, open_doors(db, say))
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

    doors = open_doors(db)
    accepted = accept_file(request.play, request.symbol)
    ready = execute.preflight(request, doors, accepted)
    report = preflight_report(ready)
    findings = (*accepted.findings, *ready.findings)
    console.succeed({"play": accepted.play.name, **report}, "passed", findings)
    show_preflight(accepted.play.name, report, findings)


def _moved(name: str) -> Callable[[Context], None]:
    def answer(context: Context) -> None:
        words = " ".join(["trade runs", name, *context.args])
        raise Malformed(Finding("usage", f"'trade backtest {name}' looks at kept runs, which are a noun of their own", f"write '{words}'"))

    return answer


for _name in ("list", "show", "verify"):
    app.command(name=_name, hidden=True, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(_moved(_name))


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


def _sync(db: Path, request: Request) -> None:
    """Fetch what preflight finds missing; the run then asks it again."""
    from trade.cli.syncing import run_sync
    from trade.run.accepted import accept_file
    from trade.run.origin import STORED
    from trade.run.wanted import wanted_history

    if request.origin != STORED:
        raise Malformed(Finding("synthetic-sync", "--sync fetches history, and --synthetic makes its own", "leave one of them out"))
    wanted = wanted_history(request, open_doors(db), accept_file(request.play, request.symbol))
    if not wanted:
        console.say("preflight finds nothing missing that could be synced")
    for one in wanted:
        console.show_findings(run_sync(db, one).findings)
