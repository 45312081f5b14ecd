"""Long work: what runs, on which Pod, how far it is, and what came out; newest first."""

from typing import TYPE_CHECKING, Final

from rgt_tui.domain.units import UNKNOWN, show_age, show_bar, show_bytes, show_duration
from rgt_tui.panes import VERDICT_CELLS, VERDICTS, Block, Cell, Column, Line, Pane, Row, Scene, Tone

if TYPE_CHECKING:  # the first frame can spare it
    from rgt_tui.domain.job import Job

BAR_CELLS: Final = 10
TONES: Final = {"done": Tone.GOOD, "failed": Tone.BAD, "cancelled": Tone.WARN}

COLUMNS: Final = (
    Column(title="JOB", width=4, rank=2, align="right"),
    Column(title="WHAT", width=24, rank=0, grows=True),
    Column(title="POD", width=12, rank=1),
    Column(title="DONE", width=10, rank=5),
    Column(title="%", width=4, rank=3, align="right"),
    Column(title="READ", width=13, rank=6, align="right"),
    Column(title="RATE", width=8, rank=8, align="right"),
    Column(title="LEFT", width=7, rank=4, align="right"),
    Column(title="AGE", width=7, rank=7, align="right"),
    Column(title="OUTCOME", width=VERDICT_CELLS, rank=1),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    return tuple(_row(job, scene.now) for job in reversed(scene.jobs))


def _row(job: "Job", now: float) -> Row:
    cells = (
        Cell(str(job.number), Tone.DIM),
        Cell(job.order.what),
        Cell(job.order.name),
        Cell(show_bar(job.percent, BAR_CELLS), Tone.PLAIN if job.is_open else Tone.DIM),
        _percent(job),
        _read(job),
        _rate(job, now),
        _left(job, now),
        Cell(show_age(now - (job.ended if job.ended is not None else job.asked))),
        _outcome(job, now),
    )
    return Row(str(job.number), cells, job.order.pod)


def _percent(job: "Job") -> Cell:
    percent = job.percent
    if percent is None:
        return Cell(UNKNOWN if job.is_open else "--", Tone.UNKNOWN if job.is_open else Tone.DIM)
    return Cell(f"{percent:.0f}%")


def _read(job: "Job") -> Cell:
    total = job.order.total
    if total is None and job.done:
        return Cell(show_bytes(job.done))
    if total is None:
        return Cell("--", Tone.DIM)
    return Cell(f"{show_bytes(job.done)}/{show_bytes(total)}")


def _rate(job: "Job", now: float) -> Cell:
    if not job.rate or job.stalled_s(now) is not None:
        return Cell("--", Tone.DIM)
    return Cell(f"{show_bytes(int(job.rate))}/s")


def _left(job: "Job", now: float) -> Cell:
    if not job.is_open:
        return Cell("--", Tone.DIM)
    left = job.seconds_left(now)
    return Cell(UNKNOWN, Tone.UNKNOWN) if left is None else Cell(show_duration(left))


def _outcome(job: "Job", now: float) -> Cell:
    if job.verdict is not None and job.end is not None and job.end.value == "done":
        return Cell(job.judged, VERDICTS[job.verdict.value])
    if job.end is not None:
        mark = "!" if job.end.value == "failed" else ""
        return Cell(f"{job.end}{mark}", TONES[job.end.value])
    if job.began is None:
        return Cell("waiting", Tone.DIM)
    return Cell("no bytes!", Tone.WARN) if job.stalled_s(now) is not None else Cell("running")


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    job = next((job for job in scene.jobs if str(job.number) == key), None)
    if job is None:
        return ()
    now = scene.now
    lines: list[Line] = [
        (Cell("what  ", Tone.ACCENT), Cell(job.order.what)),
        (Cell("pod   ", Tone.ACCENT), Cell(f"{job.order.name} {job.order.pod}")),
        (Cell("state ", Tone.ACCENT), _outcome(job, now), Cell(f"  {job.said}")),
    ]
    if job.order.total is not None or job.done:
        lines.append((Cell("bytes ", Tone.ACCENT), Cell(_progress(job, now))))
    stalled = job.stalled_s(now)
    if stalled is not None:
        lines.append((Cell(f"no byte came for {show_duration(stalled)}", Tone.WARN),))
    lines.append((Cell(_hint(job), Tone.DIM),))
    return (Block(f"Job {job.number}", tuple(lines), f"asked {show_age(now - job.asked)}"),)


def _hint(job: "Job") -> str:
    if job.is_open:
        return "X cancels it; jobs end when the console is left"
    return "D takes it off the list; B begins it again"


def _progress(job: "Job", now: float) -> str:
    of = "" if job.order.total is None else f" of {show_bytes(job.order.total)}"
    said = f"{show_bytes(job.done)}{of}"
    rate = _rate(job, now).text
    said += f", {rate}" if rate != "--" else ""
    left = job.seconds_left(now)
    if left is not None:
        return f"{said}, about {show_duration(left)} left"
    if job.began is not None and job.ended is not None:
        return f"{said} in {show_duration(job.ended - job.began)}"
    return said


def _count(scene: Scene) -> int | None:
    """How many wait or run; nothing is said when none does."""
    return sum(job.is_open for job in scene.jobs) or None


def _empty(scene: Scene) -> str:
    return (
        "No job was begun. On a checkpoint V verifies it and p pulls it; M on a Pod measures its "
        "disks."
    )


PANE = Pane(
    name="jobs",
    title="Jobs",
    order=7,
    columns=COLUMNS,
    kinds=(),
    rows=_rows,
    detail=_detail,
    count=_count,
    empty=_empty,
    joins=False,
)
