"""RP33: owners and modes cannot be changed on the network volume.

Symptom: "chown: Operation not permitted", rsync ends with code 23, postgres refuses its folder,
ssh ignores a key there. Cause: the mount maps everything to one user. Fix: copy without owners and
modes, keep what needs them on the container disk.
Source: public repositories on RunPod, 2025 to 2026; the mount options user_id=0,group_id=0.
"""

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.volume import MountKind
from rgt_tui.facts import is_in_logs
from rgt_tui.probes.df import DiskReport


def _detect(subject: Subject) -> Verdict:
    pod, seen = subject.this, subject.seen(DiskReport)
    kinds = (MountKind.NETWORK, MountKind.GLOBAL)
    refusing = [mount for mount in seen.value.mounts if mount.kind in kinds]
    if not refusing:
        return Absent("no network or global volume is mounted: chown works on its disks")
    if not is_in_logs(pod, subject.evidence, "RP33"):
        return Absent(f"{refusing[0].path} refuses chown by its kind; its logs show no trouble")
    said = f"{refusing[0].path} is mounted from {refusing[0].source}, which refuses chown"
    return Present((Said("ssh", said, seen.at),))


DETECTOR = Detector(
    code="RP33",
    title="chown refused on the volume",
    severity=Severity.INFO,
    cause=(
        "Network and global volumes are FUSE mounts that map everything to one user: chown is refused and "
        "chmod is ignored. Programs that insist on owners or modes fail there, though the data are fine."
    ),
    fix=(
        "Copy without them: rsync -rltD --no-owner --no-group --no-perms; tar --no-same-owner; cp without -a",
        "Keep on the container disk what needs modes: SSH keys, database folders, virtual environments with setuid",
        "rsync's code 23 with nothing but chown lines means that the data did arrive; verify them all the same",
    ),
    source="Mount options user_id=0,group_id=0 of RunPod network volumes; public repositories, 2025 to 2026",
    needs=(DiskReport,),
    max_age_s=180.0,
    applies=lambda subject: (
        subject.pod is not None and subject.pod.is_running and bool(subject.pod.network_mounts)
    ),
    detect=_detect,
    strings=(
        (
            "chown: changing ownership of '/workspace/data': Operation not permitted",
            "GNU coreutils 8 to 9",
        ),
        (
            'rsync: [receiver] chown "/workspace/data/.x.bin.Ab12Cd" failed: Operation not permitted (1)',
            "rsync 3.2",
        ),
        (
            "tar: model.bin: Cannot change ownership to uid 1000, gid 1000: Operation not permitted",
            "GNU tar 1",
        ),
    ),
    text=(
        Rule(
            words="chown chgrp chmod ownership owner lchown fchown",
            pattern=r"\b(?:l|f)?ch(?:own|grp|mod)\b.{0,160}\b(?:Operation not permitted|not permitted|Permission denied|EPERM|refused|fail\w*)|\bOperation not permitted\b.{0,40}\bch(?:own|grp|mod)\b|(?:chang\w+|preserv\w+|set(?:ting)?) (?:the )?(?:ownership|owner|group|permissions)\b.{0,120}\b(?:Operation not permitted|not permitted|fail\w*)|Cannot change (?:ownership|mode) to",
            reason="owners cannot be changed on this mount",
        ),
        Rule(
            words="permissions ownership+directory",
            pattern=r"could not change permissions of directory|data directory \"?\S+\"? has (?:wrong ownership|invalid permissions|group or world access)|(?:initdb|postgres)\b.{0,80}\b(?:permissions|ownership)",
            reason="a database refuses the folder: its owner or mode cannot be set",
        ),
        Rule(
            words="attrs",
            pattern=r"some files/attrs were not transferred.{0,60}code 23",
            reason="rsync could not set owners or modes",
        ),
        Rule(
            words="errno+permitted permissionerror",
            pattern=r"\[Errno 1\] Operation not permitted: '/(?:workspace|runpod-volume)\b",
            reason="the network volume refuses a change of owner or mode",
        ),
    ),
)
