"""Launches the same Pod on a fresh host, with what its symptoms call for. The old one stays."""

import json
from collections.abc import Collection

from rgt_tui.actions import Action, Confirm, Field, Outcome
from rgt_tui.domain.catalog import DataCenterList, GpuTypeList
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Request
from rgt_tui.domain.units import show_usd
from rgt_tui.panes import Block, Cell, Line, Scene, Tone


def asked(scene: Scene, pod: Pod, picks: dict[int, int]) -> Confirm:
    """The question with these picks; a digit turns to the next option of a choice."""
    from rgt_tui import launching  # the first frame can spare it

    found = launching.choices(pod, scene.account, codes_of(scene, pod), picks)
    options = launching.picked(found, picks)
    request = launching.launch(pod, options)
    wanted = (f"launch {pod.name}", f"launch {pod.id}")

    def typed(text: str) -> Request | str:
        return request if text in wanted else "what was typed is not what was asked"

    def turn(now: Scene, digit: int) -> Confirm:
        n = digit - 1
        if not 0 <= n < len(found):
            return asked(now, pod, picks)
        at = picks.get(n, found[n].default)
        return asked(now, pod, {**picks, n: (at + 1) % len(found[n].options)})

    chosen = [
        _chosen(n, choice.title, len(choice.options), option.label)
        for n, (choice, option) in enumerate(zip(found, options, strict=True), 1)
    ]
    price = options[1].price
    return Confirm(
        title=f"LAUNCH like {pod.label}  {pod.id}",
        blocks=(
            Block("Choices", tuple(chosen), "a digit turns to the next"),
            Block("What it means", _meaning(pod, None if price is None else show_usd(price))),
            Block("The request", tuple(_lines(launching.shown(request, pod))), "POST /v2/pods"),
        ),
        button="Launch",
        field=Field(f"type: launch {pod.label}"),
        request=typed,
        turn=turn,
        kinds=ACTION.kinds,
    )


def codes_of(scene: Scene, pod: Pod) -> Collection[str]:
    """The symptoms that the Pod has."""
    return frozenset(f.code for f in scene.of(pod.id) if f.is_present)


def _chosen(number: int, title: str, count: int, label: str) -> Line:
    more = f"  (1 of {count})" if count > 1 else ""
    return (
        Cell(f"  {number} {title:<15}", Tone.ACCENT),
        Cell(label),
        Cell(more, Tone.DIM),
    )


def _meaning(pod: Pod, price: str | None) -> tuple[Line, ...]:
    bills = "$?" if price is None else f"${price}"
    lines: list[Line] = [
        (
            Cell(
                f"  {bills}/h for its GPUs from the moment it starts; {pod.label} stays and bills on"
            ),
        )
    ]
    if pod.volume_disk is not None:
        words = (
            f"  {pod.volume_disk.path} of {pod.label} is not copied: pull or send what is needed"
        )
        lines.append((Cell(words, Tone.WARN),))
    if "@sha256:" not in pod.image:
        lines.append(
            (Cell("  the image is named by a tag: a digest would pin what runs", Tone.DIM),)
        )
    return tuple(lines)


def _lines(body: dict[str, object]) -> list[Line]:
    text = json.dumps(body, indent=2, ensure_ascii=True, sort_keys=True)
    return [(Cell(f"  {line}"),) for line in text.split("\n")]


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    from rgt_tui import launching  # the first frame can spare it

    return None if pod is None else launching.why_not(pod)


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("relaunch needs a Pod")
    return asked(scene, pod, {})


ACTION = Action(
    name="relaunch",
    key="N",
    title="relaunch",
    tooltip="The same Pod anew on a fresh host, with what its symptoms call for; the old one stays.",
    writes=True,
    is_hinted=False,
    why_not=_why_not,
    run=_run,
    kinds=frozenset({GpuTypeList, DataCenterList}),
)
