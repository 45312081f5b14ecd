"""Verifies a checkpoint on its Pod; the proofs join those gathered in the background."""

from collections.abc import Sequence

from rgt_tui.clients.pod_verifier import verify_on_pod
from rgt_tui.domain.checkpoint import (
    CheckpointProofs,
    FileProof,
    Level,
    Verdict,
    with_proofs,
)
from rgt_tui.domain.job import VerifyOrder
from rgt_tui.domain.units import show_bytes
from rgt_tui.jobs import Bench, JobKind
from rgt_tui.sources import shell_target


async def _run(bench: Bench, order: VerifyOrder) -> str:
    pod = bench.pod(order.pod)
    one = order.checkpoint
    bench.say(f"reading {show_bytes(one.size)} on {pod.label}")
    proven = await verify_on_pod(
        bench.wires.shells, shell_target(pod), one.asked, order.level, bench.progress, one.only
    )
    evidence = bench.account().about(order.pod)
    known = evidence.value(CheckpointProofs) or CheckpointProofs()
    proofs = with_proofs(known, one, proven.files, proven.groups)
    bench.seen(proofs, order.pod)
    await bench.wires.verdicts.keep(f"pod:{pod.id}@{pod.start}", proven.files, bench.clock())
    verdict, reason = proofs.verdict_of(one)
    level = proofs.level_of(one)
    if level is None:
        verdict, level, reason = unplaced(proven.files)
    bench.judge(verdict, level)
    read = sum(proof.bytes_read for proof in proven.files)
    word = "verdict ?" if verdict is Verdict.UNKNOWN else f"verdict {verdict}"
    return f"{word} by {level or 'nothing'}, {show_bytes(read)} read: {reason}"


def unplaced(files: Sequence[FileProof]) -> tuple[Verdict, Level | None, str]:
    """What is said where the proofs are not of the bytes that were listed; it is never `ok`."""
    amiss = next((file for file in files if file.verdict is not Verdict.OK), None)
    if amiss is not None:
        return Verdict.UNKNOWN, amiss.level, f"{amiss.stamp.shown}: {amiss.reason}"
    return Verdict.UNKNOWN, None, "it changed after it was listed: ^R lists it again"


JOB = JobKind(name="verify", order=VerifyOrder, run=_run)
