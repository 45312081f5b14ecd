"""One code base for the jump box and for any Pod: standard library, Python 3.8, one file."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import rgt_tui.verifiers
from rgt_tui import specs
from rgt_tui.verifiers import Verifier, all_verifiers
from rgt_tui.verifiers._compose import composed, fingerprint
from tests.shared import ROOT
from tests.verifiers.asking import ask
from tests.verifiers.corruptions import cases
from tests.verifiers.good import write_all, write_orbax
from tests.verifiers.test_corpus import FORMATS

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


@cache
def oldest() -> str:
    """A Python 3.8, where the machine has one: on PATH by its name, or kept by pyenv."""
    kept = sorted(Path.home().glob(".pyenv/versions/3.8.*/bin/python3.8"))
    for found in (*map(str, kept), shutil.which("python3.8") or ""):
        if found and subprocess.run([found, "-c", ""], check=False).returncode == 0:
            return found
    return ""


def answered(request: dict[str, Any], python: Sequence[str]) -> list[Any]:
    """What is said of files and folders, in one order."""
    answers = [one.get("file") or one.get("group") for one in ask(request, python=python)]
    return sorted((one for one in answers if one), key=lambda it: (it["path"], it["format"]))


@pytest.mark.skipif(not oldest(), reason="there is no Python 3.8 on this machine")
def test_a_real_python_3_8_judges_good_and_damaged_files_as_this_one_does(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    write_all(good)
    write_orbax(good / "orbax")
    sources = [good / names[0] for names in FORMATS.values() if (good / names[0]).exists()]
    for number, case in enumerate(cases(sources)):
        damaged = case.damaged(case.source.read_bytes())
        if damaged is not None and not number % 5:
            (bad / str(number)).mkdir(parents=True)
            (bad / str(number) / case.source.name).write_bytes(damaged)
    request: dict[str, Any] = {"op": "verify", "paths": [str(good), str(bad)], "level": "full"}
    here = answered(request, (sys.executable, "-I", "-S"))
    assert len(here) > 120
    assert answered(request, (oldest(), "-I", "-S")) == here


def test_the_composed_file_is_one_and_the_same_and_small_enough_to_send_often() -> None:
    assert composed() == composed()
    assert len(composed()) < 128 * 1024
    assert len(fingerprint()) == 64


def test_the_table_of_what_each_format_proves_is_whole() -> None:
    for one in all_verifiers():
        assert all(one.proves), one.name
