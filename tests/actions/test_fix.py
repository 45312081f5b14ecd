"""What can be done about a Pod: each fix shows its exact commands first, and none runs unasked."""

from pathlib import Path

import pytest

from rgt_tui.actions import Choice, Confirm, Pick, Show
from rgt_tui.actions.fix import ACTION
from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.journal import Journal
from rgt_tui.clients.rest import Rest
from rgt_tui.clients.ssh import SshPool
from rgt_tui.domain.request import Ending, Run
from rgt_tui.domain.secret import Secret
from rgt_tui.fixes import Fix, Remedy, all_fixes
from rgt_tui.guard.writemode import IMPOSSIBLE, LOCKED, WriteMode
from rgt_tui.panes import Scene
from rgt_tui.probes._walk import DiskUse, Offender
from rgt_tui.probes.environment import EnvironmentReport
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.processes import Process, ProcessReport
from rgt_tui.probes.tools import ToolsReport
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.writer import Writer
from tests.values import NOW, a_pod, an_account, having

POD = a_pod()
EACH = pytest.mark.parametrize("fix", all_fixes(), ids=lambda fix: fix.name)


def a_scene(*, read_only: bool = False, write_left_s: float | None = 600.0) -> Scene:
    """A Pod of which all is known that some fix wants to know."""
    trash = DiskUse(mount="/", trash=(Offender(path="/root/.Trash-0", size_bytes=1 << 30),))
    account = having(an_account(POD), POD, LargestReport((trash,)))
    account = having(account, POD, ToolsReport(("apt-get",)))
    named = EnvironmentReport(first=("HF_TOKEN",), session=(), has_export_file=True)
    account = having(account, POD, named)
    running = Process(pid=42, name="hf", state="S", args="hf download acme/model")
    account = having(account, POD, ProcessReport((running,)))
    return Scene(account=account, now=NOW, read_only=read_only, write_left_s=write_left_s)


def choice_of(fix: Fix, scene: Scene) -> Choice:
    picked = ACTION.aimed(scene, POD, None) if ACTION.aimed is not None else ""
    assert isinstance(picked, Pick)
    return next(it for it in picked.choices if it.title == fix.title)


def shown(outcome: Show | Confirm) -> list[str]:
    return ["".join(cell.text for cell in line).strip() for b in outcome.blocks for line in b.lines]


def remedy_of(fix: Fix) -> Remedy:
    remedy = fix.remedy(POD, a_scene().account)
    assert isinstance(remedy, Remedy), remedy
    return remedy


@EACH
def test_each_fix_shows_the_exact_commands_before_anything_runs(fix: Fix) -> None:
    remedy, outcome = remedy_of(fix), choice_of(fix, a_scene()).outcome
    assert isinstance(outcome, Confirm if remedy.script else Show)
    lines = remedy.script.strip().splitlines() or list(remedy.shown)
    assert lines
    assert [line.strip() for line in lines] == shown(outcome)[-len(lines) :]
    if isinstance(outcome, Confirm):
        request = outcome.request("")
        assert isinstance(request, Run)
        assert request.script == remedy.script


@EACH
def test_in_a_read_only_session_each_fix_is_to_be_read_and_asks_for_nothing(fix: Fix) -> None:
    choice = choice_of(fix, a_scene(read_only=True, write_left_s=None))
    assert isinstance(choice.outcome, Show)
    assert not choice.why_not
    remedy = remedy_of(fix)
    lines = remedy.script.strip().splitlines() or list(remedy.shown)
    assert [line.strip() for line in lines] == shown(choice.outcome)[-len(lines) :]


@EACH
def test_while_write_mode_is_locked_no_fix_that_runs_can_be_picked(fix: Fix) -> None:
    choice = choice_of(fix, a_scene(write_left_s=None))
    assert choice.why_not == (LOCKED if remedy_of(fix).script else "")


async def test_the_writer_of_a_read_only_session_runs_no_fix_whoever_asks(tmp_path: Path) -> None:
    world = build_world(scenarios=["healthy_training"], now=NOW)
    scripts = [(it.name, remedy_of(it)) for it in all_fixes() if remedy_of(it).script]
    assert scripts
    with Simulator(world, speed=0) as simulator:
        async with Rest(base_url=simulator.url, key=Secret(simulator.api_key)) as rest:
            shells = SshPool(identities=(), host_keys=HostKeys(tmp_path / "keys"))
            async with shells:
                writer = Writer(
                    rest=rest,
                    journal=Journal(tmp_path / "journal", account="", clock=lambda: NOW),
                    mode=WriteMode(possible=False, monotonic=lambda: NOW),
                    clock=lambda: NOW,
                    locks=tmp_path,
                    say=print,
                    shells=shells,
                )
                for name, remedy in scripts:
                    asked = Run(
                        doing=remedy.doing,
                        pod=POD.id,
                        name=POD.name,
                        start=POD.start,
                        script=remedy.script,
                        limit_s=remedy.limit_s,
                    )
                    done = await writer.perform(asked, "button")
                    assert done.ending is Ending.NOT_DONE, name
                    assert IMPOSSIBLE in done.said
        assert not simulator.requests
    assert not (tmp_path / "journal").exists() or not (tmp_path / "journal").read_bytes()
