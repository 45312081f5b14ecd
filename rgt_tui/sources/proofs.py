"""Proofs of checkpoints, gathered in the background as they appear and settle.

Each read verifies the newest settled checkpoint that has no proof yet, on its Pod and in full, so
that before a terminate only a fast look again is left to do. Small files go many in one question: to
start a verifier takes longer than to read one of them.
"""

from collections.abc import Iterator
from typing import Final

from rgt_tui.clients.pod_verifier import verify_on_pod
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import (
    Checkpoint,
    CheckpointList,
    CheckpointProofs,
    Level,
    with_proofs,
)
from rgt_tui.domain.evidence import Evidence
from rgt_tui.domain.pod import Pod
from rgt_tui.sources import Ask, Source, shell_target

EVERY_S: Final = 20.0
TOGETHER: Final = 100
"""Single files in one question."""
TOGETHER_BYTES: Final = 256 << 20
"""Bytes of them: a cold network volume reads so much in eight seconds."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    evidence = ask.account.about(pod.id)
    wanted = next_together(evidence)
    if not wanted:
        return ()
    paths = [path for one in wanted for path in one.asked]
    only = wanted[0].only if len(wanted) == 1 else None  # a group is asked for alone
    target = shell_target(pod)
    proven = await verify_on_pod(ask.wires.shells, target, paths, Level.FULL, only=only)
    place = f"pod:{pod.id}@{pod.start}"
    await ask.wires.verdicts.keep(place, proven.files, ask.clock())
    files = await ask.wires.verdicts.shared(place, proven.files)
    evidence = ask.fresh().about(pod.id)  # a job may have proven more meanwhile
    listed = evidence.value(CheckpointList) or CheckpointList()
    proofs = evidence.value(CheckpointProofs) or CheckpointProofs()
    current = {file.path for one in listed.checkpoints for file in one.files}
    for one in wanted:  # more than one has no groups
        proofs = with_proofs(proofs, one, files, proven.groups, current)
    return (ask.seen(proofs, source="ssh"),)


def next_unproven(evidence: Evidence) -> Checkpoint | None:
    """The newest checkpoint that has settled and is not verified as it is now."""
    return next(_unproven(evidence), None)


def next_together(evidence: Evidence) -> tuple[Checkpoint, ...]:
    """The next checkpoints to ask for in one question: one that is a group, or many small files."""
    found: list[Checkpoint] = []
    size = 0
    for one in _unproven(evidence):
        size += one.size
        if found and (not _is_single(one) or size > TOGETHER_BYTES or len(found) == TOGETHER):
            break
        found.append(one)
        if not _is_single(one):
            break
    return tuple(found)


def _is_single(one: Checkpoint) -> bool:
    return [file.path for file in one.files] == [one.path]


def _unproven(evidence: Evidence) -> Iterator[Checkpoint]:
    listed = evidence.value(CheckpointList)
    known = evidence.value(CheckpointProofs) or CheckpointProofs()
    for one in listed.checkpoints if listed is not None else ():
        if not one.unfinished and any(known.of(file) is None for file in one.files):
            yield one


def _with_checkpoints(account: Account, now: float) -> tuple[Pod, ...]:
    return tuple(
        pod
        for pod in account.pods
        if pod.is_alive
        and pod.ssh_direct is not None
        and next_unproven(account.about(pod.id)) is not None
    )


SOURCE = Source(
    name="proofs",
    every_s=EVERY_S,
    metered=False,
    kinds=(CheckpointProofs,),
    read=_read,
    pods=_with_checkpoints,
    is_slow=True,
)
