"""RP37: storage that nobody uses: Pods stopped for weeks, network volumes that no Pod mounts.

Symptom: the burn does not go to zero although nothing runs. Cause: stopped volume disks and
network volumes bill until they are deleted. Fix: decide once, with the price a month.
Source: RunPod pricing and billing pages, read 2026-08-20.
"""

from decimal import Decimal
from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Scope,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.history import History
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.rates import a_month, network_volume_per_hour, stopped_storage_per_hour
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_duration, show_usd
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.facts import listed_at

FORGOTTEN_S: Final = 7 * 86400.0


def _detect(subject: Subject) -> Verdict:
    account = subject.account
    used = {mount.volume_id for pod in account.pods for mount in pod.network_mounts}
    seen = subject.evidence.latest(VolumeList)
    at = seen.at if seen is not None else None
    said = [Said("api", _orphan(volume), at) for volume in account.volumes if volume.id not in used]
    said += _stopped_long(subject)
    if not said:
        return Absent("every network volume is mounted and no Pod has been stopped for a week")
    return Present(tuple(said))


def _orphan(volume: NetworkVolume) -> str:
    month = a_month(network_volume_per_hour(volume))
    price = (
        f"${show_usd(month)} a month" if month is not None else "price of its tier not published"
    )
    return f"network volume {volume.name} of {volume.size_gb or '?'} GB in {volume.data_center or '?'} is mounted by no Pod: {price}"


def _stopped_long(subject: Subject) -> list[Said]:
    history = subject.evidence.value(History) or History()
    said = []
    for pod in subject.account.pods:
        since = history.exited_since(pod.id) if pod.is_stopped else None
        if since is None or subject.now - since < FORGOTTEN_S:
            continue
        month = a_month(stopped_storage_per_hour(pod)) or Decimal(0)
        words = f"{pod.label} stopped for {show_duration(subject.now - since)} and more: ${show_usd(month)} a month"
        said.append(Said("api", words, listed_at(subject.account)))
    return said


DETECTOR = Detector(
    code="RP37",
    title="Forgotten storage",
    severity=Severity.INFO,
    cause=(
        "Network volumes and the volume disks of stopped Pods bill until they are deleted, whether anybody "
        "uses them or not. Nothing in the service reminds you."
    ),
    fix=(
        "See what is on it: rgt-tui browse VOLUME (over the S3 endpoint, without any Pod); rgt-tui volumes lists them",
        "What is needed: copy it to cheaper storage and verify it",
        "Delete it: Ctrl-D in the Volumes or Pods pane, each with its checklist; both are for good",
    ),
    source="RunPod pricing and billing pages, read 2026-08-20",
    scope=Scope.ACCOUNT,
    needs=(PodList, VolumeList),
    max_age_s=900.0,
    detect=_detect,
    strings=(
        (
            '"pods":[],"networkVolumes":[{"id":"agv6w2qcg7"',
            "REST v2: volumes and no Pod that mounts them",
        ),
    ),
    outdated=(
        (
            "stale Pods are removed after 30 days",
            "not in the documentation of 2026-08: do not count on it, neither way",
        ),
    ),
    text=(
        Rule(
            words="volume volumes",
            pattern=r"\b(?:orphan(?:ed)?|forgotten|abandoned|unused|unattached|dangling)\b.{0,30}\b(?:network )?volumes?\b|\b(?:network )?volumes?\b.{0,60}\b(?:orphan\w*|forgotten|unused|unattached|(?:not|never|n't) (?:attached|mounted|used) (?:to|by) any|(?:attached|mounted) (?:to|by) (?:no|zero|0)|no pods? (?:mounts?|uses?|attached|is attached))",
            reason="a network volume is paid for and used by nobody",
        ),
        Rule(
            words="networkvolumes",
            pattern=r'"pods"\s*:\s*\[\s*\].*"networkVolumes"\s*:\s*\[\s*\{|"networkVolumes"\s*:\s*\[\s*\{.*"pods"\s*:\s*\[\s*\]',
            reason="there are network volumes and no Pods",
        ),
        Rule(
            words="stopped exited forgot forgotten idle",
            pattern=r"\b(?:stopped|exited|idle|parked)\b.{0,20}\b(?:for|since|over)\b.{0,20}\b(?:[7-9]|[1-9]\d+) ?(?:d\b|days?)|\b(?:stopped|exited)\b.{0,20}\b(?:for|since) (?:over |more than )?(?:a |\d+ )?(?:weeks?|months?)|\b(?:forgot(?:ten)?|forgotten)\b.{0,40}\bpods?\b|\bpods?\b.{0,30}\bforgot(?:ten)?\b",
            reason="a Pod has been stopped for long and still costs its disk",
            unless=r"forgot (?:my )?password",
        ),
    ),
)
