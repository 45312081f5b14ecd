import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import Severity
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.volume import VolumeList
from tests.triage.asking import of_account
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account


@pytest.mark.parametrize(
    "text",
    [
        '{"title":"Unauthorized","status":401,"detail":"invalid api key"}',
        '{"error":"api request failed with status 403","code":"forbidden","status":403}',
        "runpod.error.AuthenticationError: Unauthorized request, please check your API key.",
        "HTTP/2 429",
        "error code: 1010",
        'Error: data is nil: {"data":{"myself":null}}',
        "QueryError: Something went wrong. Please try again later or contact support.",
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "401 Unauthorized from https://api.runpod.io/v2/pods",
    ],
)
def test_text_that_shows_it_is_rp44(text: str) -> None:
    assert "RP44" in codes(text)


def test_a_refusal_of_the_pod_list_is_critical_and_one_of_another_list_a_warning() -> None:
    account = an_account(a_pod())
    refused = Failed("GET /v2/pods: 401 Unauthorized", NOW, "unauthorized")
    found = of_account("RP44", account.after(Change(PodList, refused)))
    assert (found.verdict, found.severity) == ("present", Severity.CRITICAL)
    assert found.evidence[0].said == refused.error
    limited = Failed("GET /v2/network-volumes: 429", NOW, "rate_limited")
    found = of_account("RP44", account.after(Change(VolumeList, limited)))
    assert (found.verdict, found.severity) == ("present", Severity.WARNING)


def test_logs_that_the_key_may_not_read_are_told_once_for_all_pods() -> None:
    pods = [a_pod(id=f"pod{number}") for number in range(3)]
    account = an_account(*pods)
    for pod in pods:
        refused = Failed(f"GET /v2/pods/{pod.id}/logs: 403", NOW, "forbidden")
        account = account.after(Change(LogSigns, refused, pod.id))
    found = of_account("RP44", account)
    assert (found.verdict, found.severity) == ("present", Severity.WARNING)
    assert [said.said for said in found.evidence] == ["GET /v2/pods/pod0/logs: 403"]


def test_a_log_that_could_not_be_read_for_another_reason_is_no_refusal() -> None:
    failed = Change(LogSigns, Failed("GET /v2/pods/x/logs: 503", NOW, "network"), a_pod().id)
    assert of_account("RP44", an_account(a_pod()).after(failed)).verdict == "absent"


def test_a_service_that_is_down_is_no_refusal_and_no_answer_at_all_is_unknown() -> None:
    down = Failed("GET /v2/pods: 503", NOW, "network")
    assert of_account("RP44", an_account(a_pod()).after(Change(PodList, down))).verdict == "absent"
    assert of_account("RP44", Account()).verdict == "unknown"


@pytest.mark.parametrize("text", ["401 Unauthorized", "Error: 401 Unauthorized", "Unauthorized"])
def test_a_bare_refusal_is_rp44_where_it_is_all_that_was_said(text: str) -> None:
    assert "RP44" in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "401 Unauthorized\nwww-authenticate: Bearer realm=https://auth.docker.io/token",
        "$ hf download meta-llama/Llama-3-8B\n401 Unauthorized",
        "wandb: ERROR login\nUnauthorized",
        "Unauthorized\n[I 2026-11-20 ServerApp] jupyter server extension",
        "step 1\nstep 2\nstep 3\nstep 4\n401 Unauthorized",
        'INFO: 10.0.0.1:51234 - "GET /v1/models HTTP/1.1" 401 Unauthorized',
        "Traceback (most recent call last):\n  File x\n401 Unauthorized",
    ],
)
def test_the_refusal_of_another_service_or_deep_in_a_log_is_not_rp44(text: str) -> None:
    assert "RP44" not in codes(text)
