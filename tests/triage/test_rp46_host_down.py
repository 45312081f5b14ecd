import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.domain.readiness import Answered
from rgt_tui.domain.units import PodId
from tests.triage.asking import of_account
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


@pytest.mark.parametrize(
    "text",
    [
        "Your pod's host machine is undergoing scheduled maintenance",
        "The host machine is currently offline",
        '{"machine":{"maintenanceStart":"2026-11-20T00:00:00Z","maintenanceEnd":"2026-11-20T06:00:00Z"}}',
        "US-KS-2 network outage, pods unreachable",
        "This server has recently suffered a network outage and may have spotty network connectivity",
    ],
)
def test_text_that_shows_it_is_rp46(text: str) -> None:
    assert "RP46" in codes(text)


def fleet(silent: int, talking: int) -> Account:
    pods = [a_pod(id=PodId(f"pod{n}"), name=f"p{n}") for n in range(silent + talking)]
    account = an_account(*pods)
    for number, pod in enumerate(pods):
        account = having(account, pod, Answered("direct"), at=NOW - 300)
        if number < silent:
            failure = Failed("Connection timed out", NOW, "ssh_timeout")
            account = account.after(Change(Answered, failure, pod.id))
    return account


def test_pods_of_one_data_center_that_fall_silent_together_are_told_by_name() -> None:
    found = of_account("RP46", fleet(silent=3, talking=0))
    assert found.verdict == "present"
    assert "US-KS-2" in found.evidence[0].said
    assert "p0, p1, p2" in found.evidence[0].said


@pytest.mark.parametrize(("silent", "talking"), [(2, 0), (3, 1), (0, 3)])
def test_a_few_or_one_that_still_talks_is_no_outage(silent: int, talking: int) -> None:
    assert of_account("RP46", fleet(silent, talking)).verdict == "absent"


def test_an_announcement_in_the_log_of_a_silent_pod_stands_beside_it() -> None:
    line = "Scheduled maintenance: the machine hosting your pod will be unavailable."
    sign = LogSign(code="RP46", reason="", line=line, stream="system", at=NOW - 900)
    account = fleet(silent=3, talking=0)
    account = having(account, account.pods[0], LogSigns((sign,)), source="log")
    found = of_account("RP46", account)
    assert [(said.source, said.said) for said in found.evidence[1:]] == [("log", f"p0: {line}")]
