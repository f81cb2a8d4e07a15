"""What keeps the house in order and no linter checks: size, words, one door to numba, names that two floors must share."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from trade.analysis.registry import EXTRAS, METRICS
from trade.base import errors
from trade.base.timeframe import NAMES
from trade.play.expected import METRICS as BOUNDABLE

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "trade"
MODULES = sorted(SOURCE.rglob("*.py"))
DOOR = SOURCE / "kernels.py"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def imports(path: Path) -> set[str]:
    """Return the modules a file imports, at any depth."""
    found = set[str]()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def kernels() -> list[tuple[Path, ast.FunctionDef]]:
    """Return every function that goes through the door to numba."""
    return [
        (path, node)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and any(isinstance(d, ast.Name) and d.id == "kernel" for d in node.decorator_list)
    ]


KERNELS = kernels()


def found_in(wrong: Callable[[ast.FunctionDef], bool]) -> list[str]:
    return [f"{name(path)}:{function.name}" for path, function in KERNELS if wrong(function)]


def test_numba_is_imported_through_its_door_and_nowhere_else() -> None:
    users = {name(path) for path in MODULES if any(module.split(".")[0] in ("numba", "llvmlite") for module in imports(path))}
    assert users == {name(DOOR)}


def test_the_cache_folder_knows_every_module_that_defines_kernels() -> None:
    assert {name(path) for path, _ in KERNELS if b"import kernel" not in path.read_bytes()} == set()
    assert len(KERNELS) > 30


def test_a_kernel_never_raises_and_catches_nothing() -> None:
    assert found_in(lambda kernel: any(isinstance(node, ast.Raise | ast.Try | ast.Assert | ast.With) for node in ast.walk(kernel))) == []


def test_a_kernel_has_one_signature_and_no_function_inside() -> None:
    def wrong(kernel: ast.FunctionDef) -> bool:
        given = kernel.args
        inner = any(isinstance(node, ast.Lambda | ast.FunctionDef) and node is not kernel for node in ast.walk(kernel))
        return bool(given.defaults or given.kw_defaults or given.vararg or given.kwarg or inner)

    assert found_in(wrong) == []


def module_arrays(path: Path) -> set[str]:
    """Return the names a module gives to numpy arrays; dtypes are none."""
    made = [node for node in tree(path).body if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("np.")]
    called = [node for node in made if isinstance(node.value, ast.Call) and not ast.unparse(node.value).startswith("np.dtype")]
    return {target.id for node in called for target in node.targets if isinstance(target, ast.Name)}


def test_a_kernel_reads_no_array_of_its_module() -> None:
    read = {
        f"{name(path)}:{function.name}": {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} & module_arrays(path)
        for path, function in KERNELS
    }
    assert {where: arrays for where, arrays in read.items() if arrays} == {}


def test_a_room_is_small() -> None:
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in lines.items() if count >= 400} == {}


def test_a_module_opens_with_its_purpose() -> None:
    assert [name(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


def test_no_room_is_named_after_what_does_not_fit_elsewhere() -> None:
    vague = {"utils", "helpers", "common", "manager", "misc"}
    assert [name(path) for path in MODULES if vague & {part.removesuffix(".py") for part in Path(name(path)).parts}] == []


def test_a_comment_neither_keeps_a_diary_nor_paints_a_banner() -> None:
    loud = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b|#\s*[-=#*]{4,}")
    assert [name(path) for path in MODULES if loud.search(path.read_text(encoding="utf-8"))] == []


def test_no_exception_is_swallowed() -> None:
    silent = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or all(isinstance(step, ast.Pass) for step in node.body))
    ]
    assert silent == []


def test_a_play_can_expect_every_metric_of_a_result_and_no_other() -> None:
    assert tuple(metric.name for metric in METRICS) == BOUNDABLE, (
        "validation must not load what computes: play/expected.py has the names, too"
    )
    names = [metric.name for metric in (*METRICS, *EXTRAS)]
    assert len(set(names)) == len(names)


UNITS = ("_ms", "_ticks", "_lots", "_quanta", "_bars", "_e2", "_e9", "_e12", "_usdt", "_bps", "_frac", "_pct", "_num", "_den")
WITHOUT_UNIT = {  # codes, flags, counts and rows
    "side", "exit_reason", "ambiguous", "bars_held", "trade", "kind", "price_from", "rule", "on_mark", "cap", "trades", "fills", "tier",
    "opened_bar", "stop_kind", "target_kind", "target_is_limit", "limit_through", "anchor_signal", "intrabar", "size_model", "may_long",
    "may_short", "beyond_liquidation", "stop_on_liquidation", "has_mark", "is_delisted", "first_point", "points", "standings",
    "stood_fills", "stop_reason", "bars_in_position", "entry_attempts", "bar", "number", "decision", "payment", "orders", "purpose",
    "reason", "rested", "time_in_force", "entry_kind", "offset_kind", "trail_kind", "entered_by", "inside_bar", "is_even", "followed_point",
    "exit_side", "exit_bar", "flat", "long", "short", "position", "case", "filled",
}  # fmt: skip


def records() -> dict[str, list[str]]:
    """Return the fields of every class that a record dtype is derived from."""
    derived = {
        node.args[0].id
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "dtype_of" and isinstance(node.args[0], ast.Name)
    }
    return {
        node.name: [each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
        for path in MODULES
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and node.name in derived
    }


def test_an_amount_has_its_unit_in_its_name() -> None:
    names = {name for fields in records().values() for name in fields}
    assert len(records()) > 10
    assert sorted(each for each in names - WITHOUT_UNIT if not f"_{each}".endswith(UNITS)) == []
    assert names >= WITHOUT_UNIT


def test_every_floor_is_a_layer_of_the_contract() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(contract["layers"] for contract in config["tool"]["importlinter"]["contracts"] if contract["type"] == "layers")
    floors = {f"trade.{part.strip().removeprefix('trade.')}" for layer in layers for part in layer.split("|")}
    assert floors == {f"trade.{path.parent.name}" for path in SOURCE.glob("*/__init__.py")}


def test_every_refusal_has_an_exit_code_of_its_own() -> None:
    assert sorted(kind.exit_code for kind in errors.TradeError.__subclasses__()) == [1, 2, 3, 4]


def test_every_name_of_a_timeframe_is_known_once() -> None:
    assert len(set(NAMES)) == len(NAMES) == 13


def test_test_files_have_names_of_their_own() -> None:
    """Test modules are imported by their bare name, so two of one name would hide each other."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name not in ("conftest.py", "__init__.py")]
    assert sorted({each for each in names if names.count(each) > 1}) == []


def test_no_place_of_one_machine_is_written_down() -> None:
    texts = [path for folder in ("src", "docs", "configs") for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".md", ".yml")]
    place = re.compile(r"/(work|root|home/\w+)/")
    assert [path.relative_to(ROOT).as_posix() for path in texts if place.search(path.read_text(encoding="utf-8"))] == []


def test_no_class_name_stands_for_two_things() -> None:
    names = Counter(node.name for path in MODULES for node in tree(path).body if isinstance(node, ast.ClassDef))
    assert [one for one, times in names.items() if times > 1] == []


def test_no_array_type_is_named_twice() -> None:
    aliases = [name(path) for path in MODULES if re.search(r"^(Int\d+|Float64|Bool|Flags) = ", path.read_text("utf-8"), re.MULTILINE)]
    assert aliases == ["base/arrays.py"]
