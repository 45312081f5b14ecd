"""RP14: the image cannot be pulled.

Symptom: the system log ends in "error pulling image", the Pod is RUNNING and bills. Cause: a wrong
tag, a private image without credentials, or Docker Hub's limit for unauthenticated pulls. Fix:
mend the reference, attach a registry credential, or use another registry.
Source: nimble-miner#3 (a RunPod system log), docker/hub-feedback#2429; RunPod documentation,
container registry credentials, read 2026-08-20.
"""

import re
from typing import Final

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import not_yet_alive
from rgt_tui.facts import listed_at

_PULL: Final = re.compile(
    r"error pulling image|pull access denied|toomanyrequests|manifest (?:unknown|for .* not found)|no such image"
    r"|unauthorized: |failed to resolve reference|repository .* not found",
    re.IGNORECASE,
)


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    log = subject.seen(BootLog).value
    for line in (log.trouble, log.last_line):
        if _PULL.search(line):
            said = [Said("log", line, log.trouble_at or log.last_at)]
            said.append(
                Said("api", f"{pod.status} with the image {pod.image}", listed_at(subject.account))
            )
            return Present(tuple(said))
    return Absent("the system log shows no failed pull")


DETECTOR = Detector(
    code="RP14",
    title="Image cannot be pulled",
    severity=Severity.CRITICAL,
    cause=(
        "The host could not fetch the image: the tag does not exist, the image is private and the Pod has no "
        "registry credential, or Docker Hub's limit for pulls without a login is used up on that host."
    ),
    fix=(
        "Check the reference outside: docker manifest inspect IMAGE (name, tag, architecture)",
        "For a private image, or against toomanyrequests: add a registry credential and name it in the Pod",
        "Or push the image to another registry (ghcr.io and quay.io have other limits)",
        "Relaunch (rgt-tui relaunch POD), then terminate this Pod: it bills while it cannot start",
    ),
    source="RunPod documentation, registry credentials, read 2026-08-20; Docker Hub pull limits, 2026",
    needs=(BootLog,),
    max_age_s=900.0,
    applies=not_yet_alive,
    detect=_detect,
    strings=(
        (
            "error pulling image: Error response from daemon: pull access denied for",
            "RunPod system log, 2024 to 2026",
        ),
        (
            "toomanyrequests: You have reached your unauthenticated pull rate limit.",
            "Docker Hub, since 2025",
        ),
        ("toomanyrequests: Too Many Requests.", "Docker Hub, before 2025"),
        ("manifest unknown", "OCI registries, distribution specification 1"),
        (
            "Error response from daemon: No such image: acme/train:latest",
            "RunPod system log, up to 2026-11",
        ),
    ),
    text=(
        Rule(
            words="daemon+unexpected",
            pattern=r"Error response from daemon: received unexpected HTTP status: [45]\d\d",
            reason="the registry answered the pull with an error",
        ),
        Rule(
            words="pulling pull",
            pattern=r"error pulling image|pull access denied|(?:failed|unable|cannot|could not|error) (?:to )?pull(?:ing)?\b.{0,40}\bimage|\bimage pull\b.{0,30}\b(?:fail\w*|error|back-?off)|unauthenticated pull rate limit|reached your pull rate limit",
            reason="the image could not be pulled",
        ),
        Rule(
            words="toomanyrequests",
            pattern=r"\btoomanyrequests\b",
            reason="the registry's pull limit is used up",
        ),
        Rule(
            words="manifest",
            pattern=r"\bmanifest unknown\b|manifest for \S+ not found|no such manifest",
            reason="the image's tag does not exist",
        ),
        Rule(
            words="image imagepullbackoff errimagepull reference",
            pattern=r"No such image: ?\S|\bImagePullBackOff\b|\bErrImagePull\b|failed to resolve reference \"|error creating container: .{0,60}(?:image|manifest)|image .{0,80} (?:not found|does not exist)(?: in registry| locally)?\b|invalid reference format",
            reason="the image is not there",
        ),
        Rule(
            words="denied unauthorized",
            pattern=r"denied: requested access to the resource|unauthorized: (?:authentication required|incorrect username|access to the requested)|may require 'docker login'|repository does not exist",
            reason="the registry wants a login",
        ),
        Rule(
            words="docker registry ghcr quay nvcr",
            pattern=r"Get \W{0,2}https://(?:registry-1\.docker\.io|auth\.docker\.io|ghcr\.io|quay\.io|nvcr\.io)\S*: .{0,80}(?:context deadline exceeded|Client\.Timeout|i/o timeout|TLS handshake timeout|no such host|connection refused)",
            reason="the registry did not answer",
        ),
    ),
)
