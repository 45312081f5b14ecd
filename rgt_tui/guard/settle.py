"""Whether a Pod is as a request wanted it: how an unknown outcome is resolved by reading."""

from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.request import Act, Patch, PodRequest, Run, Verb
from rgt_tui.domain.text import clean

_COMING = (PodStatus.PROVISIONING, PodStatus.STARTING, PodStatus.RUNNING)


def is_settled(request: PodRequest, pod: Pod, asked_s: float) -> bool:
    """Whether what was asked has happened, as far as the Pod shows it.

    Args:
        request: what was asked.
        pod: as read afterwards.
        asked_s: seconds since it was asked.
    """
    match request:
        case Act(verb=Verb.START):
            return pod.status in _COMING
        case Act(verb=Verb.STOP):
            return pod.is_stopped
        case Act(verb=Verb.RESTART):
            return pod.start != request.start or _is_young(pod, asked_s)
        case Patch(changes=changes):
            return all(_is(pod, name, value) for name, value in changes.items())
        case _:
            return False


def is_told(request: PodRequest) -> bool:
    """Whether a Pod as it is read tells what the request asked for."""
    told = frozenset({"name", "locked", "image", "args", "disk", "ports", "mounts"})
    return isinstance(request, Act) or (set(request.changes) <= told and request.env is None)


def why_not_now(request: PodRequest | Run, pod: Pod) -> str | None:
    """Why a request must not go to the Pod as it is now; None when it may.

    What was decided about one start of a Pod is not carried out on another.
    """
    if pod.start != request.start:
        return "it was started anew since you looked"
    if isinstance(request, Act) and request.verb.value not in pod.actions:
        state = "it is locked" if pod.locked else f"it is {clean(pod.status, 40)}"
        return f"the service does not allow {request.verb} now: {state}"
    if pod.cluster is not None:
        return "it belongs to a cluster, which is changed as a whole"
    return None


def _is_young(pod: Pod, asked_s: float) -> bool:
    uptime = pod.runtime.uptime_s if pod.runtime is not None else None
    return uptime is not None and uptime < asked_s


def _is(pod: Pod, name: str, value: object) -> bool:
    """Whether a field has the value; one that the service does not give back is not known to."""
    shown: dict[str, object] = {
        "name": pod.name,
        "locked": pod.locked,
        "image": pod.image,
        "args": pod.args,
        "disk": pod.disk_gb,
        "ports": list(pod.ports) if pod.ports is not None else None,
    }
    if name == "mounts" and isinstance(value, dict):
        disk = pod.volume_disk
        wanted = value.get("persistent")
        has = {"size": disk.size_gb, "path": disk.path} if disk is not None else None
        return wanted is not None and has == wanted
    return name in shown and shown[name] == value
