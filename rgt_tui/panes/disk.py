"""The disks of every Pod: how full, and what stop and terminate would wipe."""

from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.units import show_age, show_bar, show_bytes, show_percent
from rgt_tui.domain.volume import MountKind
from rgt_tui.facts import stores, unreachable_why
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.probes.df import DiskReport
from rgt_tui.storage import Store

FULL_PERCENT = 95.0
TIGHT_PERCENT = 85.0
BAR_CELLS = 10

_COLUMNS = (
    Column(title="POD", width=12, rank=0),
    Column(title="MOUNT", width=12, rank=1, grows=True),
    Column(title="KIND", width=14, rank=6),
    Column(title="USED", width=6, rank=2, align="right"),
    Column(title="SIZE", width=6, rank=3, align="right"),
    Column(title="%", width=5, rank=4, align="right"),
    Column(title="FILL", width=10, rank=9),
    Column(title="STOP", width=5, rank=7),
    Column(title="TERMINATE", width=9, rank=5),
    Column(title="SIZE BY", width=7, rank=8),
    Column(title="SOURCE", width=26, rank=10),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    disks = {pod: stores(pod, scene.account) for pod in scene.account.pods}
    pods = sorted(disks, key=lambda pod: (*_urgency(disks[pod]), pod.label, pod.id))
    return tuple(_row(pod, store) for pod in pods for store in disks[pod])


def _urgency(disks: tuple[Store, ...]) -> tuple[bool, bool, float]:
    """Orders Pods: a disk that hangs first, then the fullest, then those nobody has looked at."""
    known = [
        disk.percent
        for disk in disks
        if disk.percent is not None and disk.kind is not MountKind.SHM
    ]
    hangs = any(disk.hung for disk in disks)
    return not hangs, not known, -max(known, default=0.0)


def _row(pod: Pod, store: Store) -> Row:
    cells = (
        Cell(pod.label),
        Cell(store.path),
        Cell(store.label, Tone.PLAIN if store.agrees else Tone.WARN),
        _used(store),
        Cell(
            show_bytes(store.size_bytes), Tone.UNKNOWN if store.size_bytes is None else Tone.PLAIN
        ),
        _percent(store),
        _bar(store),
        Cell("kept", Tone.GOOD) if store.survives_stop else Cell("wiped", Tone.WARN),
        Cell("kept", Tone.GOOD) if store.survives_terminate else _deleted(store),
        Cell(store.size_source, Tone.DIM),
        Cell(store.source or "--", Tone.DIM),
    )
    return Row(f"{pod.id}{store.path}", cells, pod.id)


def _used(store: Store) -> Cell:
    if store.hung:
        return Cell("hung!", Tone.BAD)
    return Cell(
        show_bytes(store.used_bytes), Tone.UNKNOWN if store.used_bytes is None else Tone.PLAIN
    )


def _percent(store: Store) -> Cell:
    if store.percent is None:
        return Cell("?", Tone.UNKNOWN)
    mark = "!" if store.percent >= FULL_PERCENT else ""
    return Cell(f"{show_percent(store.percent)}{mark}", _fill_tone(store.percent))


def _bar(store: Store) -> Cell:
    tone = Tone.DIM if store.percent is None else _fill_tone(store.percent)
    return Cell(show_bar(store.percent, BAR_CELLS), tone)


def _fill_tone(percent: float) -> Tone:
    if percent >= FULL_PERCENT:
        return Tone.BAD
    return Tone.WARN if percent >= TIGHT_PERCENT else Tone.PLAIN


def _deleted(store: Store) -> Cell:
    """A volume disk survives stop, so its deletion at terminate is the one that surprises."""
    return Cell("DELETED", Tone.BAD) if store.kind is MountKind.VOLUME else Cell("wiped", Tone.WARN)


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    pod = next((pod for pod in scene.account.pods if key.startswith(f"{pod.id}/")), None)
    if pod is None:
        return ()
    lines = [line for store in stores(pod, scene.account) for line in _story(store)]
    why = unreachable_why(pod, scene.account.about(pod.id))
    if why is not None:
        lines.insert(0, (Cell("? ", Tone.UNKNOWN), Cell(f"df was not seen: {why}", Tone.UNKNOWN)))
    seen = scene.account.about(pod.id).latest(DiskReport)
    note = f"df {show_age(scene.now - seen.at)}" if seen is not None else "df never seen"
    return (Block(f"Disks of {pod.label}", tuple(lines), note),)


def _story(store: Store) -> tuple[Line, ...]:
    fate = _fate(store)
    amount = f"{show_bytes(store.used_bytes)} of {show_bytes(store.size_bytes)}"
    first: Line = (
        Cell(f"{store.path}  ", Tone.ACCENT),
        Cell(f"{store.label}: {amount}, {fate}"),
    )
    if store.agrees:
        return (first,)
    warning = "  the API and the mount table disagree: its data count as lost"
    return (first, (Cell(warning, Tone.BAD),))


def _fate(store: Store) -> str:
    if store.survives_terminate:
        return "survives stop and terminate"
    if store.survives_stop:
        return "survives stop, deleted by terminate"
    return "wiped by stop and terminate"


def _empty(scene: Scene) -> str:
    if scene.account.evidence.latest(PodList) is None:
        return "The Pod list has not been read yet, so no disk is known."
    return "This account has no Pods, so there is no disk to show."


PANE = Pane(
    name="disk",
    title="Disk",
    order=3,
    columns=_COLUMNS,
    kinds=(DiskReport,),
    rows=_rows,
    detail=_detail,
    empty=_empty,
)
