import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.pod import Pod, Runtime
from rgt_tui.domain.readiness import Answered
from rgt_tui.triage import classify, examine
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


def lifeless(minutes: float, runtime: Runtime | None = None) -> Pod:
    since = NOW - minutes * 60
    return a_pod(runtime=runtime, created_at=since, started_at=since)


def rp16(pod: Pod, account: Account | None = None) -> Finding:
    found = examine(account or an_account(pod), NOW)
    return next(f for f in found[pod.id] if f.code == "RP16")


@pytest.mark.parametrize("runtime", [None, Runtime(uptime_s=0.0)])
def test_running_for_hours_without_a_living_runtime_is_rp16(runtime: Runtime | None) -> None:
    pod = lifeless(minutes=1416, runtime=runtime)
    finding = rp16(pod, having(an_account(pod), pod, BootLog(), source="log"))
    assert finding.is_present
    assert finding.severity is Severity.CRITICAL
    assert finding.evidence[0].said.startswith("RUNNING for 23h36m, yet ")
    assert finding.evidence[1].said == "about $28.08 spent on it at $1.19 an hour"


def test_a_pod_of_a_few_minutes_is_not_rp16_yet() -> None:
    assert rp16(lifeless(minutes=4)).verdict == "absent"


def test_after_six_minutes_it_is_a_warning_before_it_is_critical() -> None:
    assert rp16(lifeless(minutes=8)).severity is Severity.WARNING


def test_an_image_pull_that_moves_is_patience_not_rp16() -> None:
    pod = lifeless(minutes=20)
    moving = BootLog(is_pulling=True, last_line="38e4c3f3c358 Downloading", last_at=NOW - 20)
    silent = BootLog(is_pulling=True, last_line="38e4c3f3c358 Downloading", last_at=NOW - 900)
    assert rp16(pod, having(an_account(pod), pod, moving, source="log")).verdict == "absent"
    assert rp16(pod, having(an_account(pod), pod, silent, source="log")).is_present


def test_a_container_that_counts_from_zero_may_be_looping_until_its_log_was_read() -> None:
    pod = lifeless(minutes=60, runtime=Runtime(uptime_s=0.0))
    assert rp16(pod).verdict == "unknown"
    looping = BootLog(begins=(NOW - 90, NOW - 20))
    assert rp16(pod, having(an_account(pod), pod, looping, source="log")).verdict == "absent"
    ended = BootLog(begins=(NOW - 900,))
    assert rp16(pod, having(an_account(pod), pod, ended, source="log")).is_present


def test_the_line_of_the_log_that_refused_the_start_is_quoted() -> None:
    pod = lifeless(minutes=60)
    line = "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8"
    log = BootLog(trouble=line, trouble_at=NOW - 100, last_line=line, last_at=NOW - 100)
    finding = rp16(pod, having(an_account(pod), pod, log, source="log"))
    assert any(said.source == "log" and said.said == line for said in finding.evidence)


def test_a_log_that_could_not_be_read_is_said_and_does_not_hide_the_finding() -> None:
    pod = lifeless(minutes=60)
    account = an_account(pod).after(Change(BootLog, Failed("403: access denied", NOW), pod.id))
    finding = rp16(pod, account)
    assert finding.is_present
    assert any("403" in said.said for said in finding.evidence)


def test_a_shell_that_answers_proves_that_it_started() -> None:
    pod = lifeless(minutes=60)
    assert rp16(pod, having(an_account(pod), pod, Answered("direct"))).verdict == "absent"


def test_a_living_pod_is_not_rp16() -> None:
    assert rp16(a_pod()).verdict == "absent"


def test_an_uptime_the_api_does_not_tell_is_unknown() -> None:
    finding = rp16(lifeless(60, Runtime(uptime_s=None)))
    assert finding.verdict == "unknown"
    assert finding.missing


def test_a_stale_pod_list_is_unknown() -> None:
    pod = lifeless(minutes=60)
    assert rp16(pod, an_account(pod, at=NOW - 7200)).verdict == "unknown"


@pytest.mark.parametrize(
    "line",
    [
        "OCI runtime exec failed: exec failed: unable to start container process:",
        "error writing config to pipe: write init-p: broken pipe: unknown",
        '{"error":"pod not ready: image still pulling","id":"abc","status":"RUNNING"}',
        '{"id":"a","status":"RUNNING","runtime":{"uptime":0,"ports":[]},"cost":0.74}',
        '{"id":"a","status":"RUNNING","runtime":null}',
    ],
)
def test_text_that_shows_it_is_rp16(line: str) -> None:
    assert [f.code for f in classify([line], NOW)] == ["RP16"]


@pytest.mark.parametrize(
    "line",
    [
        '{"id":"a","status":"RUNNING","runtime":{"uptime":3600,"ports":[]}}',
        '{"id":"a","status":"EXITED","runtime":null}',
        "start container for runpod/pytorch:x: begin",
        "Start script(s) finished, Pod is ready to use.",
    ],
)
def test_text_of_a_healthy_pod_is_not_rp16(line: str) -> None:
    assert classify([line], NOW) == ()


def test_a_start_that_was_refused_for_want_of_gpus_is_not_told_as_one_that_never_came_up() -> None:
    refused = "There are not enough free GPUs on the host machine to start this pod."
    assert codes(f"This pod could not be started: {refused}") == ["RP1"]
