import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import Severity
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


def test_a_service_that_is_down_is_no_refusal_and_no_answer_at_all_is_unknown() -> None:
    down = Failed("GET /v2/pods: 503", NOW, "network")
    assert of_account("RP44", an_account(a_pod()).after(Change(PodList, down))).verdict == "absent"
    assert of_account("RP44", Account()).verdict == "unknown"
