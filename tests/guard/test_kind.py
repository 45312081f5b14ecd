"""Permits for Pods, for network volumes, and for clusters, for which there never is one."""

from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.gate import DeletePass, Gate, Sending
from rgt_tui.clients.journal import Journal
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.guard.checklist import UNDO_S, Checklist, Dossier
from rgt_tui.guard.events import Fenced, Ticked, Typed
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.step import open_checklist, step
from rgt_tui.guard.table import Phase
from tests.guard.finished import POD, dossier

NOW = 1000.0


def facts(kind: Kind, at: float) -> Dossier:
    proven = dossier(at)
    return replace(proven, binding=replace(proven.binding, kind=kind))


def finished(kind: Kind) -> Checklist:
    """A checklist of that kind to which nothing is lacking."""
    began = NOW - UNDO_S - 20
    checklist = open_checklist(facts(kind, began), began, seed=0)
    text = checklist.challenge.text
    for event in (
        Typed(text=text, keys=len(text), now=NOW - UNDO_S, can_write=True),
        Ticked(now=NOW),
        Fenced(dossier=facts(kind, NOW), now=NOW),
    ):
        checklist = step(checklist, event)
    assert checklist.phase is Phase.PERMITTED
    return checklist


def permit_of(kind: Kind) -> Permit:
    return Proceeding(finished(kind), lambda: NOW).permit()


def send(path: str, permit: Permit, folder: Path) -> None:
    """What the gate is asked for one request with this permit."""
    folder.chmod(0o700)
    journal = Journal(folder / "s" / "journal.jsonl", account="a", clock=lambda: NOW)
    record = journal.intend_delete("op", "delete", permit)
    gate = Gate(read_only=False, monotonic=lambda: NOW)
    gate.check(Sending(method="DELETE", target=path.encode()), DeletePass(permit, record))


@pytest.mark.parametrize("kind", [Kind.POD, Kind.VOLUME])
def test_a_permit_opens_the_one_address_of_its_own_kind_once(kind: Kind, tmp_path: Path) -> None:
    permit = permit_of(kind)
    send(kind.path_of(POD), permit, tmp_path)
    with pytest.raises(GuardRefused):
        send(kind.path_of(POD), permit, tmp_path)


@pytest.mark.parametrize("kind", [Kind.POD, Kind.VOLUME])
@pytest.mark.parametrize("other", list(Kind))
def test_no_permit_opens_the_address_of_another_kind(
    kind: Kind, other: Kind, tmp_path: Path
) -> None:
    permit = permit_of(kind)
    if kind is not other:
        with pytest.raises(GuardRefused):
            send(other.path_of(POD), permit, tmp_path)
    with pytest.raises(GuardRefused):
        send(kind.path_of("another"), permit, tmp_path)


def test_evidence_on_a_pod_is_none_on_a_volume_of_the_same_id() -> None:
    assert finished(Kind.POD).digest != finished(Kind.VOLUME).digest


def test_a_finished_checklist_of_a_cluster_gives_no_permit_and_says_what_to_do() -> None:
    with pytest.raises(GuardRefused, match="pull and verify each member's work"):
        permit_of(Kind.CLUSTER)


def test_the_gate_knows_no_address_of_a_cluster(tmp_path: Path) -> None:
    for kind in (Kind.POD, Kind.VOLUME):
        with pytest.raises(GuardRefused):
            send("/v2/clusters/abc", permit_of(kind), tmp_path)
