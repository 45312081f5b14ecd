"""What all evidence on a Pod is bound to."""

from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.pod import Pod
from rgt_tui.dossier.view import LISTED_S, View
from rgt_tui.guard.checklist import Binding, Incarnation
from rgt_tui.guard.items import digest_of
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.identity import IdentityReport


def binding(view: View) -> Binding:
    """The Pod, its start, its files and its mounts."""
    pod, identity = view.pod, view.evidence.value(IdentityReport)
    boot = identity.start if identity is not None and pod.is_running else None
    return Binding(
        account=view.tag,
        pod=pod.id,
        incarnation=Incarnation(start=pod.start, created=pod.created_at or 0.0, boot=boot or ""),
        manifest=_manifest(view),
        mounts=mounts_of(view),
    )


def _manifest(view: View) -> str:
    if view.pod.is_stopped:
        return view.frozen.binding.manifest if view.frozen is not None else ""
    seen = view.checkpoints
    return manifest_of(seen.value) if seen is not None else ""


def manifest_of(listed: CheckpointList) -> str:
    """Names exactly the files that were listed, as they were."""
    rows = sorted(
        [file.path, file.size, file.mtime_ns, file.ctime_ns, file.inode]
        for one in listed.checkpoints
        for file in one.files
    )
    return digest_of([rows, sorted(listed.gaps)])


def mounts_of(view: View) -> str:
    """Names the mounts by what was ordered and by what is there."""
    seen = view.seen(DiskReport, LISTED_S)
    there = [[it.path, it.source, it.fstype, it.kind] for it in seen.value.mounts] if seen else []
    return digest_of([ordered(view.pod), sorted(there)])


def ordered(pod: Pod) -> list[list[object]]:
    """The mounts as the API lists them."""
    found: list[list[object]] = []
    if pod.volume_disk is not None:
        found.append(["disk", pod.volume_disk.path, pod.volume_disk.size_gb])
    found += [["network", it.volume_id, it.path] for it in pod.network_mounts]
    found += [["unknown", kind] for kind in pod.unknown_mounts]
    return found
