"""A new symptom, probe, action, pane or source is one new file and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rgt_tui.actions
import rgt_tui.panes
import rgt_tui.probes
import rgt_tui.simulator.scenarios
import rgt_tui.sources
import rgt_tui.triage
from rgt_tui import specs
from rgt_tui.actions import all_actions
from rgt_tui.panes import all_panes
from rgt_tui.probes import all_probes
from rgt_tui.sources import all_sources
from rgt_tui.triage import all_detectors
from tests.shared import ROOT

NEW_FILES = {
    "triage/rp99_always_there.py": '''
"""RP99: a symptom for the test of discovery."""
from rgt_tui.domain.finding import Detector, Present, Said, Severity, Subject, Verdict

def _detect(subject: Subject) -> Verdict:
    return Present((Said("api", "seen", subject.now),))

DETECTOR = Detector(code="RP99", title="Always there", severity=Severity.INFO, cause="a test",
    fix=("nothing",), source="a test", detect=_detect)
''',
    "probes/uptime.py": '''
"""How long the host has been up."""
from dataclasses import dataclass
from rgt_tui.probes import Probe, Section

@dataclass(frozen=True, slots=True)
class UptimeReport:
    """The host's uptime as text."""
    text: str

PROBE = Probe(name="uptime", script="cat /proc/uptime", report=UptimeReport,
    parse=lambda section: UptimeReport(section.output.decode()))
''',
    "actions/yell.py": '''
"""Shows the name of the Pod."""
from rgt_tui.actions import Action, Show

ACTION = Action(name="yell", key="Y", title="yell", tooltip="Shows the name.",
    run=lambda scene, pod: Show("yell", ()))
''',
    "panes/cost.py": '''
"""What each Pod costs."""
from rgt_tui.panes import Cell, Column, Pane, Row

PANE = Pane(name="cost", title="Cost", order=9, kinds=(),
    columns=(Column(title="POD", width=10, rank=0),),
    rows=lambda scene: tuple(Row(pod.id, (Cell(pod.name),), pod.id) for pod in scene.account.pods),
    detail=lambda scene, key: (), empty=lambda scene: "none")
''',
    "sources/nothing.py": '''
"""Reads nothing."""
from rgt_tui.sources import Ask, Source

async def _read(ask: Ask) -> tuple[()]:
    return ()

SOURCE = Source(name="nothing", every_s=99.0, metered=False, kinds=(), read=_read)
''',
}
FOUND = """
from rgt_tui.actions import all_actions
from rgt_tui.panes import all_panes
from rgt_tui.probes import all_probes
from rgt_tui.sources import all_sources, periods
from rgt_tui.triage import all_detectors, examine
from rgt_tui.probes.uptime import UptimeReport
from tests.values import NOW, a_pod, an_account

assert "RP99" in [d.code for d in all_detectors()]
found = examine(an_account(a_pod()), NOW)
assert any(f.code == "RP99" and f.is_present for f in found[a_pod().id])
assert "uptime" in [p.name for p in all_probes()]
assert UptimeReport in periods(), "the shell source must bring every probe's report"
assert "yell" in [a.name for a in all_actions()]
assert "cost" in [p.name for p in all_panes()]
assert "nothing" in [s.name for s in all_sources()]
print("all five found")
"""


def test_one_new_file_of_each_family_is_found_without_another_edit(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "rgt_tui", tmp_path / "rgt_tui", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/__init__.py").touch()
    shutil.copy(ROOT / "tests/values.py", tmp_path / "tests/values.py")
    for name, text in NEW_FILES.items():
        (tmp_path / "rgt_tui" / name).write_text(text.lstrip())
    ran = subprocess.run(
        [sys.executable, "-c", FOUND],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == "all five found", ran.stderr


@pytest.mark.parametrize("detector", all_detectors(), ids=lambda d: d.code)
def test_every_symptom_has_a_stem_a_test_and_a_scenario(detector: object) -> None:
    code = getattr(detector, "code").lower()  # noqa: B009  # parametrised as object
    number = code.removeprefix("rp").zfill(2)
    stems = [s for s in specs.module_names(rgt_tui.triage) if s.startswith(f"rp{number}_")]
    assert len(stems) == 1
    assert (ROOT / "tests/triage" / f"test_{stems[0]}.py").is_file()
    assert stems[0] in specs.module_names(rgt_tui.simulator.scenarios)


def test_keys_of_actions_and_panes_do_not_collide() -> None:
    keys = [action.key for action in all_actions()]
    orders = [pane.order for pane in all_panes()]
    assert len(set(keys)) == len(keys)
    assert len(set(orders)) == len(orders)


def test_every_row_of_a_pane_would_fit_its_columns() -> None:
    for pane in all_panes():
        assert sum(column.grows for column in pane.columns) <= 1, pane.name
        assert min(column.rank for column in pane.columns) == 0, pane.name


def test_a_source_names_itself_after_its_file() -> None:
    assert [source.name for source in all_sources()] == list(specs.module_names(rgt_tui.sources))
    assert [probe.name for probe in all_probes()] == list(specs.module_names(rgt_tui.probes))


def test_a_file_without_its_constant_is_named_in_the_error() -> None:
    with pytest.raises(specs.BadSpec, match=r"rp11_container_disk_full\.NOPE"):
        specs.find_spec(rgt_tui.triage, "rp11_container_disk_full", "NOPE", object)
