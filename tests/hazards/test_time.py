"""Clocks that differ, jump or sleep, and what is written without being seen to be."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clock import steady
from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.dossier import compose
from rgt_tui.guard.checklist import APPROVAL_S, UNDO_S
from rgt_tui.guard.events import Cancelled, Fenced, Gathered, Ticked, Typed
from rgt_tui.guard.items import Found, Item
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.step import open_checklist
from rgt_tui.guard.table import Phase
from tests.dossier.worlds import ONE, held, stamp, view
from tests.guard.finished import binding, dossier
from tests.probes.shells import SHELLS, ask, put, the_shell
from tests.values import NOW

BEGAN = 1000.0


@pytest.mark.hazard(36)
@pytest.mark.parametrize("off_s", [-3600.0, 0.0, 3600.0])
@pytest.mark.parametrize(("age_s", "found"), [(29.0, Found.REFUTED), (31.0, Found.PROVED)])
def test_a_file_settles_by_the_pods_own_clock(off_s: float, age_s: float, found: Found) -> None:
    one = replace(ONE, files=(stamp(ONE.path, age_s=age_s - off_s),))
    listed = CheckpointList(checkpoints=(one,), pod_now=NOW + off_s)
    exhibit = compose(view(listed, holds=(held(one.files[0]),))).of(Item.QUIET)
    assert exhibit is not None
    assert exhibit.found is found, exhibit.why


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def approved(clock: Hand) -> Proceeding:
    """A proceeding in its undo window."""
    proceeding = Proceeding(open_checklist(dossier(BEGAN), BEGAN, seed=0), clock)
    clock.now += 20
    text = proceeding.checklist.challenge.text
    proceeding.feed(Typed(text=text, keys=len(text), now=0, can_write=True))
    assert proceeding.checklist.phase is Phase.COUNTING
    return proceeding


@pytest.mark.hazard(38)
def test_the_guards_clock_goes_on_while_the_machine_sleeps() -> None:
    assert abs(steady() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 1.0


@pytest.mark.hazard(38)
@pytest.mark.parametrize("slept_s", [APPROVAL_S + 1, 3600.0, 90_000.0])
def test_an_approval_does_not_outlive_a_sleep(slept_s: float) -> None:
    clock = Hand()
    proceeding = approved(clock)
    clock.now += slept_s
    proceeding.feed(Ticked(now=0))
    assert proceeding.checklist.approval is None
    assert proceeding.checklist.phase in (Phase.GATHERING, Phase.READY)
    proceeding.feed(Fenced(dossier=dossier(clock.now), now=0))
    with pytest.raises(GuardRefused):
        proceeding.permit()


@pytest.mark.hazard(38)
@pytest.mark.parametrize("slept_s", [31.0, 3600.0])
def test_a_permit_does_not_outlive_a_sleep(slept_s: float) -> None:
    clock = Hand()
    proceeding = approved(clock)
    clock.now += UNDO_S
    proceeding.feed(Ticked(now=0))
    proceeding.feed(Fenced(dossier=dossier(clock.now), now=0))
    permit = proceeding.permit()
    assert permit.why_not(proceeding.checklist.pod, clock.now) is None
    clock.now += slept_s
    assert permit.why_not(proceeding.checklist.pod, clock.now) is not None
    with pytest.raises(GuardRefused):
        permit.spend(proceeding.checklist.pod, clock.now)


@pytest.mark.hazard(66)
def test_facts_of_another_account_end_the_checklist() -> None:
    clock = Hand()
    proceeding = approved(clock)
    other = replace(dossier(clock.now), binding=binding(account="other"))
    after = proceeding.feed(Gathered(dossier=other, now=0))
    assert (after.phase, after.said) == (
        Phase.CANCELLED,
        "these facts are about another Pod or account",
    )
    assert proceeding.feed(Cancelled()).phase is Phase.CANCELLED


MAPS = """\
55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0                          [heap]
7f1000000000-7f1000200000 rw-s 00000000 103:02 4711                      /workspace/out/run 1.bin
7f1000200000-7f1000400000 rw-s 00000000 103:02 4712                      /root/gone.npy (deleted)
7f1000400000-7f1000600000 r--s 00000000 103:02 4713                      /workspace/data/train.bin
7f1000600000-7f1000800000 rw-p 00000000 103:02 4714                      /workspace/lib/x.so
7f1000800000-7f1000a00000 rw-s 00000000 00:05 4715                       /dev/nvidia0
7f1000a00000-7f1000c00000 rw-s 00000000 00:01 4716                       /dev/shm/torch_1
7f1000c00000-7f1000e00000 rw-s 00000000 00:01 4717                       /memfd:x (deleted)
7f1000e00000-7f1001000000 rw-s 00000000 103:02 4711                      /workspace/out/run 1.bin
"""


@pytest.mark.hazard(33)
@pytest.mark.parametrize("argv", SHELLS, ids=lambda it: it[0])
def test_what_is_written_through_a_map_has_its_writer(argv: list[str], tmp_path: Path) -> None:
    put(tmp_path, etc__hostname="pod", proc__self__mounts="", proc__812__maps=MAPS)
    (tmp_path / "proc" / "812" / "fd").mkdir()
    report, _ = ask(the_shell(argv), "unsaved", tmp_path)
    assert report.has_writers
    assert [(it.pid, it.path) for it in report.writers] == [
        (812, "/workspace/out/run 1.bin"),
        (812, "/root/gone.npy (deleted)"),
    ]
