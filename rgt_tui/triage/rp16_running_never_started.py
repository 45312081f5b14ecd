"""RP16: RUNNING, but the container never started.

Symptom: the API says RUNNING and bills, `runtime` stays null or its uptime 0, nothing answers.
Cause: a bad host draw, an image that cannot start there, or a pull that hangs. Fix: leave the
host; RunPod's own advice calls it a bad draw after 5-6 minutes.
Source: seen on the service: 23.6 hours as RUNNING at full price while a prestart hook refused
the image (2026-08); RunPod guidance on Pods that do not come up, read 2026-08-20.
"""

import re
from typing import Final

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Reading
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Answered, Readiness
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_duration, show_usd
from rgt_tui.domain.whom import running
from rgt_tui.facts import how_far

PATIENCE_S: Final = 6 * 60.0
"""A Pod that is not up by then is a bad draw (RunPod: 5-6 minutes)."""
CRITICAL_S: Final = 15 * 60.0
_WAITING: Final = re.compile(
    r"waiting for (?:a |the )?(?:public ip|pod|container|ssh|runtime|ports?)\b", re.IGNORECASE
)
PULL_SILENT_S: Final = 5 * 60.0
"""A pull whose log has been silent for so long no longer counts as progress."""
_UP: Final = Absent(f"it is {Readiness.UP}")


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    state = subject.once(how_far)
    if state is Readiness.UP:
        return _UP
    if state is Readiness.LOOPING:
        return Absent(f"it is {state}")
    if state is Readiness.UNKNOWN:
        return Unknown(("runtime.uptime: the API did not say, and no shell has answered",))
    since = pod.started_at or pod.created_at
    if since is None:
        return _present(subject, pod, None)
    waited = subject.now - since
    if waited < PATIENCE_S:
        return Absent(f"it has been RUNNING for {show_duration(waited)} only")
    log: Reading[BootLog] = subject.evidence.reading(BootLog)
    if pod.runtime is not None and log.good is None and log.failure is None:
        return Unknown(
            ("the system log, which tells a loop from a start that never came: not read",)
        )
    begins = log.good.value.begins if log.good is not None else ()
    if begins and subject.now - begins[-1] < PATIENCE_S:
        ago = show_duration(subject.now - begins[-1])
        return Absent(f"its container was started {ago} ago: no more than that is known yet")
    if _pull_moves(subject):
        return Absent("the image pull is making progress")
    return _present(subject, pod, waited)


def _pull_moves(subject: Subject) -> bool:
    log = subject.evidence.value(BootLog)
    if log is None or not log.is_pulling or log.last_at is None:
        return False
    return subject.now - log.last_at < PULL_SILENT_S


def _present(subject: Subject, pod: Pod, waited: float | None) -> Present:
    seen = subject.account.evidence.latest(PodList)
    at = seen.at if seen is not None else None
    runtime = "runtime is null" if pod.runtime is None else "its uptime is 0"
    said = [Said("api", f"RUNNING for {show_duration(waited)}, yet {runtime}", at)]
    if pod.cost_per_hour and waited is not None:
        spent = pod.cost_per_hour * int(waited) / 3600
        rate = show_usd(pod.cost_per_hour)
        said.append(Said("api", f"about ${show_usd(spent)} spent on it at ${rate} an hour", at))
    said.extend(_log_says(subject))
    said.extend(_shell_says(subject))
    long = waited is None or waited >= CRITICAL_S
    return Present(tuple(said), severity=Severity.CRITICAL if long else Severity.WARNING)


def _log_says(subject: Subject) -> list[Said]:
    reading = subject.evidence.reading(BootLog)
    if reading.good is None:
        why = reading.failure.error if reading.failure else "not read yet"
        return [Said("log", f"the system log could not be read: {why}")]
    log = reading.good.value
    if log.trouble:
        return [Said("log", log.trouble, log.trouble_at)]
    if log.last_line:
        return [Said("log", f"the log ends with: {log.last_line}", log.last_at)]
    return [Said("log", "the system log is empty", reading.good.at)]


def _shell_says(subject: Subject) -> list[Said]:
    failure = subject.evidence.reading(Answered).failure
    return [Said("ssh", failure.error, failure.at)] if failure is not None else []


def _waits_in_vain(page: Page) -> str | None:
    """Three lines of waiting for something that every living Pod has."""
    if not _WAITING.search(page.line):
        return None
    page.memory["waits"] = page.memory.get("waits", 0) + 1
    return (
        "a tool waits again and again for the Pod to come up" if page.memory["waits"] >= 3 else None
    )


DETECTOR = Detector(
    code="RP16",
    title="RUNNING but never started",
    severity=Severity.CRITICAL,
    cause=(
        "RUNNING says what the service intends, not that the container lives. The host could not "
        "start it, and the Pod bills all the same."
    ),
    fix=(
        "Where rgt-tui logs POD --both asks for a newer cuda, the host's driver is too old: relaunch with a CUDA floor",
        "Otherwise it is a bad host: rgt-tui relaunch POD takes another one",
        "Then terminate this Pod: it bills until it is gone, and its disks hold nothing yet",
    ),
    source="RunPod guidance on Pods that do not come up, read 2026-08-20; seen on the service 2026-08",
    needs=(PodList,),
    applies=running,
    detect=_detect,
    strings=(
        (
            "OCI runtime exec failed: exec failed: unable to start container process",
            "runc, by the SSH gateway, 2026",
        ),
        ("error writing config to pipe: write init-p: broken pipe: unknown", "runc, 2026"),
        ('"status":"RUNNING","runtime":null', "REST v2, 2026-08"),
        ("Status: RUNNING, Runtime: False, Ports: 0, Uptime: None", "public tools on the v1 API"),
    ),
    gives_way_to=("RP1", "RP17"),
    text=(
        Rule(
            words="runtime+pod waiting+pod",
            pattern=r"\btime(?:d )?[- ]?out (?:while )?waiting for (?:the )?pod\b|\bpod\b.{0,60}\bstill (?:has )?no runtime\b",
            reason="a tool waits in vain for the Pod to come up",
        ),
        Rule(
            words="oci",
            pattern=r"OCI runtime exec failed",
            reason="a shell was refused: no container lives",
        ),
        Rule(
            words="init",
            pattern=r"write init-p: broken pipe",
            reason="the container's init died at its start",
        ),
        Rule(
            words="never+pod never+container never+instance never+ready not+ready not+reachable not+pod not+container not+instance didn+pod didn+ready hasn+pod reachable but+running yet+running while+running",
            pattern=r"\bpod not ready\b|\b(?:pod|container|instance)\b.{0,60}\b(?:did not|didn't|never|has not|hasn't|not) (?:yet )?(?:become|became|come|came|get|got|been|be|is)? ?(?:ready|up|running|start(?:ed)?|reachable)\b"
            r"|\bRUNNING\b.{0,60}\b(?:but|yet|though|while)\b.{0,60}\b(?:never|not|no|n't)\b.{0,30}\b(?:start\w*|ready|reachable|up|runtime|container|uptime)",
            reason="the Pod is said to run and never came up",
            unless=r"not ready yet, retrying \(1|\bkubelet\b|has not been started by",
        ),
        Rule(
            words="runtime uptime",
            pattern=r"Status: RUNNING, Runtime: (?:False|None)|\bRUNNING\b.{0,80}\b(?:runtime|uptime)\w*['\"]?\s*(?:[:=]|is)\s*(?:None|null|False|0s?\b(?![.:\d]))|\b(?:runtime|uptime)\w*['\"]?\s*(?:[:=]|is)\s*(?:None|null|False|0s?\b(?![.:\d])).{0,80}\bRUNNING\b",
            reason="RUNNING without a runtime",
            unless=r'"runtime"\s*:\s*\{[^}]*"uptime\w*"\s*:\s*[1-9]|"status"\s*:\s*"(?:EXITED|PROVISIONING|STARTING)"',
        ),
        Rule(
            words="runtime+running",
            pattern=r'"(?:desiredS|s)tatus"\s*:\s*"RUNNING"(?=.*"runtime"\s*:\s*(?:null|\{\s*\}|\{[^}]*"uptime\w*"\s*:\s*0\s*[,}]))'
            r'|"runtime"\s*:\s*(?:null|\{\s*\}|\{[^}]*"uptime\w*"\s*:\s*0\s*[,}]).*"(?:desiredS|s)tatus"\s*:\s*"RUNNING"',
            reason="the API row says RUNNING without a living runtime",
        ),
        Rule(
            words="stuck hangs hung forever",
            pattern=r"\b(?:stuck|hang(?:s|ing)?|hung|frozen|forever)\b.{0,40}\b(?:initiali[sz]ing|starting|provisioning|pulling|creating|booting|pending|container)\b|\b(?:initiali[sz]ing|provisioning|starting up)\b.{0,40}\b(?:stuck|hang(?:s|ing)?|hung|forever|for (?:hours|\d{2,} min))",
            reason="the Pod is stuck at its start",
            unless=r"dataloader|thread|nccl|epoch",
        ),
        Rule(words="waiting", tells=_waits_in_vain),
    ),
)
