"""Changes a setting of a Pod's container. It resets a running Pod: asked for as a stop is."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from rgt_tui.actions import Action, Confirm, Field, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Patch, Request
from rgt_tui.facts import stores
from rgt_tui.panes import Block, Cell, Line, Scene, Tone

FIELDS: Final = ("image", "args", "ports", "disk", "volume")
DISK_MAX: Final = 10_000
"""GB; a larger number is taken for a slip."""


def request(pod: Pod, text: str) -> Request | str:
    """What would be sent for `NAME FIELD=VALUE`, or why nothing can be."""
    for name in (pod.name, pod.id):
        if name and text.startswith(f"{name} "):
            setting = text[len(name) + 1 :].strip()
            break
    else:
        return "the Pod's name comes first, as a stop asks for it"
    key, equals, value = setting.partition("=")
    if not equals or key not in FIELDS:
        return f"then FIELD=VALUE; fields are {', '.join(FIELDS)}"
    changes = _changes(pod, key, value.strip())
    if isinstance(changes, str):
        return changes
    return Patch(
        doing=f"set {key} of {pod.label}",
        pod=pod.id,
        name=pod.label,
        start=pod.start,
        changes=MappingProxyType(changes),
    )


def _changes(pod: Pod, key: str, value: str) -> dict[str, object] | str:
    match key:
        case "image":
            if not value or " " in value or value == pod.image:
                return "an image is one word, and another than the present one"
            return {"image": value}
        case "args":
            return {"args": value}
        case "ports":
            ports = [port for port in value.split(",") if port]
            return {"ports": ports} if all(map(_is_port, ports)) else "ports are 22/tcp,8888/http"
        case "disk":
            return _grown(pod.disk_gb, value, lambda size: {"disk": size})
        case _:
            disk = pod.volume_disk
            if disk is None:
                return "it has no volume disk; a Pod gets one only when it is made"
            return _grown(
                disk.size_gb,
                value,
                lambda size: {"mounts": {"persistent": {"size": size, "path": disk.path}}},
            )


def _is_port(port: str) -> bool:
    number, slash, kind = port.partition("/")
    return bool(slash) and number.isascii() and number.isdigit() and kind in ("tcp", "http", "udp")


def _grown(
    now: int | None, value: str, build: Callable[[int], dict[str, object]]
) -> dict[str, object] | str:
    if not (value.isascii() and value.isdigit()):
        return "a size is a whole number of GB"
    size = int(value)
    if now is None:
        return "its present size is unknown"
    if not now < size <= DISK_MAX:
        return f"a disk can only grow: more than {now} GB"
    return build(size)


def consequences(scene: Scene, pod: Pod) -> tuple[Block, ...]:
    """What a change means (REST v2, `updatePod`: any of these fields resets a running Pod)."""
    lines: list[Line] = []
    if pod.is_running:
        lines += [
            (Cell("  The container is made anew: every process ends,", Tone.BAD),),
            (Cell("  and / (container disk) is wiped, as by a stop", Tone.BAD),),
        ]
        lines += [
            (Cell(f"  {store.path} ({store.label}) stays"),)
            for store in stores(pod, scene.account)
            if store.survives_stop
        ]
    else:
        lines.append((Cell("  It is stopped: what changes shows at the next start"),))
    lines.append(
        (Cell("  Disks grow and never shrink; what they cost grows with them", Tone.WARN),)
    )
    volume = pod.volume_disk
    sizes = f"disk={pod.disk_gb} GB"
    sizes += f"  volume={volume.size_gb} GB at {volume.path}" if volume is not None else ""
    ports = ",".join(pod.ports or ()) or "none"
    return (
        Block("What it means", tuple(lines)),
        Block(
            "Now",
            (
                (Cell(f"  image={pod.image}"),),
                (Cell(f"  ports={ports}"),),
                (Cell(f"  {sizes}"),),
                (Cell("  args and variables are not shown: they may hold secrets", Tone.DIM),),
            ),
            "PATCH /v2/pods/" + pod.id,
        ),
    )


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is None:
        return None
    if pod.cluster is not None:
        return "it belongs to a cluster, which is changed as a whole"
    return "it is locked: unlock it first" if pod.locked else None


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("edit needs a Pod")
    return Confirm(
        title=f"EDIT {pod.label}  {pod.id}",
        blocks=consequences(scene, pod),
        button="Change",
        field=Field(
            f"type: {pod.label} FIELD=VALUE, FIELD of {', '.join(FIELDS)}", is_private=True
        ),
        request=lambda typed: request(pod, typed),
    )


ACTION = Action(
    name="edit",
    key="e",
    title="edit",
    tooltip="Change image, args, ports, or grow a disk; it resets a running Pod.",
    writes=True,
    is_hinted=False,
    why_not=_why_not,
    run=_run,
)
