"""Plant faults in our own code, one at a time, and see whether the tests notice.

    .venv/bin/python tests/planted/plant.py [--floor sim] [--count 20] [--seed 1] [--only TEXT]

One process imports what the tests need but nothing of ours; each fault is tried in a fork of it that puts the edited module in the
place of the real one and runs the tests of that module's floor until the first failure. Nothing on the disk is touched. The kernels
of an edited floor that has some are interpreted (`interpreted.py`): nothing is compiled. A fault that no test notices is a survivor.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from faults import Fault, edited, faults_of, modules, named, source
from interpreted import interpreted

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
SEED = 8
CPU_S, WALL_S = 60, 300  # of one fault's tests: one that takes longer made a loop endless, or waits for ever, and is noticed
ROOM_BYTES = 4 * 2**30
PRELOADED = ("hypothesis", "numpy", "pandas", "numba", "pyarrow.parquet", "duckdb", "pydantic", "yaml", "typer", "rich.table", "talib")
OPTIONS = (
    *("-x", "-q", "--tb=line", "-m", "not deep", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:unraisableexception"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of what is preloaded
)
BROKEN = 99  # of an attempt that could not be made
KERNELS = ("trade.sim.", "trade.engine.")


@dataclass(frozen=True)
class Floor:
    """What faults are planted in, how many, and the tests that are to notice, the quickest first."""

    modules: tuple[str, ...]
    count: int
    tests: tuple[str, ...]


PENCIL = tuple(
    f"tests/engine/test_pencil_{name}.py"
    for name in ("entries", "range", "rules", "ends", "time", "liquidation", "caps", "resting", "moving_stops")
)
_QUICK_RULES = ("rule_values", "rule_bounds", "rule_windows", "rule_clocks", "rule_refusals", "decisions", "rule_text")
_SLOW_RULES = ("rule_parity", "equal_is_equal", "canonical_rules", "rule_fuzz")
RULES = tuple(f"tests/dsl/test_{name}.py" for name in (*_QUICK_RULES, *_SLOW_RULES))
_SPANS = ("base/test_spans.py", "base/test_expected_bars.py", "market/test_span_tuples.py", "market/test_funding_holes.py")
SPANS = tuple(f"tests/{name}" for name in _SPANS)
FLOORS = {
    "sim": Floor(("sim",), 50, ("tests/sim", *PENCIL, "tests/engine/test_oracle_parity.py", "tests/engine/test_engine_properties.py")),
    "engine": Floor(
        tuple(f"engine.{name}" for name in ("limits", "loop", "marking", "measured", "processor", "quiet", "simulate", "terms")),
        60,
        (*PENCIL, *(f"tests/engine/test_{name}.py" for name in ("processor_inputs", "terms", "processor", "oracle_parity"))),
    ),
    "dsl": Floor(("dsl",), 55, (*RULES, "tests/play", "tests/run/test_present_words.py", "tests/run/test_present_bar.py")),
    "gates": Floor(("gates",), 30, ("tests/gates", "tests/artifacts/test_artifact_gate.py")),
    "missing": Floor(("features.missing",), 5, ("tests/features/test_missing_values.py", "tests/gates/test_requirements.py")),
    "stage": Floor(("artifacts.stage",), 8, ("tests/artifacts/test_stage_handles.py", "tests/artifacts/test_stage.py")),
    "spans": Floor(("base.spans", "market.spans", "market.funding_holes"), 12, (*SPANS, "tests/gates")),
}
NAMED = (  # that went unnoticed once
    ("engine", "engine.quiet", "peak - worth >= allowed", "peak - worth > allowed"),
    ("sim", "sim.match", "            _live_through(position, bar, leg, met if known else leg)\n", ""),
    ("dsl", "dsl.certainty", "> tolerance / 100,", "> tolerance,"),
    ("dsl", "dsl.certainty", "<= tolerance / 100)", "<= tolerance)"),
    ("missing", "features.missing", "first_row + node.first_valid_bars[output]", "first_row + node.first_valid_bars[output] + 1"),
    ("gates", "gates.open_interest", "> case.tolerance.max_gap_ms", ">= case.tolerance.max_gap_ms"),
    ("stage", "artifacts.stage", "        os.fsync(handle)\n", ""),
    ("spans", "market.funding_holes", "(len(side) - 1) // 2", "len(side) // 2"),
    ("spans", "market.spans", "np.maximum.accumulate(ordered[:, 1])", "ordered[:, 1]"),
)


@dataclass(frozen=True)
class Tried:
    """A planted fault and what the tests said."""

    floor: str
    fault: Fault
    code: int  # of pytest: 0 is a survivor
    said: str
    seconds: float

    @property
    def survived(self) -> bool:
        return self.code == 0


def chosen(floor: Floor, seed: int, count: int | None = None) -> list[Fault]:
    """Return the faults of a floor that a seed draws, without those that change nothing anybody could notice."""
    equivalent = equivalents()
    every = [fault for module in modules(*floor.modules) for fault in faults_of(module) if fault.text not in equivalent]
    return sorted(every, key=lambda fault: fault.rank(seed))[: floor.count if count is None else count]


def equivalents() -> dict[str, str]:
    """Return the reason why each listed fault is none: the program with it does the same."""
    lines = [line for line in EQUIVALENT.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(zip(lines[::2], (line.strip() for line in lines[1::2]), strict=True))


class Planted(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Finds one module, and gives it the code of an edited tree."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        path = ROOT / "src" / (module.replace(".", "/") + ".py")
        super().__init__(module, str(path))
        self._tree = tree

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> Any:  # type: ignore[override]
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._tree, self.path, "exec")


def attempt(module: str, tree: ast.Module, tests: Sequence[str]) -> int:
    """Run tests on an edited module in this process; returns the code of pytest."""
    assert "trade" not in sys.modules
    sys.meta_path.insert(0, Planted(module, tree))
    if module.startswith(KERNELS):
        interpret()
    return int(pytest.main([*OPTIONS, *tests]))


def interpret() -> None:
    """Let the kernels of the simulator be interpreted; those that compute features are compiled as ever."""
    kernels: Any = importlib.import_module("trade.kernels")
    compiled = kernels.kernel
    kernels.kernel = lambda function: (interpreted if function.__module__.startswith(KERNELS) else compiled)(function)


def sound(floors: Sequence[str]) -> None:
    """Try the tests of floors without a fault: where they fail of themselves, nothing that they notice means anything."""
    for name in floors:
        module = modules(*FLOORS[name].modules)[0]
        [tried] = plant([(name, Fault(module, "", "", "", source=source(module)))], 1, lambda _: None)
        if not tried.survived:
            raise RuntimeError(f"the tests of '{name}' fail without a fault: {tried.said or tried.code}")


def fork(fault: Fault, tests: Sequence[str], log: Path) -> int:
    """Start the attempt in a process of its own, and return its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()  # whatever it kills by mistake is its own
        signal.alarm(WALL_S)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (ROOM_BYTES, ROOM_BYTES))
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.dont_write_bytecode = True
        code = attempt(fault.module, edited(fault), tests)
        sys.stdout.flush()
        os._exit(code)
    except BaseException:
        traceback.print_exc()
        os._exit(BROKEN)


def last_words(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[-1] if lines else ""


def plant(wanted: Sequence[tuple[str, Fault]], workers: int, say: Callable[[str], object]) -> list[Tried]:
    """Try faults, some at once, and say what became of each; in the order they were given."""
    tried: dict[int, Tried] = {}
    with tempfile.TemporaryDirectory() as folder:
        waiting, running = list(enumerate(wanted)), {}
        while waiting or running:
            while waiting and len(running) < workers:
                number, (floor, fault) = waiting.pop(0)
                log = Path(folder) / str(number)
                running[fork(fault, FLOORS[floor].tests, log)] = number, log
            pid, status, usage = os.wait4(-1, 0)
            number, log = running.pop(pid)
            floor, fault = wanted[number]
            code = os.waitstatus_to_exitcode(status)
            if code == BROKEN:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            tried[number] = Tried(floor, fault, code, last_words(log), usage.ru_utime + usage.ru_stime)
            say(said(tried[number]))
    return [tried[number] for number in sorted(tried)]


def said(one: Tried) -> str:
    became = "SURVIVED" if one.survived else "noticed" if one.said or one.code < 0 else f"noticed ({one.code})"
    return f"{became:8} {one.seconds:5.1f} s  {one.fault.text}" + ("" if one.survived else f"\n{'':18}{one.said or 'never ended'}"[:200])


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--floor", choices=FLOORS, action="append")
    parser.add_argument("--count", type=int, help="faults per floor")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="only faults whose text contains this")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    os.chdir(ROOT)
    for name in PRELOADED:
        importlib.import_module(name)
    floors = given.floor or list(FLOORS)
    everything = 10**6 if given.only else given.count
    wanted = [(name, named(f"trade.{module}", before, after)) for name, module, before, after in NAMED if name in floors]
    wanted += [(name, fault) for name in floors for fault in chosen(FLOORS[name], given.seed, everything)]
    wanted = [(name, fault) for name, fault in wanted if given.only in fault.text]
    sound(floors)
    tried = plant(wanted, given.workers, tell)
    survivors = [one for one in tried if one.survived]
    for name in floors:
        own = [one for one in tried if one.floor == name]
        tell(f"{name}: {len(own)} faults, {sum(one.survived for one in own)} survivors")
    tell(f"{len(tried)} faults, {len(survivors)} survivors, {sum(one.seconds for one in tried):.0f} s of processor time")
    return int(20 * len(survivors) > len(tried))


if __name__ == "__main__":
    sys.exit(main())
