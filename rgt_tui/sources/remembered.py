"""Proofs from earlier runs, and copies held here: taken up once a Pod's files are listed.

Only proofs of exactly the listed files count; so after a restart of the console nothing is read
twice on a Pod, and a changed file has no proof.
"""

import asyncio
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import CheckpointList, CheckpointProofs
from rgt_tui.domain.pod import Pod
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 2.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    from rgt_tui.clients.holds import look  # the first frame can spare it
    from rgt_tui.domain.holding import held_copies

    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    listed = ask.account.about(pod.id).value(CheckpointList) or CheckpointList()
    stamps = [file for one in listed.checkpoints for file in one.files]
    known = await ask.wires.verdicts.recall(f"pod:{pod.id}@{pod.start}", stamps)
    held = await asyncio.to_thread(look, ask.wires.holds)
    copies = held_copies(known, held)
    if ask.fresh().about(pod.id).latest(CheckpointProofs) is not None:
        return ()  # somebody has proven something meanwhile
    proofs = CheckpointProofs(
        files=MappingProxyType({proof.stamp.path: proof for proof in known}),
        copies=MappingProxyType(
            {p.sha256: (copies[p.stamp.path].copy,) for p in known if p.stamp.path in copies}
        ),
    )
    return (ask.seen(proofs, source="remembered"),)


def _listed(account: Account, now: float) -> tuple[Pod, ...]:
    return tuple(
        pod
        for pod in account.pods
        if pod.is_alive
        and account.about(pod.id).latest(CheckpointList) is not None
        and account.about(pod.id).latest(CheckpointProofs) is None
    )


SOURCE = Source(
    name="remembered",
    every_s=EVERY_S,
    metered=False,
    kinds=(),
    read=_read,
    pods=_listed,
    is_slow=True,
)
