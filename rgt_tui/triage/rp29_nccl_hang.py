"""RP29: a collective operation of several GPUs hangs.

Symptom: "Watchdog caught collective operation timeout", GPUs at 100 % and low power. Cause: one
rank died or fell behind, peer-to-peer is broken on the host, or ranks disagree. Fix: find the
first rank that failed; try without peer-to-peer.
Source: SkyRL#325, DEIM#105, xgboost#11242; NCCL documentation, environment variables, 2026.
"""

from typing import Final

from rgt_tui.domain.evidence import Sample
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_duration
from rgt_tui.domain.whom import running
from rgt_tui.probes.nvidia_smi import WAITS_POWER, WAITS_UTIL, Gpu, GpuReport

HANG_S: Final = 300.0
"""So long all GPUs must wait for each other: checkpoints and evaluations are shorter."""
_ALONE: Final = Absent("one GPU waits for no other")


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(GpuReport)
    gpus = seen.value.gpus
    if len(gpus) < 2:
        return _ALONE
    if not all(gpu.work == "waits" for gpu in gpus):
        return Absent("its GPUs do not all wait at full use and low power")
    history = subject.evidence.reading(GpuReport).history
    since = subject.now
    for sample in reversed(history):
        if not all(_waits(gpu, sample) for gpu in gpus):
            break
        since = sample.at
    if subject.now - since < HANG_S:
        return Absent("its GPUs wait for each other, not for long")
    lasted = show_duration(subject.now - since)
    power = max(gpu.power_percent or 0 for gpu in gpus)
    said = f"all {len(gpus)} GPUs at {WAITS_UTIL:.0f}% use and more, at {power:.0f}% power and less, for {lasted}"
    return Present((Said("ssh", said, seen.at),))


def _waits(gpu: Gpu, sample: Sample) -> bool:
    util, power = sample.get(f"util.{gpu.index}"), sample.get(f"power.{gpu.index}")
    if util is None or power is None or not gpu.power_limit_w:
        return False
    return util >= WAITS_UTIL and 100 * power / gpu.power_limit_w < WAITS_POWER


DETECTOR = Detector(
    code="RP29",
    title="NCCL hang",
    severity=Severity.CRITICAL,
    cause=(
        "One rank died, waits for something else or cannot reach its peers, so the others wait in a collective "
        "until the watchdog ends them. The rank that complains first is usually not the one that failed."
    ),
    fix=(
        "Look for the first error of any rank in the container log (rgt-tui logs POD), above the watchdog's: often RP23 or RP21",
        "Test the host: NCCL_P2P_DISABLE=1 (and NCCL_SHM_DISABLE=1); if that works, its peer-to-peer is broken",
        "Let it tell: NCCL_DEBUG=INFO TORCH_NCCL_TRACE_BUFFER_SIZE=2000, py-spy dump on the silent rank",
        "A long first step (compiling, loading): raise the timeout in init_process_group",
    ),
    source="NCCL documentation, environment variables, 2026; PyTorch distributed, 2026",
    needs=(GpuReport,),
    max_age_s=180.0,
    applies=running,
    detect=_detect,
    log_stands=True,
    strings=(
        (
            "[Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1, OpType=BROADCAST",
            "PyTorch 2.2 and later",
        ),
        ("ProcessGroupNCCL's watchdog got stuck for 600 seconds", "PyTorch 2.2 and later"),
        ("Heartbeat monitor timed out", "PyTorch 2.2 and later"),
    ),
    text=(
        Rule(
            words="diststoreerror",
            pattern=r"\bDistStoreError\b",
            reason="a rank did not reach the others in time",
        ),
        Rule(
            words="rendezvoustimeouterror",
            pattern=r"\bRendezvousTimeoutError\b",
            reason="the ranks did not meet in time",
        ),
        Rule(
            words="nccl+communicator",
            pattern=r"setting up NCCL communicator\b.{0,160}\b(?:error|reset|timeout|timed out|refused)\b",
            reason="a rank could not set up its communicator",
        ),
        Rule(
            words="nccl+interface",
            pattern=r"NCCL WARN\b.{0,60}\bno (?:socket )?interface found",
            reason="NCCL finds no network between its ranks",
        ),
        Rule(
            words="watchdog heartbeat collective collectives worknccl",
            pattern=r"Watchdog caught collective operation timeout|watchdog got stuck for|Heartbeat monitor timed out|collective operation timeout|WorkNCCL\(.{0,200}(?:timeout|timed out)|Watchdog hit CUDA|collectives? .{0,60}\b(?:timed out|time-?out|mismatch|hang|hung)",
            reason="a collective operation did not end in time",
        ),
        Rule(
            words="timeout+nccl timed+nccl hang+nccl hangs+nccl hung+nccl abort+nccl aborted+nccl communicator+nccl unhandled+nccl deadlock+nccl deadlocked+nccl stuck+nccl stalled+nccl error+nccl failure+nccl operations+nccl libnccl processgroupnccl",
            pattern=r"segfault.{0,80}libnccl\.so|libnccl\.so\S*.{0,40}(?:segfault|SIGSEGV)|NCCL\b.{0,60}\b(?:timed out|time-?out|hang|hangs|hung|abort(?:ed)?|communicator was aborted|unhandled|deadlock\w*|stuck|stall\w*)\b|NCCL (?:operations|error|failure)\b.{0,40}\b(?:failed|timed|in:|code)|ProcessGroupNCCL.{0,160}\b(?:timeout|timed out|abort)",
            reason="NCCL reports a failure",
            unless=r"(?:timeout|abort)\w* ?(?:=|:|(?:is )?set to) ?\d|NCCL_\w*TIMEOUT|blocking wait|heartbeat_timeout|destroy_process_group",
        ),
        Rule(
            words="ncclsystemerror ncclinternalerror ncclunhandledcudaerror ncclremoteerror ncclinvalidusage distbackenderror",
            pattern=r"nccl(?:System|Internal|UnhandledCuda|Remote)Error|nccl(?:Invalid)Usage|DistBackendError: NCCL",
            reason="NCCL reports a failure",
        ),
        Rule(
            words="nccl+failure",
            pattern=r"NCCL WARN .{0,60}Cuda failure",
            reason="a collective operation failed",
        ),
        Rule(
            words="distnetworkerror socket+timed",
            pattern=r"DistNetworkError: .{0,60}client socket has timed out",
            reason="the ranks did not find each other",
        ),
    ),
)
