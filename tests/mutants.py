"""`make mutants`: changes the guard in small ways and counts how many its tests notice.

Each mutant is one change of one expression in what decides a terminate (`FILES`): a comparison shifted
or turned, `and` for `or`, a `not` lost, a truth turned, a number moved by one, an edge of the table
taken out. The tests beside it run on each, in a copy of the tree. Prints each survivor; fails below
95 %. Those of `guard` are taken; `python -m tests.mutants 60 dossier` takes 60 of the dossier's.
"""

import ast
import copy
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUARD = ("tests/guard",)
DOSSIER = ("tests/dossier", "tests/hazards/test_places.py", "tests/hazards/test_time.py")
GATE = ("tests/clients/test_gate.py", "tests/clients/test_journal.py")
FILES: dict[str, tuple[str, ...]] = {
    "guard/checklist.py": GUARD,
    "guard/step.py": GUARD,
    "guard/permit.py": GUARD,
    "guard/proceeding.py": GUARD,
    "guard/challenge.py": GUARD,
    "guard/items.py": GUARD,
    "guard/table.py": GUARD,
    "guard/writemode.py": GUARD,
    "guard/loss.py": GUARD,
    "guard/batch.py": GUARD,
    "guard/joint.py": GUARD,
    "guard/waivable.py": GUARD,
    "guard/record.py": GATE,
    "clients/gate.py": GATE,
    "dossier/binding.py": DOSSIER,
    "dossier/blast.py": DOSSIER,
    "dossier/durable.py": DOSSIER,
    "dossier/identity.py": DOSSIER,
    "dossier/loads.py": DOSSIER,
    "dossier/losses.py": DOSSIER,
    "dossier/quiet.py": DOSSIER,
    "dossier/view.py": DOSSIER,
    "domain/durable.py": ("tests/domain/test_durable.py", *DOSSIER),
    "termination/frozen.py": ("tests/hazards/test_places.py",),
}
"""What is changed, below `rgt_tui`, and the tests that have to notice."""
LEAST = 0.95
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


def changes(node: ast.AST) -> Iterator[str]:
    """Names of the changes that a node allows."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield "turn the comparison"
    elif isinstance(node, ast.BoolOp):
        yield "swap and/or"
        yield "drop the last part"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "lose the not"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "turn the truth"
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "one more"
    elif isinstance(node, ast.IfExp):
        yield "swap the branches"


def changed(node: ast.AST, change: str) -> ast.AST:
    """The node after a change."""
    new = copy.deepcopy(node)
    if isinstance(new, ast.Compare):
        new.ops[0] = SWAPS[type(new.ops[0])]()
    elif isinstance(new, ast.BoolOp) and change == "swap and/or":
        new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
    elif isinstance(new, ast.BoolOp):
        new.values = new.values[:-1] if len(new.values) > 2 else new.values[:1] * 2
    elif isinstance(new, ast.UnaryOp):
        return new.operand
    elif isinstance(new, ast.Constant) and isinstance(new.value, bool):
        new.value = not new.value
    elif isinstance(new, ast.Constant) and isinstance(new.value, int | float):
        new.value += 1
    elif isinstance(new, ast.IfExp):
        new.body, new.orelse = new.orelse, new.body
    return new


class Swap(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, number: int, new: ast.AST) -> None:
        self.left, self.new = number, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Counts down to the node."""
        if self.left == 0:
            self.left = -1
            return self.new
        self.left -= 1
        return super().generic_visit(node)


def mutants() -> Iterator[tuple[str, str, str]]:
    """File, what was changed where, and the changed source."""
    for name in FILES:
        path = ROOT / "rgt_tui" / name
        tree = ast.parse(path.read_text())
        order: list[ast.AST] = []

        class Count(ast.NodeTransformer):
            def visit(self, node: ast.AST) -> ast.AST:
                order.append(node)  # noqa: B023  # used up before the next file
                return super().generic_visit(node)

        Count().visit(copy.deepcopy(tree))
        for number, node in enumerate(order):
            for change in changes(node):
                new = Swap(number, changed(node, change)).visit(copy.deepcopy(tree))
                line = getattr(node, "lineno", 0)
                if path.read_text().splitlines()[line - 1].startswith("@dataclass"):
                    continue  # frozen, slots and keywords change no verdict
                said = f"{name}:{line} {change}: {ast.unparse(node)[:60]}"
                yield name, said, ast.unparse(ast.fix_missing_locations(new))


def survives(folder: Path, file: str, source: str) -> bool:
    """Whether the tests notice nothing."""
    place = folder / "rgt_tui" / file
    kept = place.read_text()
    place.write_text(source)
    argv = [sys.executable, "-m", "pytest", *FILES[file], "-q", "-x", "-n", "0"]
    argv += ["-p", "no:cacheprovider", "--ignore", "tests/guard/test_machine.py"]
    try:
        ended = subprocess.run(argv, cwd=folder, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return False
    finally:
        place.write_text(kept)
    return ended.returncode == 0


def main(count: int, part: str = "guard") -> int:
    """Runs a sample of the mutants of files whose names begin with `part`; gives the exit code."""
    found = [one for one in mutants() if one[0].startswith(part)]
    chosen = random.Random(7).sample(found, min(count, len(found)))
    with tempfile.TemporaryDirectory(prefix="rgt-mutants-") as name:
        folder = Path(name)
        for kept in ("rgt_tui", "tests", "styles"):
            shutil.copytree(
                ROOT / kept, folder / kept, ignore=shutil.ignore_patterns("__pycache__")
            )
        for kept in ("pyproject.toml", "ARCHITECTURE.md"):
            shutil.copy(ROOT / kept, folder / kept)
        left: list[str] = []
        for number, (file, said, source) in enumerate(chosen, 1):
            if survives(folder, file, source):
                left.append(said)
                print(f"survived: {said}", flush=True)
            elif number % 10 == 0:
                print(f"{number - len(left)} of {number} killed so far", flush=True)
    killed = len(chosen) - len(left)
    print(f"{killed} of {len(chosen)} mutants killed ({killed / len(chosen):.0%}), of {len(found)}")
    return 0 if killed >= LEAST * len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60, *sys.argv[2:3]))
