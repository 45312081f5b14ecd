import pytest

from rgt_tui.domain.units import PodId
from tests.triage.asking import of_account
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected end of JSON input",
        "POST /v1/pods returned 500 but the pod was created anyway",
        "create timed out but the pod exists",
        "two pods with the same name were created after a retry",
        "POST /v2/pods -> 502, reconcile by listing",
    ],
)
def test_text_that_shows_it_is_rp48(text: str) -> None:
    assert "RP48" in codes(text)


def test_two_pods_of_one_order_made_within_minutes_are_told_with_their_ids() -> None:
    first, second = a_pod(id=PodId("aaa")), a_pod(id=PodId("bbb"), created_at=NOW - 3650)
    found = of_account("RP48", an_account(first, second))
    assert found.verdict == "present"
    assert "made 50 s apart: aaa, bbb" in found.evidence[0].said


def test_pods_made_hours_apart_or_of_another_kind_are_no_twins() -> None:
    first = a_pod(id=PodId("aaa"))
    later = a_pod(id=PodId("bbb"), created_at=NOW)
    other = a_pod(id=PodId("ccc"), gpu_count=4)
    assert of_account("RP48", an_account(first, later, other)).verdict == "absent"
