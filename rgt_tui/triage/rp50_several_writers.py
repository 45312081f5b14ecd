"""RP50: several running Pods mount one network volume, and each of them can write.

Symptom: "Stale file handle", checkpoints and databases that are broken though nothing crashed.
Cause: a network volume locks nothing; two runs with one output folder write over each other. Fix:
a folder for each run, one writer for each file. Reading together is what such volumes are for.
Source: RunPod documentation, network volumes, read 2026-08-20; MooseFS, a file replaced elsewhere.
"""

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
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.volume import VolumeList
from rgt_tui.facts import listed_at, named
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.volume_facts import writers_of


def _detect(subject: Subject) -> Verdict:
    account = subject.account
    said: list[Said] = []
    is_training = False
    for volume in account.volumes:
        pods = writers_of(volume, account)
        if len(pods) < 2:
            continue
        words = (
            f"network volume {volume.name} is mounted by {len(pods)} running Pods: {named(pods)}"
        )
        said.append(Said("api", words, listed_at(account)))
        training = [pod for pod in pods if _trains(pod, subject)]
        if len(training) > 1:
            is_training = True
            said.append(Said("ssh", f"runs train in {len(training)} of them: {named(training)}"))
    if not said:
        return Absent("no network volume is mounted by two running Pods")
    return Present(tuple(said), Severity.WARNING if is_training else Severity.INFO)


def _trains(pod: Pod, subject: Subject) -> bool:
    report = subject.account.about(pod.id).value(ProcessReport)
    return report is not None and any(it.work == "training" for it in report.processes)


DETECTOR = Detector(
    code="RP50",
    title="Network volume with several writers",
    severity=Severity.WARNING,
    cause=(
        "Running Pods that mount one network volume can all write to it, and nothing locks its files. Two runs "
        "with one output folder, or one database, write over each other."
    ),
    fix=(
        "Give each run a folder of its own: OUT=/workspace/out/$RUNPOD_POD_ID",
        "Write to a temporary name and rename, so that readers never see half a file",
        "Keep databases (SQLite, LMDB) and virtual environments that are written to on the container disk",
        "Keep secrets off it: every Pod that mounts it reads them",
    ),
    source="RunPod documentation, network volumes, read 2026-08-20",
    scope=Scope.ACCOUNT,
    needs=(PodList, VolumeList),
    max_age_s=900.0,
    detect=_detect,
    strings=(
        (
            "OSError: [Errno 116] Stale file handle: '/workspace/out/log.txt'",
            "Python 3 on a network volume, when another Pod has replaced the file",
        ),
    ),
    text=(
        Rule(
            words="stale",
            pattern=r"\[Errno 116\]|\bStale (?:NFS )?file handle\b",
            reason="a file was replaced from elsewhere while it was open",
        ),
    ),
)
