"""Detectors are asked again only where their answer can be another one, and symptoms stand still."""

from dataclasses import replace

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.finding import Finding
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.text import clean
from rgt_tui.probes.df import DiskReport
from rgt_tui.triage import Examiner, Standing, all_detectors, signs_in
from tests.triage.asking import finding
from tests.triage.test_rp11_container_disk_full import overlay, volume_disk
from tests.values import NOW, a_pod, an_account, having

PODS = tuple(a_pod(id=f"pod{number}", name=f"pod{number}") for number in range(20))


def fleet() -> Account:
    account = an_account(*PODS)
    for pod in PODS:
        account = having(account, pod, DiskReport((overlay(2), volume_disk(9))))
    return account


def rp11(examiner: Examiner, standing: Standing, used: float, at: float) -> Finding:
    pod = PODS[0]
    account = having(an_account(pod, at=at), pod, DiskReport((overlay(used),)), at=at)
    found = standing.after(examiner.examine(account, at), at)[pod.id]
    return next(f for f in found if f.code == "RP11")


def test_a_tick_in_which_nothing_changed_examines_nobody_again() -> None:
    examiner, account = Examiner(all_detectors()), fleet()
    first = examiner.examine(account, NOW)
    asked = examiner.asked
    again = examiner.examine(account, NOW + 5)
    assert examiner.asked == asked == len(PODS) + 1
    assert all(again[pod.id] is first[pod.id] for pod in PODS)


def test_a_new_pod_list_that_says_the_same_examines_no_pod_again() -> None:
    examiner, account = Examiner(all_detectors()), fleet()
    examiner.examine(account, NOW)
    before = examiner.asked
    account = account.after(Change(PodList, Observed(PodList(PODS), NOW + 5)))
    examiner.examine(account, NOW + 5)
    assert examiner.asked == before


def test_the_same_read_again_of_every_pod_examines_nobody_again() -> None:
    examiner, account = Examiner(all_detectors()), fleet()
    first = examiner.examine(account, NOW)
    before = examiner.asked
    again = account.after(Change(PodList, Observed(PodList(PODS), NOW + 5)))
    for pod in PODS:
        again = having(again, pod, DiskReport((overlay(2), volume_disk(9))), at=NOW + 6)
    found = examiner.examine(again, NOW + 7)
    assert examiner.asked == before
    assert all(found[pod] is first[pod] for pod in first)


def test_a_read_that_fails_in_another_way_is_news() -> None:
    examiner, account = Examiner(all_detectors()), fleet()
    examiner.examine(account, NOW)
    before = examiner.asked
    failed = account.after(Change(DiskReport, Failed("no answer", NOW + 5, "timeout"), PODS[0].id))
    examiner.examine(failed, NOW + 5)
    assert examiner.asked == before + 2  # the Pod and the account
    later = failed.after(Change(DiskReport, Failed("no answer", NOW + 9, "timeout"), PODS[0].id))
    examiner.examine(later, NOW + 9)
    assert examiner.asked == before + 2


def test_what_stands_is_made_anew_only_for_pods_with_other_findings() -> None:
    examiner, standing, account = Examiner(all_detectors()), Standing(), fleet()
    first = standing.after(examiner.examine(account, NOW), NOW)
    full = having(account, PODS[3], DiskReport((overlay(20.0),)), at=NOW + 1)
    second = standing.after(examiner.examine(full, NOW + 1), NOW + 1)
    assert [pod for pod in second if second[pod] is not first[pod]] == [PODS[3].id, None]
    assert all(f.verdict != "absent" for found in standing.open.values() for f in found)
    assert "RP11" in [f.code for f in standing.open[PODS[3].id]]


def test_what_was_read_of_one_pod_examines_that_pod_again() -> None:
    examiner, account = Examiner(all_detectors()), fleet()
    examiner.examine(account, NOW)
    before = examiner.asked
    full = having(account, PODS[3], DiskReport((overlay(20.0),)), at=NOW + 1)
    found = examiner.examine(full, NOW + 1)
    assert examiner.asked == before + 2  # the Pod and the account
    assert "RP11" in [f.code for f in found[PODS[3].id] if f.is_present]


def test_evidence_that_has_become_too_old_is_noticed_without_any_news() -> None:
    examiner, account = Examiner(all_detectors()), fleet()
    examiner.examine(account, NOW)
    later = examiner.examine(account, NOW + 200)
    assert next(f for f in later[PODS[0].id] if f.code == "RP11").verdict == "unknown"


def test_a_symptom_stands_until_it_has_been_gone_for_half_a_minute() -> None:
    examiner, standing = Examiner(all_detectors()), Standing()
    assert rp11(examiner, standing, 19.6, NOW).since == NOW
    assert rp11(examiner, standing, 18.9, NOW + 10).is_present
    assert rp11(examiner, standing, 19.2, NOW + 20).since == NOW
    assert rp11(examiner, standing, 18.0, NOW + 30).is_present
    assert rp11(examiner, standing, 18.0, NOW + 61).verdict == "absent"


def test_a_symptom_that_can_no_longer_be_told_stays_up_and_says_so() -> None:
    examiner, standing = Examiner(all_detectors()), Standing()
    rp11(examiner, standing, 19.6, NOW)
    pod = PODS[0]
    silent = an_account(pod, at=NOW + 300)
    found = standing.after(examiner.examine(silent, NOW + 300), NOW + 300)[pod.id]
    held = next(f for f in found if f.code == "RP11")
    assert held.is_present
    assert held.evidence[-1].said.startswith("not confirmed for 0s: df over SSH")


def test_a_log_speaks_alone_where_figures_are_missing_and_not_against_them() -> None:
    line = "OSError: [Errno 28] No space left on device"
    sign = LogSign(code="RP11", reason="full", line=line, stream="container", at=NOW - 60)
    pod = a_pod()
    alone = finding("RP11", pod, LogSigns((sign,)), source="log")
    assert alone.is_present
    assert alone.evidence[0].said == line
    roomy = having(an_account(pod), pod, LogSigns((sign,)), source="log")
    roomy = having(roomy, pod, DiskReport((overlay(2.0),)))
    found = Examiner(all_detectors()).examine(roomy, NOW)[pod.id]
    assert next(f for f in found if f.code == "RP11").verdict == "absent"


def test_a_symptom_of_logs_alone_is_raised_by_them_within_one_start() -> None:
    line = "torch.OutOfMemoryError: CUDA out of memory."
    sign = LogSign(code="RP23", reason="full", line=line, stream="container", at=NOW - 60)
    assert finding("RP23", a_pod(), LogSigns((sign,)), source="log").is_present
    before = replace(sign, at=NOW - 7200)
    assert finding("RP23", a_pod(), LogSigns((before,)), source="log").verdict == "absent"


def test_pods_of_which_the_same_is_said_share_the_finding() -> None:
    found = Examiner(all_detectors()).examine(fleet(), NOW)
    one, other = (next(f for f in found[pod.id] if f.code == "RP11") for pod in (PODS[0], PODS[1]))
    assert one is other
    assert one.verdict == "absent"


def test_both_streams_of_a_log_are_heard_each_with_its_name_and_number_of_lines() -> None:
    pod = a_pod()
    lines = [
        LogLine(
            at=NOW - 60, source="container", text="torch.OutOfMemoryError: CUDA out of memory."
        ),
        LogLine(at=NOW - 50, source="system", text="exec format error"),
        LogLine(
            at=NOW - 40, source="container", text="torch.OutOfMemoryError: CUDA out of memory!"
        ),
    ]
    signs = signs_in(lines)
    assert {(s.code, s.stream, s.count) for s in signs.signs} == {
        ("RP23", "container", 2),
        ("RP45", "system", 1),
    }
    said = [said.said for said in finding("RP23", pod, signs, source="log").evidence]
    assert [each for each in said if "memory" in each] == [
        "torch.OutOfMemoryError: CUDA out of memory!",
        "read as: the GPU's memory is used up (container log, 2 such lines)",
    ]


def test_an_error_that_a_progress_bar_drew_over_is_heard_in_a_log() -> None:
    drawn = clean("10%|#    |\rOSError: [Errno 28] No space left on device\r11%|#    |")
    lines = [
        LogLine(at=NOW - 60, source="container", text=drawn),
        LogLine(at=NOW - 50, source="container", text="step 2"),
    ]
    (sign,) = signs_in(lines).signs
    assert (sign.code, sign.line, sign.at) == (
        "RP11",
        "OSError: [Errno 28] No space left on device",
        NOW - 60,
    )
