import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.readiness import Answered
from tests.triage.asking import all_failed, failed, verdict
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


@pytest.mark.parametrize(
    "text",
    [
        "kex_exchange_identification: Connection closed by remote host",
        "Connection timed out during banner exchange",
        "ssh: connect to host 194.68.245.1 port 22132: Connection timed out",
        "kex_exchange_identification: read: Connection reset by peer",
        "paramiko.ssh_exception.NoValidConnectionsError: [Errno None] Unable to connect to port 22013 on 1.2.3.4",
        "Connection closed by 1.2.3.4 port 22132",
        "ConnectionRefusedError: [Errno 111] Connect call failed ('213.173.108.100', 12157)",
        "ssh: connect to host x port 22: No route to host",
        "sshd: no hostkeys available -- exiting.",
    ],
)
def test_text_that_shows_it_is_rp19(text: str) -> None:
    assert "RP19" in codes(text)


def test_a_refused_connection_of_a_pod_that_is_up_for_long_is_rp19() -> None:
    found = failed("RP19", "ssh_refused", "connection refused, nothing listens on that port")
    assert found.is_present
    assert "up for 1h00m" in found.evidence[1].said


def test_a_refused_key_is_not_rp19() -> None:
    assert failed("RP19", "ssh_auth", "no key").verdict == "absent"


def test_while_no_pod_at_all_answers_none_of_them_is_blamed() -> None:
    found = all_failed("RP19", "ssh_timeout", "ssh_timeout", "ssh_dns")
    assert found.verdict == "unknown"
    assert "none of 3 does, so it may be our network" in found.missing[0]


def test_one_pod_that_answers_or_refuses_shows_that_our_network_is_there() -> None:
    assert all_failed("RP19", "ssh_timeout", "ssh_refused").is_present
    silent, well = a_pod(id="silent"), a_pod(id="well")
    account = having(an_account(silent, well), well, Answered("direct"))
    account = account.after(Change(Answered, Failed("silence", NOW, "ssh_timeout"), silent.id))
    assert verdict("RP19", account, silent).is_present


def test_while_the_api_does_not_tell_where_pods_are_none_of_them_is_blamed() -> None:
    pod = a_pod()
    account = an_account(pod).after(Change(Answered, Failed("no", NOW, "ssh_refused"), pod.id))
    assert verdict("RP19", account, pod).is_present
    account = account.after(Change(PodList, Failed("the API is away", NOW)))
    found = verdict("RP19", account, pod)
    assert found.verdict == "unknown"
    assert "the list of Pods could not be read" in found.missing[0]
