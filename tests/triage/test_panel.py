"""Which detectors are asked about whom: `only_if`, `adds_to_logs`, and what is worked out once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Finding,
    Findings,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Answered
from rgt_tui.triage import Examiner, all_detectors
from tests.values import NOW, a_pod, an_account, having

SEEN = Said("ssh", "seen beside it", NOW)


def a_detector(detect: Callable[[Subject], Verdict], **changed: Any) -> Detector:
    """A symptom that no one has."""
    known: dict[str, Any] = {
        "code": "RP99",
        "title": "Made up",
        "severity": Severity.WARNING,
        "cause": "It is made up.",
        "fix": ("Nothing",),
        "source": "none",
        "needs": (PodList,),
        "detect": detect,
    }
    return Detector(**{**known, **changed})


class Asked:
    """A check that remembers whom it was asked about."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.names: list[str] = []

    def __call__(self, subject: Subject) -> Verdict:
        self.names.append(subject.this.name or "")
        return self.verdict


def examined(detector: Detector, account: Account) -> Findings:
    return Examiner([detector]).examine(account, NOW)


def with_sign(account: Account, pod: Pod, *, ago_s: float) -> Account:
    sign = LogSign(
        code="RP99", reason="it is made up", line="oh no", stream="container", at=NOW - ago_s
    )
    return having(account, pod, LogSigns((sign,)), source="log")


def only(found: tuple[Finding, ...]) -> Finding:
    (finding,) = found
    return finding


ONE, OTHER = a_pod(id="pod1", name="one"), a_pod(id="pod2", name="other")


def test_of_two_pods_alike_only_the_one_that_meets_the_further_condition_is_asked_about() -> None:
    check = Asked(Present((SEEN,)))
    detector = a_detector(check, only_if=lambda subject: subject.this.name == "one")
    found = examined(detector, an_account(ONE, OTHER))
    assert check.names == ["one"]
    assert only(found[ONE.id]).is_present
    assert found[OTHER.id] == ()


def test_a_further_condition_may_look_at_what_was_read_and_is_asked_again_when_that_is_new() -> (
    None
):
    def is_read(subject: Subject) -> bool:
        return subject.evidence.value(LogSigns) is not None

    examiner = Examiner([a_detector(Asked(Absent("no")), only_if=is_read)])
    account = an_account(ONE)
    assert examiner.examine(account, NOW)[ONE.id] == ()
    read = having(account, ONE, LogSigns(), source="log")
    assert only(examiner.examine(read, NOW + 1)[ONE.id]).verdict == "absent"


def test_a_further_condition_without_the_first_one_asks_nobody() -> None:
    check = Asked(Present((SEEN,)))
    detector = a_detector(check, applies=lambda subject: False, only_if=lambda subject: True)
    assert examined(detector, an_account(ONE))[ONE.id] == ()
    assert check.names == []


def test_a_further_condition_that_breaks_is_told_and_silences_nobody_else() -> None:
    def breaks(subject: Subject) -> bool:
        raise KeyError(subject.this.name)

    broken = a_detector(Asked(Present((SEEN,))), only_if=breaks)
    well = a_detector(Asked(Present((SEEN,))), code="RP98")
    found = Examiner([broken, well]).examine(an_account(ONE), NOW)[ONE.id]
    said = {finding.code: finding for finding in found}
    assert said["RP98"].is_present
    assert said["RP99"].missing == ("an internal error of this check: KeyError",)


def test_what_adds_to_logs_is_not_asked_where_they_show_nothing() -> None:
    check = Asked(Present((SEEN,)))
    account = having(an_account(ONE), ONE, LogSigns(), source="log")
    finding = only(examined(a_detector(check, adds_to_logs=True), account)[ONE.id])
    assert check.names == []
    assert (finding.verdict, finding.evidence[0].said) == ("absent", "its logs show none of it")


def test_what_adds_to_logs_is_told_beside_the_line_that_shows_it() -> None:
    check = Asked(Present((SEEN,)))
    account = with_sign(an_account(ONE, OTHER), ONE, ago_s=60)
    found = examined(a_detector(check, adds_to_logs=True), account)
    assert check.names == ["one"]
    lines = [said.said for said in only(found[ONE.id]).evidence]
    assert lines == ["seen beside it", "oh no", "read as: it is made up (container log)"]
    assert not only(found[OTHER.id]).is_present


def test_a_line_of_an_earlier_start_asks_nothing_of_what_adds_to_logs() -> None:
    check = Asked(Present((SEEN,)))
    pod = replace(ONE, started_at=NOW - 30)
    account = with_sign(an_account(pod), pod, ago_s=60)
    assert not only(examined(a_detector(check, adds_to_logs=True), account)[pod.id]).is_present
    assert check.names == []


def test_figures_that_deny_it_win_over_a_log_unless_the_log_stands() -> None:
    account = with_sign(an_account(ONE), ONE, ago_s=60)
    denied = a_detector(Asked(Absent("well")), adds_to_logs=True)
    assert only(examined(denied, account)[ONE.id]).verdict == "absent"
    stands = only(examined(replace(denied, log_stands=True), account)[ONE.id])
    assert stands.is_present
    assert stands.evidence[-1].said == "by the figures: well"


def test_findings_come_in_the_order_of_the_pods_also_where_some_are_kept() -> None:
    examiner, account = Examiner(all_detectors()), an_account(ONE, OTHER)
    examiner.examine(account, NOW)
    changed = having(account, ONE, LogSigns(), source="log")
    assert list(examiner.examine(changed, NOW + 1)) == [ONE.id, OTHER.id, None]


def test_what_is_worked_out_of_the_account_is_worked_out_once_for_all_pods() -> None:
    worked: list[int] = []

    def count(account: Account) -> None:
        worked.append(len(account.pods))

    def detect(subject: Subject) -> Verdict:
        return Absent(f"{subject.for_all(count)}")

    pods = [a_pod(id=f"pod{number}") for number in range(50)]
    examined(a_detector(detect), an_account(*pods))
    assert worked == [50]


def test_where_no_pod_of_a_large_fleet_answers_each_pod_is_looked_at_once_for_that() -> None:
    pods = [a_pod(id=f"pod{number}") for number in range(300)]
    account = an_account(*pods)
    for pod in pods:
        account = account.after(Change(Answered, Failed("no answer", NOW, "ssh_timeout"), pod.id))
    asked = 0

    class Counted(Account):
        def about(self, pod_id: Any) -> Any:
            nonlocal asked
            asked += 1
            return super().about(pod_id)

    counted = Counted(account.evidence, account.by_pod, account.gone)
    found = Examiner([it for it in all_detectors() if it.code in ("RP18", "RP19")]).examine(
        counted, NOW
    )
    assert asked < 5 * len(pods)
    assert all(finding.verdict != "present" for pod in pods for finding in found[pod.id])
