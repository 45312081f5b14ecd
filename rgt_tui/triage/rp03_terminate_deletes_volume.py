"""RP3: terminate deletes the volume disk with everything on it.

Symptom: checkpoints are gone with the Pod; the id answers "pod not found". Cause: a volume disk
belongs to its Pod and its host, whatever its mount path is called; only a network volume stays.
Fix: copy and verify before terminating, or keep results on a network volume from the start.
Source: RunPod documentation, manage Pods and storage types, read 2026-08-20.
"""

from functools import lru_cache

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.pod import NetworkMount, PodList, VolumeDisk
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_bytes
from rgt_tui.facts import disks_of, listed_at


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    disk = pod.volume_disk
    if disk is None:
        return Absent("it has no volume disk")
    said: tuple[Said, ...] = _ordered(disk, pod.network_mounts, listed_at(subject.account))
    used = [s.used_bytes for s in subject.once(disks_of) if s.path == disk.path]
    if used and used[0]:
        said = (*said, Said("ssh", f"{show_bytes(used[0])} lie on {disk.path} now"))
    return Present(said)


@lru_cache(256)
def _ordered(
    disk: VolumeDisk, mounts: tuple[NetworkMount, ...], at: float | None
) -> tuple[Said, Said]:
    """What the API says; many Pods are ordered alike."""
    size = f"{disk.size_gb} GB" if disk.size_gb is not None else "size not told"
    told = "no network volume: nothing survives terminate"
    if mounts:
        paths = ", ".join(mount.path for mount in mounts)
        told = f"only {paths} would survive terminate"
    return Said("api", f"volume disk of {size} at {disk.path}", at), Said("api", told, at)


DETECTOR = Detector(
    code="RP3",
    title="Terminate would delete the volume disk",
    severity=Severity.INFO,
    cause=(
        "A volume disk is part of its Pod and lies on its host. Terminate deletes both at once, also by "
        "itself at a balance of $0. Only a network volume outlives the Pod."
    ),
    fix=(
        "Before terminating: rgt-tui checkpoints POD, then rgt-tui pull POD --to DIR, then rgt-tui verify DIR",
        "rgt-tui terminate POD --plan lists what would be lost and sends nothing",
        "For the next Pod choose a network volume: it can be attached at creation only",
    ),
    source="RunPod documentation, manage Pods and storage types, read 2026-08-20; REST v2 mounts.persistent",
    needs=(PodList,),
    applies=lambda subject: subject.pod is not None and subject.pod.volume_disk is not None,
    detect=_detect,
    strings=(
        ("pod not found to terminate", "runpodctl 1 and GraphQL up to 2026, afterwards"),
        (
            '"mounts":{"persistent":{"size":200,"path":"/workspace"}}',
            "REST v2, 2026-08: no network mount beside it",
        ),
    ),
    text=(
        Rule(
            words="terminate terminated terminating terminates termination deleted deleting removed remove",
            pattern=r"pod not found to terminate"
            r"|\b(?:terminat\w+|delet(?:e|es|ed|ing) (?:the |a |your |my )?pod|remov(?:e|ed|ing) (?:the |a |your |my )?pod)\b.{0,100}\b(?:permanently|delet\w+|destroy\w*|eras\w+|los[et]\w*|gone|wipe[sd]?|remov\w+)\b.{0,80}\b(?:data|volume|disk|files?|everything|workspace|checkpoints?|weights?|models?|adapters?)\b"
            r"|\b(?:data|volume|disk|files?|everything|workspace|checkpoints?|weights?|models?|adapters?)\b.{0,100}\b(?:delet\w+|destroy\w*|eras\w+|lost|gone|wiped|removed)\b.{0,60}\b(?:terminat\w+|with (?:the|its|that) pod|pod (?:was |is |got )?(?:deleted|removed))",
            reason="what lay on the volume disk ended with its Pod",
            unless=r"connection|session|process|network volume .*(?:kept|survive|preserv)",
        ),
        Rule(
            words="pod",
            pattern=r"\bPOD LOST\b|\b(?:gone|lost|deleted|died|vanished) with (?:the |its |that |my )?pod\b|\bpod disk\b.{0,40}\b(?:gone|lost|deleted)",
            reason="data were lost with their Pod",
        ),
        Rule(
            words="persistent",
            pattern=r'"mounts"\s*:\s*\{\s*"persistent"\s*:\s*\{[^}]*"size"\s*:\s*[1-9]\d*[^}]*\}\s*\}',
            reason="the API row has a volume disk and no network volume: terminate deletes it",
        ),
        Rule(
            words="volumeingb",
            pattern=r'"volumeInGb"\s*:\s*[1-9]\d*(?=.*"networkVolume(?:Id)?"\s*:\s*(?:null|""))',
            reason="the API row has a volume disk and no network volume: terminate deletes it",
        ),
    ),
)
