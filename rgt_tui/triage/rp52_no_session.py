"""RP52: a run trains in a container that has neither tmux nor screen.

Symptom: the run is gone after the laptop slept or the network changed. Cause: a program that was
started in an SSH session ends with it, unless a terminal multiplexer or `setsid` holds it. Fix:
install tmux and start runs in it; official images have it.
Source: RunPod base image files, read 2026-07-29 (tmux since 2025); OpenSSH, sshd(8): the session's
processes get SIGHUP when the connection ends.
"""

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.whom import running
from rgt_tui.probes.processes import Process, ProcessReport
from rgt_tui.probes.sessions import SessionReport


def _runs(subject: Subject) -> list[Process]:
    report = subject.evidence.value(ProcessReport)
    return [it for it in report.processes if it.work == "training"] if report is not None else []


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(SessionReport)
    if seen.value.has_tmux or seen.value.has_screen:
        held = len(seen.value.sessions)
        return Absent(f"tmux or screen is there, with {held} session{'s' if held != 1 else ''}")
    loose = [it for it in _runs(subject) if it.pid != 1 and it.parent != 1]
    if not loose:
        return Absent("what trains there is the container's own program: no session holds it")
    said = f"`{loose[0].args}` (pid {loose[0].pid}) trains, and neither tmux nor screen is there"
    ends = "if it was started over SSH, it ends with that connection"
    return Present((Said("ssh", said, seen.at), Said("rule", ends)))


DETECTOR = Detector(
    code="RP52",
    title="Run without a session that outlives SSH",
    severity=Severity.INFO,
    cause=(
        "A program that was started in an SSH session gets SIGHUP when the connection ends. tmux and screen hold "
        "it; this image has neither. Runs that the start command began are not concerned."
    ),
    fix=(
        "f installs tmux: start the next run in it: rgt-tui ssh POD -t -- tmux new -s train",
        "For one that runs already, in its own terminal: Ctrl-Z, bg, disown -h %1",
        "Without tmux: setsid nohup python train.py >train.log 2>&1 &",
        "The next stop wipes what was installed: put tmux into the image",
    ),
    source="RunPod base image files, read 2026-07-29; OpenSSH sshd(8), 2026",
    needs=(SessionReport,),
    max_age_s=600.0,
    applies=running,
    only_if=lambda subject: bool(_runs(subject)),
    detect=_detect,
)
