from rgt_tui.domain.account import GONE_SHOWN_S, Account, Change
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.readiness import Answered
from tests.values import a_pod


def listed(account: Account, at: float, *names: str) -> Account:
    pods = PodList(tuple(a_pod(id=name, name=name) for name in names))
    return account.after(Change(PodList, Observed(pods, at)))


def test_an_equal_pod_keeps_its_object_so_that_rows_compare_by_identity() -> None:
    first = listed(Account(), 1.0, "a", "b")
    second = listed(first, 2.0, "a", "b")
    assert second.pods[0] is first.pods[0]


def test_a_failed_read_ages_the_list_and_erases_nothing() -> None:
    account = listed(Account(), 1.0, "a")
    account = account.after(Change(PodList, Failed("connection refused", 9.0)))
    reading = account.evidence.reading(PodList)
    assert [pod.id for pod in account.pods] == ["a"]
    assert reading.age(11.0) == 10.0
    assert reading.failure == Failed("connection refused", 9.0)


def test_a_success_after_a_failure_clears_it() -> None:
    account = Account().after(Change(PodList, Failed("down", 1.0)))
    assert listed(account, 2.0, "a").evidence.reading(PodList).failure is None


def test_a_pod_that_vanishes_is_shown_as_gone_for_a_while() -> None:
    account = listed(listed(Account(), 1.0, "a", "b"), 2.0, "b")
    assert [gone.pod.id for gone in account.gone.values()] == ["a"]
    assert account.pod("a") is not None
    later = listed(account, 2.0 + GONE_SHOWN_S, "b")
    assert not later.gone


def test_a_pod_that_comes_back_is_no_longer_gone() -> None:
    account = listed(listed(listed(Account(), 1.0, "a"), 2.0), 3.0, "a")
    assert not account.gone


def test_evidence_about_a_vanished_pod_is_forgotten() -> None:
    account = listed(Account(), 1.0, "a")
    pod = account.pods[0].id
    account = account.after(Change(Answered, Observed(Answered("direct"), 1.5), pod))
    assert account.about(pod).value(Answered) == Answered("direct")
    assert not list(listed(account, 2.0).about(pod))
