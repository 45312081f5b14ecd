"""RP51: a run trains on, and its newest checkpoint is older than it should be.

Symptom: none until the Pod ends; then hours of work are gone. Cause: saving fails or hangs, its
interval counts in steps that have become slow, or nobody set one. Fix: see why, save on a timer.
Source: a person's own setting, `checkpoints.cadence`; else the pauses between the run's own
checkpoints so far. RunPod documentation, manage Pods, read 2026-08-20: stop and terminate end a
run without a save of its own.
"""

from typing import Final

from rgt_tui.domain.cadence import GRACE, Cadence, learnt
from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.units import show_duration
from rgt_tui.domain.whom import living
from rgt_tui.probes.processes import ProcessReport

LISTED_S: Final = 900.0
"""So old may the list of checkpoints be."""


def _detect(subject: Subject) -> Verdict:
    runs = [it for it in subject.seen(ProcessReport).value.processes if it.work == "training"]
    if not runs:
        return Absent("nothing trains there")
    listed = subject.evidence.latest(CheckpointList)
    if listed is None or subject.now - listed.at > LISTED_S:
        return Unknown(("the list of its checkpoints: not read lately",))
    lasted = max((it.age_s for it in runs if it.age_s is not None), default=None)
    return _compared(subject, listed, lasted)


def _compared(subject: Subject, listed: Observed[CheckpointList], lasted: float | None) -> Verdict:
    """The age of the newest checkpoint against what is set, else against the run's own rhythm."""
    found = [one for one in listed.value.checkpoints if one.files]
    newest = max(found, key=lambda one: one.modified, default=None)
    limit, why = _limit(subject, found)
    if limit is None:
        return Absent("no cadence is set for it, and it has too few checkpoints to learn one from")
    if newest is None and not listed.value.is_complete:
        return Unknown(("whether it has checkpoints: its folders were not searched to the end",))
    age = listed.value.pod_now - newest.modified if newest is not None else lasted
    if age is None:
        return Unknown(("since when the run goes on",))
    if min(age, lasted if lasted is not None else age) <= limit:
        return Absent(f"its newest checkpoint is {show_duration(age)} old; {why}")
    if newest is None:
        said = f"no checkpoint since the run began, {show_duration(age)} ago; {why}"
    else:
        said = f"{newest.shown} is the newest and {show_duration(age)} old; {why}"
    return Present((Said("ssh", said, listed.at),))


def _limit(subject: Subject, found: list[Checkpoint]) -> tuple[float | None, str]:
    """From which age on the newest is overdue, in seconds, and by what rule."""
    cadence = subject.account.evidence.value(Cadence)
    wanted = cadence.of(subject.this.name) if cadence is not None else None
    if wanted is not None:
        return wanted, f"one every {show_duration(wanted)} is set"
    pause = learnt((one.path, one.modified) for one in found)
    if pause is None:
        return None, ""
    return GRACE * pause, f"so far at most {show_duration(pause)} lay between two"


DETECTOR = Detector(
    code="RP51",
    title="Checkpoint overdue",
    severity=Severity.WARNING,
    cause=(
        "The run goes on and has not written a checkpoint for longer than it should: saving fails or hangs, "
        "the interval counts in steps that have become slow, or none was set. All since the last one is lost "
        "when the Pod ends."
    ),
    fix=(
        "See whether saving fails: the end of the log, and the disks (RP11, RP30): rgt-tui disk POD",
        "See what is there: rgt-tui checkpoints POD; verify the newest before you rely on it",
        "Save by the clock and on SIGTERM, not by steps alone",
        'Say how often it should be, by name of the Pod: [checkpoints] cadence = [["train-*", 1], ["*", 6]], in hours',
    ),
    source="the setting checkpoints.cadence, else the run's own rhythm; RunPod documentation, manage Pods, read 2026-08-20",
    needs=(ProcessReport,),
    max_age_s=600.0,
    applies=living,
    detect=_detect,
)
