"""What all panes together say of one Pod: its blocks, and whether something is wrong with it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Block, Cell, Pane, Row, Scene, Tone

_FAULT_MARK: Final = "!"


def about_row(pane: Pane, row: Row, scene: Scene, panes: Iterable[Pane]) -> tuple[Block, ...]:
    """What a pane says of its row, and then what the other panes say of the same Pod.

    Empty when the pane knows the row no longer.
    """
    blocks = pane.detail(scene, row.key)
    if row.pod is None or not blocks:
        return blocks
    alone = _only(scene, row.pod)
    for other in panes:
        rows = other.rows(alone) if other.joins and other.name != pane.name else ()
        first = next((found for found in rows if found.pod == row.pod), None)
        if first is not None:
            blocks += other.detail(alone, first.key)
    return blocks


def faulty_pods(scene: Scene, panes: Sequence[Pane]) -> frozenset[PodId]:
    """The Pods that have a symptom that is more than a note, or a fault in any pane: `looping!`, `hung!`."""
    present = {
        pod
        for pod, found in scene.findings.items()
        if pod is not None and any(finding.is_fault for finding in found)
    }
    rows = (row for pane in panes for row in pane.rows(scene))
    marked = {row.pod for row in rows if row.pod is not None and any(map(_is_fault, row.cells))}
    return frozenset(present | marked)


def _is_fault(cell: Cell) -> bool:
    """A bad tone alone is no fault: what terminate would delete has it as well, and no mark."""
    return cell.tone is Tone.BAD and _FAULT_MARK in cell.text


def _only(scene: Scene, pod_id: PodId) -> Scene:
    """The scene as if its account had this one Pod, so that all rows are about it."""
    pod = scene.account.pod(pod_id)
    evidence = scene.account.evidence
    seen = evidence.latest(PodList)
    if pod is None or seen is None:
        return scene
    alone = evidence.after(PodList, replace(seen, value=PodList((pod,))))
    return replace(scene, account=replace(scene.account, evidence=alone))
