"""RP15: the container ends and is started again, over and over, at full price.

Symptom: "start container for X: begin" again and again in the system log, an uptime that falls.
Cause: the start command ends, with an error or with success; RunPod starts it again either way.
Fix: end the command with `sleep infinity`, or let it terminate its Pod when done.
Source: a public report of 11 starts at 17 s intervals as RUNNING, 2026; dstack#1142.
"""

from typing import Final

from rgt_tui.domain.bootlog import LOOP_STARTS, LOOP_WINDOW_S, BootLog
from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.readiness import Readiness, Restarts
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_usd
from rgt_tui.facts import how_far, listed_at

_LINES_APART: Final = 60
"""Without times, starts that lie further apart than this many lines are boots of their own."""
_STEADY: Final = Absent("its container does not keep starting")


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    if subject.once(how_far) is not Readiness.LOOPING:
        return _STEADY
    said: list[Said] = []
    log = subject.evidence.latest(BootLog)
    if log is not None and log.value.begins:
        count = log.value.starts_within(LOOP_WINDOW_S, subject.now)
        said.append(
            Said("log", f"{count} container starts within five minutes", log.value.begins[-1])
        )
    falls = subject.evidence.latest(Restarts)
    if falls is not None and falls.value.seen_at:
        said.append(
            Said("api", f"uptime fell {len(falls.value.seen_at)} times", falls.value.seen_at[-1])
        )
    if pod.cost_per_hour:
        rate = show_usd(pod.cost_per_hour)
        said.append(Said("api", f"it bills ${rate} an hour meanwhile", listed_at(subject.account)))
    return Present(
        tuple(said) or (Said("api", "its uptime keeps falling", listed_at(subject.account)),)
    )


def _begins(page: Page) -> str | None:
    """Three starts within five minutes; without times, within a few lines of each other."""
    if not _is_begin(page.line):
        return None
    at, memory = page.at, page.memory
    apart = at - memory["at"] if at is not None and "at" in memory else None
    lines = page.number - memory.get("number", page.number)
    is_near = apart <= LOOP_WINDOW_S / 2 if apart is not None else lines <= _LINES_APART
    memory["count"] = memory.get("count", 0) + 1 if is_near else 1
    memory["number"] = page.number
    if at is not None:
        memory["at"] = at
    if memory["count"] < LOOP_STARTS:
        return None
    return f"the container was started {memory['count']:.0f} times in short order"


def _is_begin(line: str) -> bool:
    return "start container for " in line and line.rstrip('"}\\ ').endswith(": begin")


DETECTOR = Detector(
    code="RP15",
    title="Container restarts in a loop",
    severity=Severity.CRITICAL,
    cause=(
        "The container's command ended, and RunPod starts an ended container again, also after exit code 0. "
        "Everything on the container disk of each run is lost, and the Pod bills all the time."
    ),
    fix=(
        "Read why it ends: rgt-tui logs POD --tail 200; rgt-tui logs POD --system --timestamps tells when it started each time",
        "While looking into it, start it with: bash -c 'sleep infinity'",
        "End a job's command with: && sleep infinity; or let it terminate its own Pod when it is done",
        "Stop or terminate this Pod if nobody is at it, it bills: rgt-tui stop POD",
    ),
    source="Public reports of 2024 to 2026: restart also on exit 0; dstack#1142",
    needs=(PodList,),
    applies=lambda subject: subject.pod is not None and not subject.pod.is_stopped,
    detect=_detect,
    strings=(
        (
            "\n".join(["start container for acme/train:1: begin"] * 3),
            "RunPod system log of 2026-10, three times and more within minutes",
        ),
    ),
    text=(
        Rule(words="begin", tells=_begins),
        Rule(
            words="loop loops looping crashloopbackoff crashloop",
            pattern=r"\b(?:re-?start|reboot|crash|boot)(?:s|ing|ed)?[- ]?loop(?:s|ing|ed)?\b|\bCrashLoop(?:BackOff)?\b|\bloop(?:s|ing)?\b.{0,40}\b(?:re-?start\w*|begin|crash\w*)",
            reason="the container starts over and over",
            unless=r"for loop|event loop|while loop",
        ),
        Rule(
            words="restarts restarting restarted restart rebooting",
            pattern=r"\b(?:infinite(?:ly)?|endless(?:ly)?|constantly|continuously|repeatedly|forever|over and over|again and again|every \d+ ?s(?:ec\w*)?)\b.{0,40}\b(?:re-?start\w*|reboot\w*)|\b(?:re-?start\w*|reboot\w*)\b.{0,40}\b(?:infinite(?:ly)?|endless(?:ly)?|constantly|continuously|repeatedly|forever|over and over|again and again|every \d+ ?s(?:ec\w*)?)\b|\b(?:pod|container)\b.{0,30}\b(?:keeps?|kept) (?:on )?(?:re-?start\w*|reboot\w*|crash\w*)",
            reason="the container starts over and over",
            unless=r"nginx|supervisor|watchdog timer",
        ),
    ),
)
