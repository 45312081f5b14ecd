"""Line 5: whether nothing on the Pod still makes what would be lost."""

from typing import Final

from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.evidence import Observed
from rgt_tui.dossier.view import LISTED_S, SHELL_S, View
from rgt_tui.guard.items import Datum, Exhibit, Found, Item
from rgt_tui.probes.nvidia_smi import IDLE_PERCENT, GpuReport
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.probes.rocm_smi import AmdReport
from rgt_tui.probes.unsaved import UnsavedReport

SETTLE_S: Final = 30.0
"""How long the newest file must have been left alone, by the Pod's own clock."""


def quiet(view: View) -> Exhibit | None:
    """Who works, writes or copies on the Pod."""
    pod = view.pod
    needs_gpu = pod.gpu_id is not None and pod.gpu_count != 0
    if pod.is_stopped:
        why = "it is stopped: nothing runs on it and nothing writes"
        return view.exhibit(Item.QUIET, Found.PROVED, why, SHELL_S)
    if view.no_road is not None:
        seen_busy = _busy_from_afar(view, needs_gpu=needs_gpu)
        if seen_busy is not None:
            return seen_busy
        return view.exhibit(Item.QUIET, Found.UNSEEN, view.no_road, SHELL_S)
    processes, unsaved = view.seen(ProcessReport, SHELL_S), view.seen(UnsavedReport, LISTED_S)
    listed = view.checkpoints
    gpus: Observed[GpuReport] | Observed[AmdReport] | None = view.seen(GpuReport, SHELL_S)
    gpus = gpus or view.seen(AmdReport, SHELL_S)
    looked: tuple[tuple[object, type], ...] = (
        (processes, ProcessReport),
        (unsaved, UnsavedReport),
        (listed, CheckpointList),
        *(((gpus, GpuReport),) if needs_gpu else ()),
    )
    missing = next((kind for seen, kind in looked if seen is None), None)
    if missing is not None or processes is None or unsaved is None or listed is None:
        why_not = view.why_unseen(missing or ProcessReport)
        return None if why_not is None else view.exhibit(Item.QUIET, Found.UNSEEN, why_not, SHELL_S)
    if not unsaved.value.has_writers:
        why = "who has files open could not be listed"
        return view.exhibit(Item.QUIET, Found.UNSEEN, why, SHELL_S)
    busy = (
        *(_gpu_work(view) if needs_gpu else ()),
        *_processes(processes.value),
        *(
            Datum(what=it.path, said=f"open for writing by pid {it.pid}")
            for it in unsaved.value.writers
        ),
        *_unsettled(listed.value),
    )
    blind = _gpu_blind(view) if needs_gpu else ""
    at = min(processes.at, unsaved.at, listed.at, gpus.at if gpus is not None else processes.at)
    return Exhibit(
        item=Item.QUIET,
        found=Found.REFUTED if busy else Found.UNSEEN if blind else Found.PROVED,
        why=_why(busy, blind),
        at=view.steady_of(at),
        lives_s=SHELL_S,
        data=busy or _idle(view),
        binding=tuple(sorted(it.what for it in busy)) + ((blind,) if blind else ()),
    )


def _busy_from_afar(view: View, *, needs_gpu: bool) -> Exhibit | None:
    """Work that the questions of each tick have seen, also by the gateway; None when none was.

    They cannot prove that it is quiet: who has files open is not among them.
    """
    processes = view.seen(ProcessReport, SHELL_S)
    busy = (
        *(_gpu_work(view) if needs_gpu else ()),
        *(_processes(processes.value) if processes is not None else ()),
    )
    if not busy:
        return None
    at = processes.at if processes is not None else view.now
    return Exhibit(
        item=Item.QUIET,
        found=Found.REFUTED,
        why=_why(busy, ""),
        at=view.steady_of(at),
        lives_s=SHELL_S,
        data=busy,
        binding=tuple(sorted(it.what for it in busy)),
    )


def _why(busy: tuple[Datum, ...], blind: str) -> str:
    if busy:
        more = f" and {len(busy) - 1} more" if len(busy) > 1 else ""
        return f"{busy[0].what}: {busy[0].said}{more}"
    return blind or "no GPU work, no training, serving or transfer, no file open for writing"


def _gpu_work(view: View) -> tuple[Datum, ...]:
    nvidia, amd = view.seen(GpuReport, SHELL_S), view.seen(AmdReport, SHELL_S)
    found: list[Datum] = []
    if nvidia is not None:
        found += [
            Datum(
                what=f"pid {it.pid}",
                place=f"GPU {it.gpu_uuid}",
                size=it.memory_bytes,
                said="uses a GPU",
            )
            for it in nvidia.value.processes
        ]
        figures = [(gpu.index, gpu.util_percent) for gpu in nvidia.value.gpus]
    else:
        figures = [(it.index, it.util_percent) for it in amd.value.gpus] if amd is not None else []
    found += [
        Datum(what=f"GPU {index}", said=f"{util:.0f} % busy")
        for index, util in figures
        if util is not None and util >= IDLE_PERCENT
    ]
    return tuple(found)


def _gpu_blind(view: View) -> str:
    """Why the GPUs' use is not known although they were asked; empty when it is."""
    nvidia, amd = view.seen(GpuReport, SHELL_S), view.seen(AmdReport, SHELL_S)
    utils = [it.util_percent for it in nvidia.value.gpus] if nvidia is not None else []
    if not utils and amd is not None:
        utils = [it.util_percent for it in amd.value.gpus]
    if not utils:
        return "the Pod has GPUs and none was seen"
    return "the use of a GPU is not told" if any(util is None for util in utils) else ""


def _processes(report: ProcessReport) -> tuple[Datum, ...]:
    return tuple(
        Datum(
            what=f"pid {it.pid} {it.name}", said=f"{it.work}: {it.args[:80]}", size=it.memory_bytes
        )
        for it in report.processes
        if it.work
    )


def _unsettled(listed: CheckpointList) -> tuple[Datum, ...]:
    return tuple(
        Datum(what=one.shown, at=one.modified, size=one.size, said=why)
        for one in listed.checkpoints
        if (why := one.unfinished or _young(listed, one.modified))
    )


def _young(listed: CheckpointList, modified: float) -> str:
    """Why a file counts as still being written, by the Pod's own clock."""
    return "written just now" if listed.pod_now - modified < SETTLE_S else ""


def _idle(view: View) -> tuple[Datum, ...]:
    seen = view.seen(GpuReport, SHELL_S)
    gpus = seen.value.gpus if seen is not None else ()
    return tuple(
        Datum(what=f"GPU {gpu.index}", place=gpu.name, size=gpu.memory_used_bytes, said="idle")
        for gpu in gpus
    )
