"""The mutants of one file: each is one change of one expression or statement in a function or table.

A comparison shifted or turned, `and` for `or`, a part or a `not` lost, a truth turned, a number moved by one,
branches swapped, an entry of a table or a whole step taken out.
"""

import ast
import copy
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
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
T = TypeVar("T")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        file: below `rgt_tui`.
        line: where.
        place: qualified name of the outermost function it lies in the body of; else empty.
        first: first line of that function, decorators included.
        constant: name of the constant of the module it lies in; else empty.
        said: what was changed.
        tree: gives the whole module, changed.
    """

    file: str
    line: int
    place: str
    first: int
    constant: str
    said: str
    tree: Callable[[], ast.Module]

    @property
    def name(self) -> str:
        """Names it as long as the changed code stays, wherever it lies."""
        return f"{self.file} {self.place or self.constant or 'module'}: {self.said}"


def mutants(root: Path, file: str) -> Iterator[Mutant]:
    """All mutants of one file."""
    tree = ast.parse((root / "rgt_tui" / file).read_text())
    basic = _rested_on(tree)
    for node, (place, first) in _places(tree):
        for said, new in _changed(node):
            yield Mutant(
                file=file,
                line=getattr(node, "lineno", 0),
                place=place if first else "",
                first=first,
                constant="" if first or place in basic else place,
                said=f"{said}: {ast.unparse(node).partition(chr(10))[0][:70]}",
                tree=functools.partial(_with, tree, node, new),
            )


def _rested_on(tree: ast.Module) -> set[str]:
    """Names from which other constants of the module were made: a change is one of those too."""
    values = [
        it.value for it in tree.body if assigned(it) and isinstance(it, ast.AnnAssign | ast.Assign)
    ]
    return {one.id for it in values if it for one in ast.walk(it) if isinstance(one, ast.Name)}


def assigned(node: ast.AST) -> str:
    """The one name that a statement gives a value to; empty for anything else."""
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return ""


_Place = tuple[str, int]
"""A function's qualified name and first line, or a constant's name and 0."""


def _places(
    node: ast.AST, classes: str = "", place: _Place = ("", 0)
) -> Iterator[tuple[ast.AST, _Place]]:
    """Each node that may be changed, with what it lies in."""
    if isinstance(node, ast.ClassDef):
        for child in node.body:  # its decorators change no verdict
            yield from _places(child, f"{classes}{node.name}.", place)
        return
    if isinstance(node, Function):
        yield from _in_function(node, classes, place)
        return
    name = "" if classes or place[1] else assigned(node)
    kids: list[ast.AST] = [*ast.iter_child_nodes(node)]
    if isinstance(node, ast.AnnAssign):
        kids = [node.value] if node.value is not None else []
    else:
        yield node, place
    for kid in kids:
        yield from _places(kid, classes, (name, 0) if name else place)


def _in_function(node: Function, classes: str, place: _Place) -> Iterator[tuple[ast.AST, _Place]]:
    """Its defaults belong to what is around it, its body to the outermost function."""
    for default in (*node.args.defaults, *(it for it in node.args.kw_defaults if it)):
        yield from _places(default, classes, place)
    first = min([node.lineno, *(it.lineno for it in node.decorator_list)])
    here = place if place[1] else (f"{classes}{node.name}", first)
    for child in node.body:
        yield from _places(child, classes, here)


def _with(tree: ast.Module, node: ast.AST, new: ast.AST) -> ast.Module:
    """A copy of the tree with a node changed for another one."""
    swapped = copy.deepcopy(tree, {id(node): new})
    return ast.fix_missing_locations(swapped)


def _changed(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The changes that a node allows, each with what stands there then."""
    yield from _changed_value(node)
    match node:
        case ast.Dict(keys=keys, values=values) if len(keys) > 1:
            for number, key in enumerate(keys):
                rest = _set(node, keys=_without(keys, number), values=_without(values, number))
                yield f"take out {ast.unparse(key) if key else '**'}", rest
        case ast.If(orelse=[], test=test) if ast.unparse(test) != "TYPE_CHECKING":
            yield "skip the branch", _set(node, body=[ast.Pass()])
        case ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            pass  # for the type checker: nothing comes there
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield "skip the step", ast.Pass()


def _without(every: list[T], number: int) -> list[T]:
    return every[:number] + every[number + 1 :]


def _changed_value(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in SWAPS:
            yield "turn the comparison", _set(node, ops=[SWAPS[type(op)](), *node.ops[1:]])
        case ast.BoolOp(op=op, values=values):
            yield "swap and/or", _set(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            yield (
                "drop the last part",
                values[0] if len(values) == 2 else _set(node, values=values[:-1]),
            )
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "lose the not", operand
        case ast.Constant(value=bool() as value):
            yield "turn the truth", _set(node, value=not value)
        case ast.Constant(value=int() | float() as value):
            yield "one more", _set(node, value=value + 1)
        case ast.IfExp(body=body, orelse=orelse):
            yield "swap the branches", _set(node, body=orelse, orelse=body)


def _set(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new
