"""Changes a setting of a Pod's container. It resets a running Pod: asked for as a stop is."""

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from rgt_tui.actions import Action, Confirm, Field, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Patch, Request
from rgt_tui.facts import stores
from rgt_tui.panes import Block, Cell, Line, Scene, Tone

FIELDS: Final = ("image", "args", "ports", "disk", "volume", "env.NAME", "unset", "registry", "net")
VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z", re.ASCII)
_RUNPODS: Final = ("RUNPOD_", "RGT_TUI_LAUNCH_")
"""Variables that RunPod sets, and our own marks: not for editing."""
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
    if equals and (key.startswith("env.") or key == "unset"):
        return _variable(pod, key, value)
    if not equals or key not in FIELDS or key == "env.NAME":
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


def _variable(pod: Pod, key: str, value: str) -> Request | str:
    """One variable set or taken away; the others are kept as they are."""
    name = value.strip() if key == "unset" else key.removeprefix("env.")
    if not VARIABLE.match(name) or name.startswith(_RUNPODS):
        return "a variable's name is letters, digits and _, and none of RunPod's own"
    if key == "unset" and name not in pod.env_names:
        return f"it has no variable {name}"
    if key != "unset" and not value:
        return "an empty value: `unset=NAME` takes a variable away"
    return Patch(
        doing=f"{'unset' if key == 'unset' else 'set'} variable {name} of {pod.label}",
        pod=pod.id,
        name=pod.label,
        start=pod.start,
        env=MappingProxyType({name: None if key == "unset" else value}),
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
        case "registry":
            is_id = not value or VARIABLE.match(f"_{value}")
            return (
                {"registry": value or None} if is_id else "the id of a registry login, or nothing"
            )
        case "net":
            is_word = value in ("on", "off")
            return {"globalNetworking": value == "on"} if is_word else "net is on or off"
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
                (Cell(f"  variables: {', '.join(pod.env_names) or 'none'}"),),
                (Cell("  args and the variables' values are not shown: secrets", Tone.DIM),),
                (Cell("  net=on|off: global networking; it takes effect at the next start"),),
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
            f"type: {pod.label} FIELD=VALUE, FIELD of {', '.join(FIELDS)}",
            is_private=True,
            hides=" env.",
        ),
        request=lambda typed: request(pod, typed),
    )


ACTION = Action(
    name="edit",
    key="e",
    title="edit",
    tooltip="Change image, args, ports, variables, registry, or grow a disk; it resets a running Pod.",
    writes=True,
    is_hinted=False,
    why_not=_why_not,
    run=_run,
)
