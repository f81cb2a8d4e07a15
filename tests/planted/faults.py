"""Small faults in our own code: each is one edit of one module's syntax tree, told by the place and by the text before and after."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "trade"

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMBINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_Field = tuple[ast.AST, str, int | None]  # where a node hangs: its parent, the field, and the place in a list


@dataclass(frozen=True)
class Fault:
    """One edit of one module. `text` names it in any version of the module that has this code."""

    module: str  # "trade.sim.money"
    function: str  # qualified name inside the module; "" at its top
    before: str
    after: str
    number: int = 0  # of equal edits in one function
    source: str | None = None  # the edited text, where it is not an edit of the tree

    @property
    def text(self) -> str:
        return f"{self.module}:{self.function}: {self.before} -> {self.after}" + (f" #{self.number}" if self.number else "")

    def rank(self, seed: int) -> bytes:
        """Return where the fault stands in the order of a seed, whatever other faults there are."""
        return sha256(f"{seed} {self.text}".encode()).digest()


def faults_of(module: str) -> list[Fault]:
    """Return every fault of one module, in the order of its text."""
    return faults_in(module, source(module))


def faults_in(module: str, text: str) -> list[Fault]:
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for function, node, _, changed in _edits_of(ast.parse(text)):
        key = function, _line(node), _line(changed)
        found.append(Fault(module, *key, seen[key]))
        seen[key] += 1
    return found


def named(module: str, before: str, after: str) -> Fault:
    """Return a fault by its text, which stands in the module once."""
    text = source(module)
    if text.count(before) != 1:
        raise ValueError(f"'{before}' stands '{text.count(before)}' times in '{module}': say what the planted fault is now")
    return Fault(module, "by name", before.strip(), after.strip(), source=text.replace(before, after))


def edited(fault: Fault, text: str | None = None) -> ast.Module:
    """Return the tree of a fault's module with the fault in it."""
    if fault.source is not None:
        return ast.parse(fault.source)
    text = source(fault.module) if text is None else text
    tree = ast.parse(text)
    which = faults_in(fault.module, text).index(fault)
    for number, (_, node, (parent, name, item), changed) in enumerate(_edits_of(tree)):
        if number == which:
            ast.copy_location(changed, node)
            if item is None:
                setattr(parent, name, changed)
            else:
                getattr(parent, name)[item] = changed
            break
    return ast.fix_missing_locations(tree)


def source(module: str) -> str:
    return (PACKAGE.parent / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")


def _edits_of(tree: ast.Module) -> Iterator[tuple[str, ast.AST, _Field, ast.AST]]:
    for function, node, place in _nodes(tree, "", (tree, "", None)):
        for changed in _edits(node):
            yield function, node, place, changed


def modules(*floors: str) -> list[str]:
    """Return the names of the modules of floors ("sim") or single modules ("artifacts.stage")."""
    found = []
    for floor in floors:
        place = PACKAGE / floor.replace(".", "/")
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
        found += [".".join(("trade", *file.relative_to(PACKAGE).with_suffix("").parts)) for file in files if file.name != "__init__.py"]
    return found


def _nodes(node: ast.AST, function: str, place: _Field) -> Iterator[tuple[str, ast.AST, _Field]]:
    """Return the nodes that a fault may be planted in: no annotations, no words for readers, no decorators."""
    yield function, node, place
    if isinstance(node, ast.JoinedStr | ast.Raise | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}" if function else node.name
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "keywords" if isinstance(node, ast.ClassDef) else ""):
            continue
        children = value if isinstance(value, list) else [value]
        for number, child in enumerate(children):
            if isinstance(child, ast.AST):
                yield from _nodes(child, function, (node, name, number if isinstance(value, list) else None))


def _edits(node: ast.AST) -> list[ast.AST]:  # noqa: C901 - a list of kinds
    match node:
        case ast.Compare(ops=[op]):
            return [_other(node, ops=[COMPARED[type(op)]()])]
        case ast.Compare(ops=[first, second]):
            return [_other(node, ops=[COMPARED[type(first)](), second]), _other(node, ops=[first, COMPARED[type(second)]()])]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in COMBINED and not (_is_text(left) or _is_text(right)):
            return [_other(node, op=COMBINED[type(op)]())]
        case ast.BoolOp(op=op):
            return [_other(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())]
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            return [operand]
        case ast.IfExp(body=body, orelse=orelse):
            return [_other(node, body=orelse, orelse=body)]
        case ast.If(test=test) if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            return [_other(node, test=ast.UnaryOp(ast.Not(), test))]
        case ast.Constant(value=bool() as value):
            return [ast.Constant(not value)]
        case ast.Constant(value=int() | float() as value):
            return [ast.Constant(value + 1)]
        case ast.Call(func=ast.Name(id=name)) if name in CALLED:
            return [_other(node, func=ast.Name(CALLED[name], ast.Load()))]
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break():
            return [ast.Pass()]
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return [ast.Pass()]
    return []


def _other(node: ast.AST, **fields: object) -> ast.AST:
    """Return a shallow copy of a node with other fields."""
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _line(node: ast.AST) -> str:
    """Return the text of a node; of a branch only the condition."""
    return f"if {ast.unparse(node.test)}" if isinstance(node, ast.If) else ast.unparse(node)
