"""`trade backtest`: run, preflight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Context

from trade.base.errors import EXIT_OK, EXIT_REFUSED, Malformed
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
    separated,
    window_ms,
)
from trade.cli.several import run_each
from trade.cli.synthetic import Bars, PatternOptional, Seed, Synthetic, on_recipe

if TYPE_CHECKING:
    from trade.run.execute import Looked
    from trade.run.request import Request
    from trade.run.variants import Variant

app = typer.Typer(
    help="Run Plays through the gates.", epilog="Example: trade backtest run sample", no_args_is_help=True, rich_markup_mode=None
)

_DECISIONS = "decisions"

PlayName = Annotated[
    str | None,
    typer.Argument(
        metavar="PLAY",
        help="A Play file, or the name of one in configs/plays or --plays; with --plays alone every one of them.",
        autocompletion=completing.plays,
    ),
]
Folder = Annotated[Path | None, typer.Option("--plays", metavar="FOLDER", help="The folder of Plays [default: configs/plays].")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Say one value of the Play here: risk.stop_loss_pct=2; several: =1,2,3. Repeatable."),
]
Record = Annotated[
    str | None,
    typer.Option("--record", metavar="WHAT", help="Keep more beside the run: decisions, with the value of everything its rules read."),
]
Symbol = Annotated[
    str | None,
    typer.Option("--symbol", help="Run the Play on this symbol instead of its own.", autocompletion=completing.symbols),
]


@app.command(cls=PatternOptional, epilog="Example: trade backtest run sample --from 2025-02-01 --set risk.stop_loss_pct=6,8,10")
def run(
    play: PlayName = None,
    folder: Folder = None,
    sets: Sets = None,
    symbol: Symbol = None,
    symbols: Annotated[str | None, typer.Option("--symbols", metavar="A,B", help="Run it on each of these symbols.")] = None,
    start: From = None,
    end: To = None,
    windows: Annotated[
        str | None, typer.Option("--windows", metavar="A,B", help="Run it in each window: 2023, 2024-05, 2023-01-01..2023-03-01.")
    ] = None,
    db: Db = DEFAULT_DB,
    out: Out = DEFAULT_OUT,
    max_gap: MaxGap = "3h",
    max_missing: MaxMissing = 0.1,
    strict_warmup: StrictWarmup = False,
    synthetic: Synthetic = None,
    seed: Seed = None,
    bars: Bars = None,
    record: Record = None,
    sync: Annotated[bool, typer.Option("--sync", help="Fetch from Bybit first what preflight finds missing.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a Play through the gates to a sealed receipt; several Plays, values, symbols or windows are several runs in one table."""
    console.configure(as_json=as_json, quiet=quiet)
    plays = _plays("run", play, folder)
    asked = _request(plays, out, symbol, start, end, max_gap, max_missing, strict_warmup)
    asked = replace(asked, records_decisions=_records_decisions(record))
    from trade.cli.progress import stages
    from trade.cli.render import show_receipt
    from trade.run.backtest import run_backtest

    several = [
        replace(each, request=on_recipe(each.request, synthetic, seed, bars))
        for each in _variants(asked, plays, sets or [], symbols, windows)
    ]
    before: Callable[[Request], Looked | None] = partial(_sync, db) if sync else lambda _: None
    if len(several) > 1:
        raise typer.Exit(run_each(several, db, before))
    looked = before(several[0].request)
    with stages() as say:
        receipt = run_backtest(several[0].request, open_doors(db, say), looked)
    show_receipt(receipt)
    raise typer.Exit(EXIT_REFUSED if receipt.is_refused else EXIT_OK)


@app.command(epilog="Example: trade backtest preflight sample --max-gap 1h")
def preflight(
    play: PlayName = None,
    folder: Folder = None,
    sets: Sets = None,
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
    plays = _plays("preflight", play, folder)
    asked = _request(plays, DEFAULT_OUT, symbol, start, end, max_gap, max_missing, strict_warmup)
    request = _one(_variants(asked, plays, sets or [], None, None))
    from trade.cli.render import show_preflight
    from trade.run import execute
    from trade.run.accepted import accept_file
    from trade.run.documents import preflight_report

    doors = open_doors(db)
    accepted = accept_file(request.play, request.symbol, request.overrides)
    ready = execute.preflight(request, doors, accepted)
    report = preflight_report(ready)
    findings = (*accepted.findings, *ready.told)
    console.succeed({"play": accepted.play.name, **report}, "passed", findings)
    show_preflight(accepted.play.name, report, findings)


def _records_decisions(record: str | None) -> bool:
    if record not in (None, _DECISIONS):
        raise Malformed(Finding("usage", f"--record '{record}' is nothing that can be recorded", f"write --record {_DECISIONS}"))
    return record is not None


def _moved(name: str) -> Callable[[Context], None]:
    def answer(context: Context) -> None:
        words = " ".join(["trade runs", name, *context.args])
        raise Malformed(Finding("usage", f"'trade backtest {name}' looks at kept runs, which are a noun of their own", f"write '{words}'"))

    return answer


for _name in ("list", "show", "verify"):
    app.command(name=_name, hidden=True, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(_moved(_name))


def _plays(command: str, play: str | None, folder: Path | None) -> Mapping[str, Path]:
    """Return the Plays that are asked for, by name. Raises Malformed."""
    from trade.play.lookup import every_play, find_play, play_name

    if play is not None:
        return {play: find_play(play, PLAYS if folder is None else folder, only_there=folder is not None)}
    if folder is None:
        raise Malformed(Finding("usage", "missing argument 'PLAY'", f"see 'trade backtest {command} --help'"))
    names = {path: play_name(path, folder) for path in every_play(folder)}
    same = Counter(names.values())  # `rsi.yml` beside `rsi.yaml`
    return {name if same[name] == 1 else path.relative_to(folder).as_posix(): path for path, name in names.items()}


def _request(
    plays: Mapping[str, Path],
    out: Path,
    symbol: str | None,
    start: str | None,
    end: str | None,
    max_gap: str,
    max_missing: float,
    strict_warmup: bool,
) -> Request:
    from trade.gates.case import Tolerance
    from trade.run.request import Request

    return Request(
        play=next(iter(plays.values())),
        out=out,
        symbol=symbol,
        from_ms=instant_ms("--from", start),
        to_ms=instant_ms("--to", end),
        tolerance=Tolerance(duration_ms("--max-gap", max_gap), percent_frac("--max-missing", max_missing), strict_warmup),
    )


def _variants(request: Request, plays: Mapping[str, Path], sets: list[str], symbols: str | None, windows: str | None) -> Sequence[Variant]:
    from trade.play.overrides import parse_overrides
    from trade.run.variants import variants

    clashes = (
        ("--symbol", request.symbol is not None, "--symbols", symbols),
        ("--from and --to", request.from_ms is not None or request.to_ms is not None, "--windows", windows),
    )
    for one, given, many, listed in clashes:
        if given and listed is not None:
            raise Malformed(Finding("bad-options", f"{one} and {many} say the same in two ways", f"leave {one} out"))
    return variants(
        request,
        [parse_overrides(text) for text in sets],
        separated("--symbols", symbols),
        [window_ms("--windows", text) for text in separated("--windows", windows)],
        plays,
    )


def _one(several: Sequence[Variant]) -> Request:
    if len(several) > 1:
        raise Malformed(
            Finding(
                "bad-options", f"these are {len(several)} runs", "preflight looks at one: name one Play, and set each path to one value"
            )
        )
    return several[0].request


def _sync(db: Path, request: Request) -> Looked | None:
    """Fetch what preflight finds missing, for the run to load; return what was loaded already if nothing was."""
    from trade.cli.syncing import run_sync
    from trade.run.accepted import accept_file
    from trade.run.origin import STORED
    from trade.run.wanted import wanted_history

    if request.origin != STORED:
        raise Malformed(Finding("synthetic-sync", "--sync fetches history, and --synthetic makes its own", "leave one of them out"))
    wanted = wanted_history(request, open_doors(db), accept_file(request.play, request.symbol, request.overrides))
    if not wanted.requests:
        console.say("preflight finds nothing missing that could be synced")
    for one in wanted.requests:
        console.show_findings(run_sync(db, one).findings)
    return wanted.looked
