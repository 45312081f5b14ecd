"""RP45: the image is for another kind of processor.

Symptom: "exec format error" at the start. Cause: built on an arm64 machine (a Mac) without naming
the platform; RunPod's hosts are amd64. Fix: build for linux/amd64.
Source: Docker, messages of 2021 to 2026; public notes that call it the first reason of failed
deployments.
"""

import re
from typing import Final

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import not_yet_alive
from rgt_tui.facts import listed_at

_FORMAT: Final = re.compile(
    r"exec format error|no matching manifest for linux/amd64", re.IGNORECASE
)


_IN_NAME: Final = re.compile(
    r"(?:^|[-_.:/])(?:arm64|aarch64|arm64v8|armv8)(?:[-_.:/]|$)", re.IGNORECASE
)
"""How names of images tell their processor."""


def _detect(subject: Subject) -> Verdict:
    """What the host said of the image; else what its name says, while nothing of it runs."""
    log, pod = subject.seen(BootLog).value, subject.this
    named = Said("api", f"its image is called {pod.image}", listed_at(subject.account))
    is_named = _IN_NAME.search(pod.image) is not None
    for line, at in ((log.trouble, log.trouble_at), (log.last_line, log.last_at)):
        if _FORMAT.search(line):
            lines = (Said("log", line, at), named) if is_named else (Said("log", line, at),)
            return Present(lines)
    if is_named:
        return Present((named,), Severity.WARNING)
    return Absent("the system log shows no wrong format")


DETECTOR = Detector(
    code="RP45",
    title="Image is for another processor",
    severity=Severity.CRITICAL,
    cause=(
        "The image holds programs for arm64 (built on a Mac or an ARM server), while RunPod's hosts are amd64. "
        "Nothing in it can be run; the Pod starts again and again and bills."
    ),
    fix=(
        "Build it for the hosts: docker buildx build --platform linux/amd64 -t IMAGE --push .",
        "Check: docker manifest inspect IMAGE | grep architecture",
        "Use a new tag: hosts keep the old layers under the old one; then rgt-tui relaunch POD, and terminate this one",
    ),
    source="Docker documentation, multi-platform builds, 2026",
    needs=(BootLog,),
    max_age_s=900.0,
    applies=not_yet_alive,
    detect=_detect,
    strings=(
        ("standard_init_linux.go:228: exec user process caused: exec format error", "runc 1.0"),
        ("exec /start.sh: exec format error", "runc 1.1 and later"),
        ("no matching manifest for linux/amd64 in the manifest list entries", "Docker 20 to 28"),
    ),
    text=(
        Rule(
            words="provide+platform",
            pattern=r"does not provide the specified platform",
            reason="the image has no layer for this processor",
        ),
        Rule(
            words="format",
            pattern=r"exec format error",
            reason="the image is for another processor",
        ),
        Rule(
            words="manifest amd64 platform",
            pattern=r"no matching manifest for linux/|image'?s? platform \(linux/arm|platform \(linux/arm64\S*\) does not match|\bwrong (?:cpu )?architecture\b",
            reason="the image is for another processor",
        ),
        Rule(
            words="arm64 aarch64",
            pattern=r"\b(?:arm64|aarch64)\b.{0,80}\b(?:image|built|build)\b.{0,80}\b(?:amd64|x86|runpod|fail\w*|not (?:run|start|work))|\bcannot execute binary file\b",
            reason="the image is for another processor",
        ),
        Rule(
            words="platform+specified",
            pattern=r"does not match the specified platform",
            reason="the image is for another processor",
        ),
    ),
)
