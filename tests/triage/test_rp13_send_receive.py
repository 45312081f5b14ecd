import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.probes.processes import Process, ProcessReport
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "runpodctl-receive: croc: receive: room (secure channel) not ready, maybe peer disconnected",
        "panic: runtime error\ngithub.com/runpod/runpodctl/cmd/croc.(*Client).receiveData(0x0)",
        "runpodctl send gets stuck at 34% on a 20GB file",
        "Receiving (<-1.2.3.4:9009)\nmodel.tar  12% |██                  | (1.2/10 GB, 2.1 MB/s) [9m:1h10m]",
        "message too large",
        "croc transfer fails with EOF after 3 GB",
    ],
)
def test_text_that_shows_it_is_rp13(text: str) -> None:
    assert "RP13" in codes(text)


def receiving(age_s: float) -> ProcessReport:
    command = "runpodctl receive 1100-yahoo-boat-friend-0"
    it = Process(pid=7, name="runpodctl", state="S", args=command, age_s=age_s, cpu_s=3.0)
    return ProcessReport((it,))


def test_a_transfer_of_runpodctl_is_a_hazard_and_after_half_an_hour_a_fault() -> None:
    young = finding("RP13", a_pod(), receiving(60))
    assert young.severity is Severity.INFO
    old = finding("RP13", a_pod(), receiving(2700))
    assert old.severity is Severity.WARNING
    assert old.evidence[0].said == (
        "`runpodctl receive 1100-yahoo-boat-friend-0` runs for 45m, 3s of CPU; "
        "what breaks off begins anew"
    )


def test_a_transfer_that_has_ended_is_told_by_the_log_it_left() -> None:
    line = "croc: receive: room (secure channel) not ready, maybe peer disconnected"
    found = told("RP13", a_pod(), ProcessReport(), line)
    assert found.is_present
    assert found.evidence[0].said == "no send or receive of runpodctl runs now"
    assert found.evidence[1].said == line
    assert finding("RP13", a_pod(), ProcessReport()).verdict == "absent"
