"""RP29: a collective operation of several GPUs hangs.

Symptom: "Watchdog caught collective operation timeout", GPUs at 100 % and low power. Cause: one
rank died or fell behind, peer-to-peer is broken on the host, or ranks disagree. Fix: find the
first rank that failed; try without peer-to-peer.
Source: SkyRL#325, DEIM#105, xgboost#11242; NCCL documentation, environment variables, 2026.
"""

from rgt_tui.domain.finding import Detector, Severity
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.telling import Rule

DETECTOR = Detector(
    code="RP29",
    title="NCCL hang",
    severity=Severity.CRITICAL,
    cause=(
        "One rank died, waits for something else or cannot reach its peers, so the others wait in a collective "
        "until the watchdog ends them. The rank that complains first is usually not the one that failed."
    ),
    fix=(
        "Look for the first error of any rank in the container log, above the watchdog's: often RP23 or RP21",
        "Test the host: NCCL_P2P_DISABLE=1 (and NCCL_SHM_DISABLE=1); if that works, its peer-to-peer is broken",
        "Let it tell: NCCL_DEBUG=INFO TORCH_NCCL_TRACE_BUFFER_SIZE=2000, py-spy dump on the silent rank",
        "A long first step (compiling, loading): raise the timeout in init_process_group",
    ),
    source="NCCL documentation, environment variables, 2026; PyTorch distributed, 2026",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=lambda subject: subject.pod is not None and subject.pod.is_running,
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
            words="watchdog heartbeat collective collectives worknccl",
            pattern=r"Watchdog caught collective operation timeout|watchdog got stuck for|Heartbeat monitor timed out|collective operation timeout|WorkNCCL\(.{0,200}(?:timeout|timed out)|Watchdog hit CUDA|collectives? .{0,60}\b(?:timed out|time-?out|mismatch|hang|hung)",
            reason="a collective operation did not end in time",
        ),
        Rule(
            words="timeout+nccl timed+nccl hang+nccl hangs+nccl hung+nccl abort+nccl aborted+nccl communicator+nccl unhandled+nccl deadlock+nccl deadlocked+nccl stuck+nccl stalled+nccl error+nccl failure+nccl operations+nccl libnccl processgroupnccl",
            pattern=r"segfault.{0,80}libnccl\.so|libnccl\.so\S*.{0,40}(?:segfault|SIGSEGV)|NCCL\b.{0,60}\b(?:timed out|time-?out|hang|hangs|hung|abort(?:ed)?|communicator was aborted|unhandled|deadlock\w*|stuck|stall\w*)\b|NCCL (?:operations|error|failure)\b.{0,40}\b(?:failed|timed|in:|code)|ProcessGroupNCCL.{0,160}\b(?:timeout|timed out|abort)",
            reason="NCCL reports a failure",
            unless=r"(?:timeout|abort)\w* ?(?:=|:|set to) ?\d|NCCL_\w*TIMEOUT|blocking wait|heartbeat_timeout|destroy_process_group",
        ),
        Rule(
            words="ncclsystemerror ncclinternalerror ncclunhandledcudaerror ncclremoteerror ncclinvalidusage distbackenderror",
            pattern=r"nccl(?:System|Internal|UnhandledCuda|Remote)Error|nccl(?:Invalid)Usage|DistBackendError: NCCL",
            reason="NCCL reports a failure",
        ),
    ),
)
