"""The disks of every Pod: how full, and what stop and terminate would wipe."""

from typing import Any

from rgt_tui.courses import growth_per_hour, hours_to_full
from rgt_tui.domain.evidence import Observed, Reading
from rgt_tui.domain.objects import StoredUses
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.units import (
    MIB,
    show_age,
    show_bar,
    show_bytes,
    show_duration,
    show_percent,
)
from rgt_tui.domain.volume import MountKind
from rgt_tui.facts import road_note, stores, unreachable_why
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.probes._walk import DiskUse
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.environment import EnvironmentReport
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.volume_use import VolumeUseReport
from rgt_tui.storage import Store

FULL_PERCENT = 95.0
TIGHT_PERCENT = 85.0
BAR_CELLS = 10
OFFENDERS = 4
SOON_H = 6.0
LONG_H = 24.0 * 60
"""A disk that is full in more than two months is not said to fill up."""

_COLUMNS = (
    Column(title="POD", width=12, rank=0),
    Column(title="MOUNT", width=12, rank=1, grows=True),
    Column(title="KIND", width=14, rank=6),
    Column(title="USED", width=6, rank=2, align="right"),
    Column(title="SIZE", width=6, rank=3, align="right"),
    Column(title="%", width=5, rank=4, align="right"),
    Column(title="FILL", width=10, rank=9),
    Column(title="GROWTH", width=9, rank=8, align="right"),
    Column(title="FULL IN", width=7, rank=10, align="right"),
    Column(title="INODES", width=6, rank=12, align="right"),
    Column(title="STOP", width=5, rank=7),
    Column(title="TERMINATE", width=9, rank=5),
    Column(title="SIZE BY", width=11, rank=11),
    Column(title="SOURCE", width=26, rank=13),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    disks = {pod: stores(pod, scene.account) for pod in scene.account.pods}
    pods = sorted(disks, key=lambda pod: (*_urgency(disks[pod]), pod.label, pod.id))
    return tuple(_row(pod, store, scene) for pod in pods for store in disks[pod])


def _urgency(disks: tuple[Store, ...]) -> tuple[bool, bool, float]:
    """Orders Pods: a disk that hangs first, then the fullest, then those nobody has looked at."""
    known = [
        disk.percent
        for disk in disks
        if disk.percent is not None and disk.kind is not MountKind.SHM
    ]
    hangs = any(disk.hung for disk in disks)
    return not hangs, not known, -max(known, default=0.0)


def _row(pod: Pod, store: Store, scene: Scene) -> Row:
    growth = _growth(pod, store, scene)
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
        _growth_cell(growth),
        _full_in(store, growth),
        _inodes(store),
        Cell("kept", Tone.GOOD) if store.survives_stop else Cell("wiped", Tone.WARN),
        Cell("kept", Tone.GOOD) if store.survives_terminate else _deleted(store),
        _told_by(store, scene.now),
        Cell(f"{store.source or '--'}{' read-only!' if store.is_read_only else ''}", Tone.DIM),
    )
    return Row(f"{pod.id}{store.path}", cells, pod.id)


def _used(store: Store) -> Cell:
    if store.hung:
        return Cell("hung!", Tone.BAD)
    if store.used_bytes is None:
        return Cell("?", Tone.UNKNOWN)
    return Cell(f"{'>' if store.used_is_least else ''}{show_bytes(store.used_bytes)}")


def _told_by(store: Store, now: float) -> Cell:
    """Who told the size; and who added up the use and when, where `df` cannot know it."""
    if store.used_at is None:
        return Cell(store.size_source, Tone.DIM)
    return Cell(
        f"{store.size_source}, {store.used_source} {show_age(now - store.used_at)}", Tone.DIM
    )


def _growth(pod: Pod, store: Store, scene: Scene) -> float | None:
    """Bytes an hour; unknown where `df` does not tell the use."""
    if store.used_source != "df":
        return None
    reading: Reading[DiskReport] = scene.account.about(pod.id).reading(DiskReport)
    return growth_per_hour(reading.history, store.path, scene.now)


def _growth_cell(growth: float | None) -> Cell:
    if growth is None:
        return Cell("?", Tone.UNKNOWN)
    if abs(growth) < MIB:
        return Cell("0/h", Tone.DIM)
    return Cell(f"{'+' if growth > 0 else '-'}{show_bytes(int(abs(growth)))}/h")


def _full_in(store: Store, growth: float | None) -> Cell:
    hours = hours_to_full(store.used_bytes, store.size_bytes, growth)
    if hours is None or hours > LONG_H:
        return Cell("--", Tone.DIM)
    tone = Tone.BAD if hours < SOON_H else Tone.PLAIN
    return Cell(f"{show_duration(hours * 3600)}{'!' if hours < SOON_H else ''}", tone)


def _inodes(store: Store) -> Cell:
    if store.inodes_percent is None:
        return Cell("--", Tone.DIM)
    mark = "!" if store.inodes_percent >= FULL_PERCENT else ""
    return Cell(f"{show_percent(store.inodes_percent)}{mark}", _fill_tone(store.inodes_percent))


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
    disks = stores(pod, scene.account)
    lines = [line for store in disks for line in _story(pod, store, scene)]
    lines += _losses(disks)
    why = unreachable_why(pod, scene.account.about(pod.id))
    if why is not None:
        lines.insert(0, (Cell("? ", Tone.UNKNOWN), Cell(f"df was not seen: {why}", Tone.UNKNOWN)))
    seen = scene.account.about(pod.id).latest(DiskReport)
    note = "df never seen"
    if seen is not None:
        road = road_note(scene.account.about(pod.id))
        note = f"df {show_age(scene.now - seen.at)}{road}"
    return (Block(f"Disks of {pod.label}", tuple(lines), note), _filling(pod, disks, scene))


def _losses(disks: tuple[Store, ...]) -> list[Line]:
    """What stop wipes and what terminate deletes on top, as far as the use is known."""
    real = [disk for disk in disks if disk.kind is not MountKind.SHM]
    wiped = [disk for disk in real if not disk.survives_stop]
    deleted = [disk for disk in real if disk.survives_stop and not disk.survives_terminate]
    told = []
    for word, lost in (("stop wipes", wiped), ("terminate also deletes", deleted)):
        if lost:
            names = ", ".join(f"{show_bytes(disk.used_bytes)} on {disk.path}" for disk in lost)
            told.append(f"{word} {names}")
    if not told:
        return []
    return [(Cell("LOSS  ", Tone.ACCENT), Cell("; ".join(told), Tone.WARN))]


def _filling(pod: Pod, disks: tuple[Store, ...], scene: Scene) -> Block:
    """What fills the disks, where caches point, and what trash takes room."""
    evidence = scene.account.about(pod.id)
    lines: list[Line] = []
    ages = []
    for kind in (LargestReport, VolumeUseReport):
        seen: Observed[Any] | None = evidence.latest(kind)
        if seen is None:
            continue
        ages.append(show_age(scene.now - seen.at))
        for use in seen.value.mounts:
            lines += _use_lines(use)
    lines += _caches(evidence.value(EnvironmentReport), disks)
    if not ages:
        why = "not measured yet: it is walked every 15 min, a network volume every hour"
        lines.insert(0, (Cell(f"? {why}", Tone.UNKNOWN),))
    return Block("What fills them", tuple(lines), f"walked {', '.join(ages)}" if ages else "")


def _use_lines(use: DiskUse) -> list[Line]:
    found = [f"{it.path} {show_bytes(it.size_bytes)}" for it in use.offenders[:OFFENDERS]]
    files = [f"{it.path} {show_bytes(it.size_bytes)}" for it in use.large_files[:2]]
    notes = "" if use.is_whole else ", at least: the walk ran out of time"
    notes += ", with the image's own files" if use.includes_image else ""
    head = Cell(f"{use.mount}  ", Tone.ACCENT)
    total = (
        f"{show_bytes(use.total_bytes)} in {'?' if use.files is None else use.files} files{notes}"
    )
    lines: list[Line] = [(head, Cell(total))]
    if found:
        lines.append((Cell("  folders  ", Tone.DIM), Cell("  ".join(found))))
    if files:
        lines.append((Cell("  files  ", Tone.DIM), Cell("  ".join(files))))
    trash = [it for it in use.trash if it.size_bytes >= MIB]
    if trash:
        told = "  ".join(f"{it.path} {show_bytes(it.size_bytes)}" for it in trash)
        lines.append((Cell("  trash  ", Tone.DIM), Cell(told, Tone.WARN)))
    return lines


def _caches(report: EnvironmentReport | None, disks: tuple[Store, ...]) -> list[Line]:
    """Where each cache variable points, and whether that outlives the container."""
    if report is None:
        return []
    lines: list[Line] = []
    for cache in report.caches:
        path = cache.path or ""
        disk = _holding(path, disks)
        lasts = disk is not None and disk.survives_stop
        where = disk.label if disk is not None else "?"
        tone = Tone.PLAIN if lasts else Tone.WARN
        lines.append((Cell(f"{cache.variable} ", Tone.ACCENT), Cell(f"{path} ({where})", tone)))
    if report.cache("HF_HOME") is None:
        unset = "unset: ~/.cache/huggingface (container disk)"
        lines.append((Cell("HF_HOME ", Tone.ACCENT), Cell(unset, Tone.WARN)))
    return lines


def _holding(path: str, disks: tuple[Store, ...]) -> Store | None:
    """The disk on which a path lies."""
    within = [disk for disk in disks if f"{path}/".startswith(f"{disk.path.rstrip('/')}/")]
    return max(within, key=lambda disk: len(disk.path), default=None)


def _story(pod: Pod, store: Store, scene: Scene) -> tuple[Line, ...]:
    amount = f"{show_bytes(store.used_bytes)} of {show_bytes(store.size_bytes)}"
    if store.used_at is not None:
        least = "at least " if store.used_is_least else ""
        amount = f"{least}{amount} ({store.used_source} {show_age(scene.now - store.used_at)})"
    growth = _growth(pod, store, scene)
    hours = hours_to_full(store.used_bytes, store.size_bytes, growth)
    if growth is not None and growth >= MIB:
        amount += f", {_growth_cell(growth).text}"
    if hours is not None and hours <= LONG_H:
        amount += f", full in about {show_duration(hours * 3600)}"
    first: Line = (
        Cell(f"{store.path}  ", Tone.ACCENT),
        Cell(f"{store.label}: {amount}, {_fate(store)}"),
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
    wants=(StoredUses,),  # what a network volume holds, where no Pod has counted it
    rows=_rows,
    detail=_detail,
    empty=_empty,
)
