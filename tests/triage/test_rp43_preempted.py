from decimal import Decimal

import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.history import History, Stretch
from rgt_tui.domain.journal import INTENT, Entry, JournalReport
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.rates import billed
from tests.triage.asking import of_account
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


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


def lists(*pods: Pod, at: float) -> Change:
    return Change(PodList, Observed(PodList(pods), at))


def test_a_pod_that_vanishes_from_the_list_is_told() -> None:
    pod = a_pod()
    account = an_account(pod, at=NOW - 60).after(lists(at=NOW))
    found = of_account("RP43", account)
    assert found.verdict == "present"
    assert f"{pod.name} ({pod.id}) is no longer listed" in found.evidence[0].said
    assert of_account("RP43", an_account(pod)).verdict == "absent"


def stopped_by(who: str) -> Account:
    pod, stopped = a_pod(), a_pod(status="EXITED", runtime=None, cost_per_hour=Decimal(0))
    stretches = (
        stretch(pod, NOW - 7200, NOW - 700),
        stretch(stopped, NOW - 600, NOW),
    )
    entry = Entry(seq=1, at=NOW - 640, op="a", event=INTENT, what="stop train-a", pod=who)
    account = an_account(stopped).after(
        Change(History, Observed(History(stretches=stretches), NOW))
    )
    return account.after(Change(JournalReport, Observed(JournalReport(entries=(entry,)), NOW)))


def stretch(pod: Pod, since: float, until: float) -> Stretch:
    return Stretch(
        pod_id=pod.id, name=pod.name, start=pod.start, billed=billed(pod), since=since, until=until
    )


def test_a_stop_that_nobody_here_asked_for_is_told_and_our_own_is_not() -> None:
    found = of_account("RP43", stopped_by("other"))
    assert found.verdict == "present"
    assert "nobody here asked for it" in found.evidence[0].said
    assert of_account("RP43", stopped_by(a_pod().id)).verdict == "absent"


def test_what_a_stopped_pod_said_last_stands_beside_it_and_raises_nothing_by_itself() -> None:
    line = "Received signal SIGTERM, stopping"
    sign = LogSign(code="RP43", reason="", line=line, stream="container", at=NOW - 650)
    stopped = stopped_by("other")
    found = of_account("RP43", having(stopped, a_pod(), LogSigns((sign,)), source="log"))
    assert (found.evidence[1].source, found.evidence[1].said) == ("log", f"train-a: {line}")
    running = having(an_account(a_pod()), a_pod(), LogSigns((sign,)), source="log")
    assert of_account("RP43", running).verdict == "absent"
