"""One code base for the jump box and for any Pod: standard library, Python 3.8, one file."""

import ast
import subprocess
import sys
from pathlib import Path

import rgt_tui.verifiers
from rgt_tui import specs
from rgt_tui.verifiers import Verifier, all_verifiers
from rgt_tui.verifiers._compose import composed, fingerprint
from tests.shared import ROOT

FOLDER = ROOT / "rgt_tui" / "verifiers"


def test_each_file_declares_its_verifier() -> None:
    found = specs.find_specs(rgt_tui.verifiers, "VERIFIER", Verifier)
    assert {one.name for one in found} == {one.name for one in all_verifiers()}
    assert all(
        (one.check is not None) != (one.group is not None) or one.name == "dcp" for one in found
    )


def test_nothing_but_the_standard_library_and_the_family_is_imported() -> None:
    allowed = set(sys.stdlib_module_names)
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            for name in names:
                assert name.split(".")[0] in allowed or name.startswith("rgt_tui.verifiers"), path


def test_it_runs_on_python_3_8() -> None:
    ran = subprocess.run(
        [str(Path(sys.executable).parent / "vermin"), "--no-tips", "-t=3.8-",
         "--violations", *map(str, FOLDER.glob("[!_]*.py")), *map(str, FOLDER.glob("_*.py"))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    features = [
        line for line in ran.stdout.splitlines() if "require" in line and "annotations" not in line
    ]
    assert [line for line in features if "!2, 3.9" in line or "!2, 3.1" in line] == []
    for path in FOLDER.glob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 8))


def test_the_composed_file_is_one_and_the_same_and_small_enough_to_send_often() -> None:
    assert composed() == composed()
    assert len(composed()) < 128 * 1024
    assert len(fingerprint()) == 64


def test_the_table_of_what_each_format_proves_is_whole() -> None:
    for one in all_verifiers():
        assert all(one.proves), one.name
