"""Proofs of checkpoints, gathered in the background as they appear and settle.

Each read verifies the newest settled checkpoint that has no proof yet, on its Pod and in full, so
that before a terminate only a fast look again is left to do.
"""

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


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    evidence = ask.account.about(pod.id)
    wanted = next_unproven(evidence)
    if wanted is None:
        return ()
    proven = await verify_on_pod(ask.wires.shells, shell_target(pod), wanted.asked, Level.FULL)
    evidence = ask.fresh().about(pod.id)  # a job may have proven more meanwhile
    listed = evidence.value(CheckpointList) or CheckpointList()
    proofs = with_proofs(
        evidence.value(CheckpointProofs) or CheckpointProofs(),
        wanted,
        proven.files,
        proven.groups,
        {file.path for one in listed.checkpoints for file in one.files},
    )
    await ask.wires.verdicts.keep(f"pod:{pod.id}@{pod.start}", proven.files, ask.clock())
    return (ask.seen(proofs, source="ssh"),)


def next_unproven(evidence: Evidence) -> Checkpoint | None:
    """The newest checkpoint that has settled and is not verified as it is now."""
    listed = evidence.value(CheckpointList)
    if listed is None:
        return None
    known = evidence.value(CheckpointProofs) or CheckpointProofs()
    for one in listed.checkpoints:
        if not one.unfinished and any(known.of(file) is None for file in one.files):
            return one
    return None


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
