"""Where files really lie, who else is there, and what is kept on this disk."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import NetworkMount, Pod, PodList
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import MountKind
from rgt_tui.dossier import View, compose
from rgt_tui.guard.checklist import Dossier
from rgt_tui.guard.items import PROVEN, Found, Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.probes.df import DiskReport
from rgt_tui.termination.frozen import freeze, read_frozen, thaw
from tests.dossier.worlds import (
    DISK,
    HELD,
    NETWORK,
    ON_NETWORK,
    ROOT,
    mount,
    process,
    view,
)
from tests.hazards.judged import opened
from tests.values import NOW, a_pod

ELSEWHERE = replace(NETWORK, path="/data")
ON_DATA = (NetworkMount(volume_id="agv6w2qcg7", path="/data"),)
LOCAL_ABOVE = mount("/workspace", MountKind.OTHER, "tmpfs", "tmpfs")
NETWORK_POD = a_pod(**ON_NETWORK)


@pytest.mark.parametrize(
    ("disks", "pod"),
    [
        pytest.param((ROOT, ELSEWHERE), a_pod(volume_disk=None, network_mounts=ON_DATA),
                     id="at /data", marks=pytest.mark.hazard(42)),
        pytest.param((ROOT, ELSEWHERE), NETWORK_POD, id="changed, not in force",
                     marks=pytest.mark.hazard(43)),
        pytest.param((ROOT, NETWORK, LOCAL_ABOVE), NETWORK_POD, id="memory above it",
                     marks=pytest.mark.hazard(44)),
        pytest.param((ROOT, NETWORK, DISK), NETWORK_POD, id="a disk above it",
                     marks=pytest.mark.hazard(44)),
        pytest.param((ROOT, DISK), a_pod(), id="its own disk", marks=pytest.mark.hazard(41)),
    ],
)  # fmt: skip
def test_what_does_not_lie_on_the_network_volume_is_lost_and_the_gate_shut(
    disks: tuple[Any, ...], pod: Pod
) -> None:
    dossier = compose(view(DiskReport(disks), pod=pod))
    checklist = opened(dossier)
    assert checklist.phase is Phase.GATHERING
    assert checklist.line(Item.DURABLE).mark is Mark.FAILED
    assert dossier.loss.files == 1


@pytest.mark.hazard(51)
def test_who_else_has_the_network_volume_is_told() -> None:
    seen = view(DiskReport((ROOT, NETWORK)), pod=NETWORK_POD)
    other = replace(NETWORK_POD, id=PodId("q1w2e3r4t5"), name="sweep-b")
    both = seen.account.after(Change(PodList, Observed(PodList((NETWORK_POD, other)), NOW)))
    told = compose(replace(seen, account=both)).consequences.warnings
    assert [it for it in told if "sweep-b has network volume agv6w2qcg7 too" in it]
    gone = replace(other, status="EXITED")
    both = seen.account.after(Change(PodList, Observed(PodList((NETWORK_POD, gone)), NOW)))
    assert not [
        it for it in compose(replace(seen, account=both)).consequences.warnings if "too" in it
    ]


STOPPED = {"status": "EXITED", "actions": ("start", "terminate"), "runtime": None}


def proven() -> Dossier:
    """Everything proven of a Pod with a disk of its own, just before it is stopped."""
    dossier = compose(view(holds=HELD))
    assert {it.found for it in dossier.exhibits} == {Found.PROVED}
    return dossier


def lines(frozen: Dossier | None, pod: Pod) -> dict[Item, Found]:
    """What the checklist of a stopped Pod shows."""
    seen: View = view(pod=pod, holds=HELD)
    return {it.item: it.found for it in compose(replace(seen, frozen=frozen)).exhibits}


def test_what_was_proven_before_our_stop_is_kept_for_that_start_alone(tmp_path: Path) -> None:
    assert freeze(tmp_path, proven())
    stopped = a_pod(**STOPPED)
    assert lines(read_frozen(tmp_path, stopped), stopped) == dict.fromkeys(PROVEN, Found.PROVED)
    assert (tmp_path / "frozen" / f"{stopped.id}.json").stat().st_mode & 0o777 == 0o600
    assert read_frozen(tmp_path, a_pod()) is None
    later = replace(stopped, started_at=NOW - 5)
    assert read_frozen(tmp_path, later) is None
    thaw(tmp_path, stopped.id)
    assert read_frozen(tmp_path, stopped) is None


@pytest.mark.hazard(35)
def test_nothing_is_kept_of_a_pod_whose_trainer_may_save_when_it_is_stopped(tmp_path: Path) -> None:
    busy = compose(view(process("python3 train.py"), holds=HELD))
    assert not freeze(tmp_path, busy)
    assert read_frozen(tmp_path, a_pod(**STOPPED)) is None


def other_start(body: dict[str, Any]) -> None:
    body["dossier"]["binding"]["incarnation"]["start"] = "1"


def proved_by_hand(body: dict[str, Any]) -> None:
    body["dossier"]["exhibits"][1]["why"] = "trust me"


def other_pod(body: dict[str, Any]) -> None:
    body["dossier"]["binding"]["pod"] = "q1w2e3r4t5"


def older_format(body: dict[str, Any]) -> None:
    body["format"] = "rgt-frozen 1"


def no_digest(body: dict[str, Any]) -> None:
    del body["digest"]


@pytest.mark.hazard(70)
@pytest.mark.parametrize("edit", [other_start, proved_by_hand, other_pod, older_format, no_digest])
def test_what_was_edited_on_the_disk_proves_nothing(
    tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    freeze(tmp_path, proven())
    stopped = a_pod(**STOPPED)
    path = tmp_path / "frozen" / f"{stopped.id}.json"
    body = json.loads(path.read_text())
    edit(body)
    path.write_text(json.dumps(body))
    assert read_frozen(tmp_path, stopped) is None
    assert lines(read_frozen(tmp_path, stopped), stopped)[Item.DURABLE] is Found.UNSEEN


@pytest.mark.hazard(70)
def test_the_evidence_of_one_pod_says_nothing_of_another(tmp_path: Path) -> None:
    freeze(tmp_path, proven())
    other = a_pod(id=PodId("q1w2e3r4t5"), **STOPPED)
    mine = tmp_path / "frozen" / f"{a_pod().id}.json"
    (tmp_path / "frozen" / f"{other.id}.json").write_bytes(mine.read_bytes())
    assert read_frozen(tmp_path, other) is None


@pytest.mark.hazard(70)
@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": "rgt-frozen 3"}', b"\0" * 64])
def test_a_damaged_file_proves_nothing(tmp_path: Path, content: bytes) -> None:
    freeze(tmp_path, proven())
    stopped = a_pod(**STOPPED)
    (tmp_path / "frozen" / f"{stopped.id}.json").write_bytes(content)
    assert read_frozen(tmp_path, stopped) is None
