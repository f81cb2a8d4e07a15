"""`trade runs`: what is kept of backtests - list, show, verify, rm, prune."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trade.base.errors import EXIT_OK, Malformed, TradeError
from trade.base.findings import Finding
from trade.cli import completing, console
from trade.cli.doors import open_doors
from trade.cli.options import DEFAULT_DB, DEFAULT_OUT, Db, Json, Out, Quiet, duration_ms, instant_ms, now_ms

if TYPE_CHECKING:
    from trade.artifacts.shelf import KeptRun

app = typer.Typer(
    help="Look at the runs that are kept, verify and remove them.",
    epilog="Example: trade runs show last",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The id of a run or its beginning, last for the one written last, last~1 for the one before it, or a run folder.",
        autocompletion=completing.runs,
    ),
]
RunNames = Annotated[
    list[str],
    typer.Argument(metavar="RUN...", help="Ids of runs or their beginnings, last, last~1, or run folders.", autocompletion=completing.runs),
]
_PAIR = 2
OfPlay = Annotated[str | None, typer.Option("--play", metavar="NAME", help="Only runs of this Play.", autocompletion=completing.kept_plays)]
OfSymbol = Annotated[str | None, typer.Option("--symbol", help="Only runs on this symbol, bare or in full.")]

_SORTS = {
    "return": lambda kept: -_or_least(kept.brief["net_return_pct"]),
    "drawdown": lambda kept: kept.brief["max_drawdown_pct"],
    "sharpe": lambda kept: -_or_least(kept.brief["sharpe"]),
    "profit-factor": lambda kept: -_profit_factor(kept),
    "trades": lambda kept: -kept.brief["total_trades"],
    "fees": lambda kept: kept.brief["total_fees"],
}


def _or_least(value: float | None) -> float:
    return float("-inf") if value is None else value


def _profit_factor(kept: KeptRun) -> float:
    """Return the profit factor; without a loss it is above every other."""
    return float("inf") if kept.result["metrics"]["profit_factor_mode"] == "infinite" else _or_least(kept.brief["profit_factor"])


@app.command(name="list", epilog="Example: trade runs list --play sample --sort sharpe --limit 10")
def list_runs(
    play: OfPlay = None,
    symbol: OfSymbol = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only runs started from then on, UTC.")] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort", metavar="BY", help=f"The best first by {', '.join(_SORTS)}; the lowest fees are [default: the newest first]."
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = None,
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the runs that are kept, the newest first."""
    console.configure(as_json=as_json, quiet=quiet)
    if sort is not None and sort not in _SORTS:
        raise Malformed(Finding("usage", f"--sort '{sort}' is no order", f"sort by {', '.join(_SORTS)}"))
    since_ms = instant_ms("--since", since)
    from trade.artifacts.shelf import list_runs as shelved
    from trade.cli.kept import show_runs

    runs, damaged = shelved(out)
    found = [kept for kept in runs if _is_asked(kept, play, symbol) and (since_ms is None or (kept.started_ms or 0) >= since_ms)]
    found = (found if sort is None else sorted(found, key=_SORTS[sort]))[:limit]
    console.succeed({"runs": [dict(kept.brief) for kept in found]}, findings=damaged)
    console.show_findings(damaged)
    show_runs(found, len(runs))


@app.command(epilog="Example: trade runs show last")
def show(
    runs: RunNames,
    trades: Annotated[bool, typer.Option("--trades", help="List the trades.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="The trades as CSV, every column.")] = False,
    metrics: Annotated[bool, typer.Option("--metrics", help="Every metric with its unit and formula.")] = False,
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a kept run in full, or two side by side: in what Play, data, options, versions and figures they differ."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.artifacts.shelf import find_run

    folders = [find_run(out, name) for name in runs]
    if len(folders) > _PAIR or (len(folders) == _PAIR and (trades or csv or metrics)):
        raise Malformed(Finding("usage", f"{len(folders)} runs were named", "name one run, or two to see them side by side"))
    if metrics and (trades or csv):
        raise Malformed(Finding("bad-options", "--metrics and the trades are two answers", "ask for one of them"))
    if len(folders) == _PAIR:
        _show_pair(*folders)
    elif trades or csv:
        _show_trades(folders[0], as_csv=csv)
    elif metrics:
        _show_metrics(folders[0])
    else:
        _show_one(folders[0])


@app.command(epilog="Example: trade runs verify last")
def verify(run: RunName, db: Db = DEFAULT_DB, out: Out = DEFAULT_OUT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Run a kept run again from its own Play and compare every hash; exit 4 if any differs."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.artifacts.shelf import find_run
    from trade.cli.progress import stages
    from trade.cli.render import show_verdict
    from trade.run.verify import verify_run

    folder = find_run(out, run)
    with stages() as say:
        verdict = verify_run(folder, open_doors(db, say))
    console.succeed({"run_id": verdict.run_id, "hashes": verdict.again}, "identical")
    show_verdict(verdict.run_id, verdict.again)


@app.command(epilog="Example: trade runs rm last")
def rm(runs: RunNames, out: Out = DEFAULT_OUT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Remove kept runs; all are found before the first is removed."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.artifacts.shelf import find_run

    _remove(out, list({folder.resolve(): folder for folder in (find_run(out, name) for name in runs)}.values()))


@app.command(epilog="Example: trade runs prune --older-than 30d --play sample --dry-run")
def prune(
    keep: Annotated[int | None, typer.Option("--keep", metavar="N", min=0, help="Keep the newest N of each Play and symbol.")] = None,
    older_than: Annotated[str | None, typer.Option("--older-than", metavar="TIME", help="Only runs started longer ago: 12h, 30d.")] = None,
    play: OfPlay = None,
    symbol: OfSymbol = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
    out: Out = DEFAULT_OUT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Remove the runs that are old, or more than enough. A run of which nobody knows when it was started stays."""
    console.configure(as_json=as_json, quiet=quiet)
    if keep is None and older_than is None:
        raise Malformed(Finding("usage", "nothing says which runs to remove", "give --keep N, --older-than TIME, or both"))
    before_ms = now_ms() - (0 if older_than is None else duration_ms("--older-than", older_than))
    from trade.artifacts.shelf import list_runs as shelved

    runs, damaged = shelved(out)
    chosen, seen = [], dict[tuple[str, str], int]()
    for kept in runs:
        of = (kept.brief["play"], kept.brief["symbol"])
        seen[of] = seen.get(of, 0) + 1
        if _is_asked(kept, play, symbol) and kept.started_ms is not None and seen[of] > (keep or 0) and kept.started_ms < before_ms:
            chosen.append(kept.folder)
    console.show_findings(damaged)
    _remove(out, chosen, damaged, dry_run=dry_run)


def _is_asked(kept: KeptRun, play: str | None, symbol: str | None) -> bool:
    key = kept.brief["symbol"]
    return play in (None, kept.brief["play"]) and symbol in (None, key, key.rpartition(":")[2])


def _remove(out: Path, folders: list[Path], damaged: Iterable[Finding] = (), *, dry_run: bool = False) -> None:
    from trade.artifacts.shelf import remove_run

    removed, refused, code = list[str](), list[Finding](), EXIT_OK
    for folder in folders:
        try:
            if not dry_run:
                remove_run(out, folder)
        except TradeError as error:
            refused.extend(error.findings)
            code = max(code, error.exit_code)
            continue
        removed.append(str(folder))
        console.show(f"{'would remove' if dry_run else 'removed'} {folder}")
    if not folders:
        console.show("nothing to remove")
    console.conclude({"dry_run": dry_run, "removed": removed}, "refused" if refused else "ok", code, [*damaged, *refused])
    console.show_findings(refused)
    raise typer.Exit(code)


def _show_one(folder: Path) -> None:
    from trade.artifacts.receipt import Receipt
    from trade.artifacts.shelf import as_published, read_result
    from trade.cli.render import show_receipt, stored_findings

    summary = read_result(folder)
    with as_published(folder):
        show_receipt(Receipt(folder, summary["run_id"], summary, existed=True, findings=stored_findings(summary)), in_full=True)


def _show_pair(one: Path, other: Path) -> None:
    from trade.cli.kept import show_differences
    from trade.run.versus import versus

    found = versus(one, other)
    console.succeed({"runs": [one.name, other.name], "differences": [vars(each) for each in found]})
    show_differences((one.name, other.name), found)


def _show_trades(folder: Path, *, as_csv: bool) -> None:
    from trade.artifacts.shelf import read_result, reading
    from trade.artifacts.tables import TRADES
    from trade.cli.kept import show_trades, write_csv

    summary = read_result(folder)
    with reading(folder):
        rows = TRADES.readable_rows(folder)
    console.succeed({"run_id": summary["run_id"], "trades": rows})
    if as_csv:
        write_csv(rows, TRADES.columns)
    else:
        show_trades(rows)


def _show_metrics(folder: Path) -> None:
    from trade.artifacts.shelf import as_published, read_result
    from trade.cli.kept import metric_rows, show_metrics

    summary = read_result(folder)
    with as_published(folder):
        rows = metric_rows(summary)
        console.succeed({"run_id": summary["run_id"], "metrics": rows})
        show_metrics(rows)
