"""The type checker knows the fields of every record inside compiled code, where a misspelt one would be found at the first run only."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import trade
from trade.base.rows import dtype_of

SOURCE = Path(trade.__file__).parent
TREES = {path: ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py") if b"import kernel" in path.read_bytes()}


def is_kernel(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(isinstance(each, ast.Name) and each.id == "kernel" for each in node.decorator_list)


def fields() -> set[str]:
    """Return the fields of all records."""
    texts = (path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    classes = {node.name: node for text in texts if "dtype_of(" in text for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}
    derived = re.findall(r"= dtype_of\((\w+)\)", "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py")))
    assert len(derived) > 10
    return {each.target.id for name in derived for each in classes[name].body if isinstance(each, ast.AnnAssign)}  # type: ignore[union-attr]


def misspelt(path: Path, known: set[str]) -> tuple[str, set[int]]:
    """Return a module with a letter more in every field that its kernels read or write, and the lines of those."""
    lines, touched = path.read_text("utf-8").encode().splitlines(), set[int]()
    places = {
        (node.end_lineno, node.end_col_offset, node.lineno)
        for function in filter(is_kernel, ast.walk(TREES[path]))
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in known and ast.unparse(node.value) != "np"
    }
    for end_line, column, line in sorted(places, reverse=True):
        text = lines[end_line - 1]
        lines[end_line - 1] = text[:column] + b"q" + text[column:]
        touched.add(line)
    return b"\n".join(lines).decode() + "\n", touched


def test_a_misspelt_field_in_any_kernel_fails_the_type_checker(tmp_path: Path) -> None:
    known, planted, arguments = fields(), set[tuple[str, int]](), list[str]()
    for path in TREES:
        text, lines = misspelt(path, known)
        if lines:
            shadow = tmp_path / f"{len(arguments)}.py"
            shadow.write_text(text, "utf-8")
            module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
            arguments += ["--shadow-file", str(path), str(shadow), "-m", module]
            planted |= {(path.name, line) for line in lines}
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), *arguments]
    said = subprocess.run(command, cwd=SOURCE.parents[1], capture_output=True, text=True).stdout
    found = re.findall(r"(\w+\.py):(\d+): error: \S+ has no attribute", said)
    assert len(planted) > 150
    assert len(found) > 150, said
    assert planted - {(name, int(line)) for name, line in found} == set()


def test_no_kernel_takes_something_that_may_be_anything() -> None:
    anything = [
        f"{path.name}:{function.name}"
        for path, tree in TREES.items()
        for function in filter(is_kernel, ast.walk(tree))
        if "Any" in ast.unparse(function.args)  # type: ignore[attr-defined]
    ]
    assert anything == []


ORDER = (
    "Spec", "Tiers", "AccountRow", "PositionRow", "OrderRow", "WakeRow", "BarRow", "CursorRow", "TallyRow", "Tape",
    "PaymentRow", "DecisionRow", "TradeRow", "FillRow", "StandingRow",
)  # fmt: skip


def test_every_kernel_takes_its_part_of_the_world_in_one_order() -> None:
    seen, turned = set[str](), list[str]()
    for path, tree in TREES.items():
        for function in filter(is_kernel, ast.walk(tree)):
            said = [ast.unparse(each.annotation).removeprefix("RowsOf[").removesuffix("]") for each in function.args.args]  # type: ignore[attr-defined]
            places = [ORDER.index(name) for name in said if name in ORDER]
            seen |= set(said) & set(ORDER)
            turned += [f"{path.name}:{function.name}"] if places != sorted(places) else []  # type: ignore[attr-defined]
    assert seen == set(ORDER)
    assert turned == []


class Row:
    lots: int
    share: float


def test_a_record_has_the_fields_of_its_class_in_their_order() -> None:
    dtype = dtype_of(Row)
    assert [(name, dtype[name].str) for name in dtype.names or ()] == [("lots", "<i8"), ("share", "<f8")]


def test_a_field_that_is_neither_integer_nor_float_is_no_field() -> None:
    with pytest.raises(KeyError, match="str"):
        dtype_of(type("Named", (), {"__annotations__": {"name": "str"}}))
