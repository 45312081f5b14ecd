from rgt_tui.domain.finding import Severity
from rgt_tui.probes.processes import Process, ProcessReport
from rgt_tui.probes.sessions import SessionReport
from tests.triage.asking import asked, verdict
from tests.values import a_pod, an_account, having

POD = a_pod()


def running(parent: int) -> ProcessReport:
    run = Process(pid=812, name="python", state="R", parent=parent, args="python train.py")
    return ProcessReport((run,))


def test_a_run_in_an_image_without_tmux_is_a_note() -> None:
    account = having(having(an_account(POD), POD, running(700)), POD, SessionReport())
    found = verdict("RP52", account, POD)
    assert (found.verdict, found.severity) == ("present", Severity.INFO)
    assert found.evidence[0].said.startswith("`python train.py` (pid 812) trains, and neither")


def test_where_tmux_is_or_the_start_command_trains_nothing_is_said() -> None:
    account = having(an_account(POD), POD, running(700))
    with_tmux = having(account, POD, SessionReport(has_tmux=True))
    assert verdict("RP52", with_tmux, POD).verdict == "absent"
    own = having(having(an_account(POD), POD, running(1)), POD, SessionReport())
    assert verdict("RP52", own, POD).verdict == "absent"


def test_it_cannot_be_there_where_nothing_trains() -> None:
    assert "RP52" not in asked(POD, SessionReport())
