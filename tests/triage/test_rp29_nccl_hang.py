import pytest

from tests.triage.texts import codes


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
