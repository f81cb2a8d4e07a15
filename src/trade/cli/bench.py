"""`trade bench`: one workload, measured."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.cli import console
from trade.cli.options import Json, Quiet

EXAMPLE = "Example: trade bench W1 --json"


def bench(
    workload: Annotated[str, typer.Argument(metavar="W1|W2|W3|W4|W5", help="Which workload to run.")],
    bars: Annotated[Path | None, typer.Option("--bars", metavar="FILE", help="Bars as parquet instead of the seeded year.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure one workload: median of 5 warm runs (W3 and W5: of 5 cold processes), reading excluded and reported apart."""
    console.configure(as_json=as_json, quiet=quiet)
    from trade.run.workloads import WORKLOADS
    from trade.run.workloads.measure import measure

    if workload not in WORKLOADS:
        raise Malformed(Finding("unknown-workload", f"no workload '{workload}'", f"use one of {', '.join(WORKLOADS)}"))
    if bars is not None and not bars.is_file():
        raise Malformed(Finding("no-such-file", f"no file '{bars}'", "name a parquet file of one-minute bars with --bars"))
    measured = measure(workload, bars)
    console.succeed(asdict(measured))
    rate = f"{measured.bars_per_s:,.0f} base bars a second"
    console.show(f"{workload}: {measured.seconds:.4f} s, {rate}, {measured.trades} trades, peak {measured.peak_mb:.0f} MB")
