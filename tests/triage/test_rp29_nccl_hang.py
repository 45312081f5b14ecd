from dataclasses import replace

import pytest

from rgt_tui.probes.nvidia_smi import GpuReport
from tests.triage.asking import a_gpu, finding, verdict
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


@pytest.mark.parametrize(
    "text",
    [
        "[Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=12)",
        "[Rank 0] Heartbeat monitor timed out!",
        "RuntimeError: NCCL communicator was aborted on rank 2.",
        "torch.distributed.DistBackendError: NCCL error in: ../torch/csrc/distributed/c10d/ProcessGroupNCCL.cpp:1331, unhandled system error, NCCL version 2.19.3\nncclSystemError: System call failed",
        "python[812]: segfault at 8 ip 00007f in libnccl.so.2.18.1",
        "Some NCCL operations have failed or timed out.",
        "training hangs at init, NCCL timeout after 1800s",
    ],
)
def test_text_that_shows_it_is_rp29(text: str) -> None:
    assert "RP29" in codes(text)


def test_gpus_that_all_wait_at_full_use_and_low_power_for_minutes_hang() -> None:
    pod = a_pod(gpu_count=2)
    waiting = GpuReport(
        gpus=tuple(a_gpu(index=i, util_percent=100.0, power_w=70.0) for i in (0, 1))
    )
    account = an_account(pod)
    for ago in (600, 400, 200, 0):
        report = replace(waiting, driver=str(ago))
        account = having(account, pod, report, at=NOW - ago)
    found = verdict("RP29", account, pod)
    assert found.verdict == "present"
    assert "for 10m" in found.evidence[0].said
    assert verdict("RP29", having(an_account(pod), pod, waiting), pod).verdict == "absent"


def test_one_gpu_or_one_that_works_is_no_hang() -> None:
    wait, work = (
        a_gpu(util_percent=100.0, power_w=70.0),
        a_gpu(index=1, util_percent=99.0, power_w=270.0),
    )
    assert finding("RP29", a_pod(), GpuReport(gpus=(wait,))).verdict == "absent"
    assert finding("RP29", a_pod(), GpuReport(gpus=(wait, work))).verdict == "absent"
