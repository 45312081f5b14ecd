import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        '{"lastStatusChange":"terminated_outbid: Fri Nov 20 2026"}',
        "Spot instance was preempted",
        "SIGTERM received, saving checkpoint",
        "torch.distributed.elastic.multiprocessing.api.SignalException: Process 12 got signal: 15",
        "your interruptible pod was interrupted",
        "Received signal 15, shutting down",
    ],
)
def test_text_that_shows_it_is_rp43(text: str) -> None:
    assert "RP43" in codes(text)
