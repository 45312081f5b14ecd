"""Checkpoints: where they lie, how old the newest is, whether they are whole and outlive the Pod."""

from typing import TYPE_CHECKING, Final

from rgt_tui.domain.checkpoint import CheckpointList, Verdict, shown_verdict
from rgt_tui.domain.holding import HeldHere
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.stored import StoredCheckpoints
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import UNKNOWN, show_age, show_bytes, show_duration
from rgt_tui.domain.written_behind import WrittenBehind
from rgt_tui.panes import VERDICT_CELLS, VERDICTS, Block, Cell, Column, Line, Pane, Row, Scene, Tone

if TYPE_CHECKING:  # the first frame can spare it
    from rgt_tui.domain.job import Job
    from rgt_tui.saved_facts import Saved

FILES_SHOWN: Final = 12
COPIES_SHOWN: Final = 4
OUT_OF_REACH: Final = "? out of reach"
"""In place of a verdict on what was seen of a Pod that does not run any more."""

COLUMNS: Final = (
    Column(title="POD", width=12, rank=2),
    Column(title="CHECKPOINT", width=27, rank=0, grows=True),
    Column(title="AGE", width=6, rank=1, align="right"),
    Column(title="STEP", width=8, rank=7, align="right"),
    Column(title="SIZE", width=6, rank=5, align="right"),
    Column(title="FORMAT", width=11, rank=8),
    Column(title="MOUNT", width=12, rank=10),
    Column(title="STORAGE", width=10, rank=6),
    Column(title="STOP", width=5, rank=9),
    Column(title="TERM", width=5, rank=3),
    Column(title="VERDICT", width=VERDICT_CELLS, rank=4),
    Column(title="COPIES", width=6, rank=11, align="right"),
    Column(title="BY", width=3, rank=12),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    """Newest first over all Pods; what is not known stands after them and says why."""
    known = sorted(_saved(scene), key=lambda one: (one.age_s, one.owner, one.one.path))
    rows = [_row(one, scene) for one in known]
    for pod in sorted(scene.account.pods, key=lambda pod: (pod.label, pod.id)):
        rows.extend(_open(pod, scene))
    return tuple(rows)


def _saved(scene: Scene) -> "tuple[Saved, ...]":
    from rgt_tui.saved_facts import saved_apart, saved_on

    account, now = scene.account, scene.now
    own = tuple(one for pod in account.pods for one in saved_on(pod, account, now))
    return (*own, *saved_apart(account, now))


def _key(one: "Saved") -> str:
    return f"{one.pod.id if one.pod is not None else one.lies.place}:{one.one.path}"


def _row(saved: "Saved", scene: Scene) -> Row:
    one, job = saved.one, _job(saved, scene)
    kind = saved.lies.kind
    cells = (
        Cell(saved.owner),
        Cell(one.called, Tone.WARN if one.unfinished else Tone.PLAIN),
        Cell(_age(saved)),
        Cell(UNKNOWN, Tone.DIM) if one.step is None else Cell(str(one.step)),
        Cell(show_bytes(one.size)),
        Cell(one.format, Tone.DIM),
        Cell(saved.lies.mount or UNKNOWN, Tone.DIM),
        Cell(kind.value) if kind is not None else Cell(UNKNOWN, Tone.UNKNOWN),
        _fate(saved.survives_stop),
        _fate(saved.survives_terminate),
        _verdict(saved) if job is None else _at_work(job, scene.now),
        Cell(str(len(saved.copies)) if saved.copies else "--", Tone.DIM),
        Cell(saved.by, Tone.DIM),
    )
    return Row(_key(saved), cells, saved.pod.id if saved.pod is not None else None)


def _age(saved: "Saved") -> str:
    return "now" if saved.age_s < 1 else show_duration(saved.age_s)


def _fate(survives: bool) -> Cell:  # the cell of a flag
    return Cell("kept", Tone.GOOD) if survives else Cell("LOST", Tone.WARN)


def _verdict(saved: "Saved") -> Cell:
    if saved.seen_at is not None:
        return Cell(OUT_OF_REACH, Tone.UNKNOWN)
    if saved.one.unfinished:
        return Cell("writing", Tone.WARN)
    if saved.level is None:
        return Cell("? unread", Tone.UNKNOWN)
    return Cell(shown_verdict(saved.verdict, saved.level), VERDICTS[saved.verdict.value])


def _job(saved: "Saved", scene: Scene) -> "Job | None":
    """The work that waits or runs on it."""
    from rgt_tui.domain.job import job_on

    return job_on(scene.jobs, saved.pod.id, saved.one.path) if saved.pod is not None else None


def _at_work(job: "Job", now: float) -> Cell:
    """How far it is, in the place of the verdict that it will bring."""
    if job.began is None:
        return Cell("waits", Tone.DIM)
    if job.stalled_s(now) is not None:
        return Cell("no bytes!", Tone.WARN)
    percent = job.percent
    done = UNKNOWN if percent is None else f"{percent:.0f}%"
    return Cell(f"{job.order.verb} {done}", Tone.ACCENT)


def _job_line(job: "Job", now: float) -> Line:
    stalled = job.stalled_s(now)
    quiet = f"; no byte came for {show_duration(stalled)}" if stalled is not None else ""
    said = f": {job.said}{quiet}; 7 shows it, X there cancels it"
    number = Cell(f"job {job.number:<4}", Tone.ACCENT)
    return (number, _at_work(job, now), Cell(said))


def _open(pod: Pod, scene: Scene) -> list[Row]:
    """Lines for what is not known of a Pod, and for a Pod that has no checkpoint."""
    from rgt_tui.saved_facts import gaps_of, saved_on, unknown_why

    why = unknown_why(pod, scene.account)
    if why:
        # The Pod's name stands in the row: behind it, and its address, is what fits.
        short = why.partition("): ")[2] if why.startswith(f"{pod.name} (") else why
        return [_line(pod, f"not known: {short or why}", Tone.UNKNOWN, "unknown")]
    gaps = gaps_of(pod, scene.account)
    rows = []
    if gaps:
        text = f"{len(gaps)} places were not seen: {gaps[0]}"
        rows.append(_line(pod, text, Tone.WARN, "gaps"))
    elif not saved_on(pod, scene.account, scene.now):
        rows.append(_line(pod, "no checkpoint", Tone.DIM, "none"))
    return rows


def _line(pod: Pod, text: str, tone: Tone, kind: str) -> Row:
    blank = Cell("")
    unknown = Cell("" if kind == "none" else UNKNOWN, Tone.UNKNOWN)
    rest = (blank,) * (len(COLUMNS) - 3)
    return Row(
        f"{pod.id}:{kind}", (Cell(pod.label), Cell(clean(text), tone), unknown, *rest), pod.id
    )


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    chosen = next((one for one in _saved(scene) if _key(one) == key), None)
    if chosen is not None:
        blocks = (_about(chosen, scene), _where(chosen), _files(chosen))
        return (_newest(chosen.pod, scene), *blocks) if chosen.pod is not None else blocks
    pod = next((pod for pod in scene.account.pods if key.startswith(f"{pod.id}")), None)
    if pod is None:
        return ()
    return (_newest(pod, scene),)


def _newest(pod: Pod, scene: Scene) -> Block:
    """What a terminate would lose, in one sentence, and how sure that is."""
    from rgt_tui.saved_facts import gaps_of, listing, saved_on, unknown_why

    found = saved_on(pod, scene.account, scene.now)
    why = unknown_why(pod, scene.account)
    lines: list[Line] = [_loss(found, why)]
    if found and why:
        lines.append((Cell(f"what lies there now is not known: {why}", Tone.UNKNOWN),))
    gaps = gaps_of(pod, scene.account)
    lines += [((Cell("not seen: ", Tone.WARN)), Cell(gap)) for gap in gaps[:3]]
    seen = listing(pod, scene.account)
    lines += [(Cell("held here: ", Tone.ACCENT), Cell(said)) for said in _held(pod, scene)[:3]]
    if seen is not None:
        links = seen.value.links
        lines += [
            (Cell(f"link, not followed: {clean(x.path)} -> {clean(x.target)}", Tone.DIM),)
            for x in links[:2]
        ]
    note = f"listed {show_age(scene.now - seen.at)}" if seen is not None else ""
    before = next((one for one in found if one.seen_at is not None), None)
    if before is not None:
        note = _seen(before, scene)
    return Block(f"Terminate {pod.label} now", tuple(lines), note)


def _held(pod: Pod, scene: Scene) -> list[str]:
    """What is kept of a Pod on this machine, a line a group of holds."""
    seen = scene.account.evidence.latest(HeldHere)
    found = seen.value.groups if seen is not None else ()
    return [
        f"{one.files} files, {show_bytes(one.size)}, proven {show_age(scene.now - one.at)}, of "
        f"{clean(one.target)} (rgt-tui holds)"
        for one in found
        if one.pod == pod.id
    ]


def _loss(found: "tuple[Saved, ...]", why: str) -> Line:
    from rgt_tui.saved_facts import lost_s

    if not found:
        text = f"what would be lost is not known: {why}" if why else "no checkpoint was found"
        return (Cell(text, Tone.UNKNOWN if why else Tone.WARN),)
    newest = found[0]
    since = lost_s(found)
    if since is None:
        return (
            Cell("you would lose ALL of it: no checkpoint is known to be kept", Tone.BAD),
            Cell(f" (the newest is {show_duration(newest.age_s)} old)"),
        )
    line = f"you would lose {show_duration(since)} of work"
    later = [one for one in found if one.age_s < since]
    more = ""
    if later:
        state = _why_not_counted(later[0])
        more = f"; a newer one, {show_duration(later[0].age_s)} old, is {state}"
    return (Cell(line, Tone.WARN), Cell(more))


def _why_not_counted(saved: "Saved") -> str:
    if saved.seen_at is not None:
        return "out of reach"
    if saved.one.unfinished:
        return "still being written"
    return "broken" if saved.verdict is Verdict.BROKEN else "not kept"


def _about(saved: "Saved", scene: Scene) -> Block:
    one = saved.one
    lines: list[Line] = [
        (Cell("path    ", Tone.ACCENT), Cell(one.shown)),
        (
            Cell("what    ", Tone.ACCENT),
            Cell(f"{one.format}, {len(one.files)} files, {show_bytes(one.size)}{_step(saved)}"),
        ),
    ]
    if saved.seen_at is not None:
        lines.append((Cell(f"{_seen(saved, scene)}: not reachable now", Tone.UNKNOWN),))
    if one.unfinished:
        was = "" if saved.seen_at is None else "then "
        lines.append((Cell(f"{was}still being written: {one.unfinished}", Tone.WARN),))
    job = _job(saved, scene)
    if job is not None:
        lines.append(_job_line(job, scene.now))
    lines.append((Cell("verdict ", Tone.ACCENT), _verdict(saved), Cell(f"  {saved.reason}")))
    lines += _left_open(saved, scene)
    yes = "yes: its bytes are proven, and those bytes survive"
    no = "no: it needs proven bytes (full or load) and equal bytes that survive"
    lines.append(
        (Cell("by load ", Tone.ACCENT), Cell(yes, Tone.GOOD) if saved.is_loaded else Cell(no))
    )
    lines.append((Cell(_hint(saved), Tone.DIM),))
    return Block(one.called, tuple(lines), f"{_age(saved)} old")


def _hint(saved: "Saved") -> str:
    if saved.seen_at is not None and saved.pod is not None:
        from rgt_tui.domain.stopped import to_reach

        return to_reach(saved.pod)
    return "V verifies it, p pulls it" if saved.by == "ssh" else "seen over S3: no shell is needed"


def _seen(saved: "Saved", scene: Scene) -> str:
    """When what nobody can look at any more was seen."""
    pod = saved.pod
    ago = show_age(scene.now - (saved.seen_at or scene.now))
    ago = f"seen {ago} ago" if ago != "now" else "seen just now"
    if pod is None or pod.is_stopped:
        return f"{ago}, before it stopped"
    return f"{ago}, before it was {pod.status}"


def _left_open(saved: "Saved", scene: Scene) -> list[Line]:
    """What the last verification of it said, where that came to no verdict and the verdict does not say it."""
    from rgt_tui.domain.job import verified_last

    if saved.pod is None or saved.verdict is not Verdict.UNKNOWN:
        return []
    job = verified_last(scene.jobs, saved.pod.id, saved.one.path)
    if job is None or job.verdict not in (None, Verdict.UNKNOWN) or saved.reason in job.said:
        return []
    end = Cell(job.judged, Tone.UNKNOWN) if job.judged else Cell(f"{job.end}!", Tone.BAD)
    ago = show_age(scene.now - (job.ended or job.asked))
    return [(Cell(f"job {job.number:<4}", Tone.ACCENT), end, Cell(f"  ended {ago}: {job.said}"))]


def _step(saved: "Saved") -> str:
    return "" if saved.one.step is None else f", step {saved.one.step}"


def _where(saved: "Saved") -> Block:
    from rgt_tui.domain.durable import NotDurable

    mount = saved.lies.mount or UNKNOWN
    lines: list[Line] = [
        (Cell("lies on ", Tone.ACCENT), Cell(f"{saved.lies.label or UNKNOWN} at {mount}")),
        (Cell("stop    ", Tone.ACCENT), _fate(saved.survives_stop)),
    ]
    if isinstance(saved.kept, NotDurable):
        lines.append(
            (Cell("term    ", Tone.ACCENT), _fate(False), Cell(f"  {clean(saved.kept.why)}"))
        )
    else:
        lines += [
            (Cell("term    ", Tone.ACCENT), _fate(True), Cell(f"  {clean(place.said)}"))
            for place in saved.kept
        ]
    lines += [
        (
            Cell("copy    ", Tone.ACCENT),
            Cell(f"{clean(copy.place)} {clean(copy.path)}: {copy.witness}"),
        )
        for copy in saved.copies[:COPIES_SHOWN]
    ]
    return Block("Where it lies", tuple(lines))


def _files(saved: "Saved") -> Block:
    files = saved.one.files
    lines: list[Line] = [
        (Cell(f"{show_bytes(file.size):>6}  "), Cell(file.shown)) for file in files[:FILES_SHOWN]
    ]
    if len(files) > FILES_SHOWN:
        lines.append((Cell(f"and {len(files) - FILES_SHOWN} more", Tone.DIM),))
    return Block("Files", tuple(lines))


def _count(scene: Scene) -> int | None:
    return len(_saved(scene)) or None


def _empty(scene: Scene) -> str:
    if scene.account.evidence.latest(PodList) is None:
        return "The Pod list has not been read yet, so no checkpoint is known."
    return "This account has no Pods, so there is no checkpoint to show."


PANE = Pane(
    name="checkpoints",
    title="Checkpoints",
    order=11,
    columns=COLUMNS,
    kinds=(CheckpointList,),
    rows=_rows,
    detail=_detail,
    count=_count,
    empty=_empty,
    joins=False,
    wants=(StoredCheckpoints, HeldHere, WrittenBehind),
)
