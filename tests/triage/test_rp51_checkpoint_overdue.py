from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.cadence import Cadence, learnt
from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList, FileStamp
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.finding import Finding
from rgt_tui.probes.processes import Process, ProcessReport
from tests.triage.asking import verdict
from tests.values import NOW, a_pod, an_account, having

HOUR = 3600.0
POD = a_pod(name="train-a")


def running(hours: float, args: str = "python train.py") -> ProcessReport:
    return ProcessReport((Process(pid=7, name="python", state="R", args=args, age_s=hours * HOUR),))


def a_checkpoint(ago_h: float, folder: str = "/workspace/out") -> Checkpoint:
    path = f"{folder}/step-{1000 - ago_h:g}.pt"
    at = int((NOW - ago_h * HOUR) * 1e9)
    stamp = FileStamp(path=path, size=1, mtime_ns=at, ctime_ns=at, inode=at)
    return Checkpoint(path=path, format="torch", files=(stamp,))


def listed(*ago_h: float, gaps: tuple[str, ...] = ()) -> CheckpointList:
    found = tuple(a_checkpoint(hours) for hours in ago_h)
    return CheckpointList(checkpoints=found, pod_now=NOW, gaps=gaps)


def rp51(
    found: CheckpointList | None,
    run: ProcessReport,
    every_h: dict[str, float] | None = None,
) -> Finding:
    account: Account = having(an_account(POD), POD, run)
    if every_h is not None:
        cadence = Cadence(tuple((name, hours * HOUR) for name, hours in every_h.items()))
        account = account.after(Change(Cadence, Observed(cadence, NOW, "config")))
    if found is not None:
        account = having(account, POD, found)
    return verdict("RP51", account, POD)


def test_a_checkpoint_older_than_what_is_set_for_the_pods_name_is_overdue() -> None:
    found = rp51(listed(3), running(9), {"train-*": 2, "*": 6})
    assert found.is_present
    assert found.evidence[0].said == (
        "/workspace/out/step-997.pt is the newest and 3h00m old; one every 2h00m is set"
    )
    assert rp51(listed(3), running(9), {"*": 6}).verdict == "absent"


def test_without_a_setting_twice_the_longest_pause_of_the_run_so_far_counts() -> None:
    assert rp51(listed(5, 4.5, 4, 3.5), running(9)).is_present
    assert rp51(listed(2.4, 1.9, 1.4, 0.9), running(9)).verdict == "absent"
    assert rp51(listed(5, 3.5), running(9)).verdict == "absent"


def test_a_run_that_began_lately_has_time_left() -> None:
    assert rp51(listed(30), running(1), {"*": 2}).verdict == "absent"


def test_a_run_that_never_wrote_one_is_overdue_once_all_was_searched() -> None:
    found = rp51(listed(), running(4), {"*": 2})
    assert found.evidence[0].said.startswith("no checkpoint since the run began, 4h00m ago")
    assert rp51(listed(gaps=("/workspace",)), running(4), {"*": 2}).verdict == "unknown"


def test_where_nothing_trains_nothing_is_overdue_and_an_old_list_tells_nothing() -> None:
    assert rp51(listed(9), running(9, "python serve.py"), {"*": 2}).verdict == "absent"
    assert rp51(None, running(9), {"*": 2}).verdict == "unknown"


def test_a_rhythm_is_learnt_in_the_folder_of_the_newest_from_three_on() -> None:
    times = [("/a/1", 0.0), ("/a/2", 10.0), ("/a/3", 35.0), ("/b/1", 5.0)]
    assert learnt(times) == 25.0
    assert learnt(times[:2]) is None
    assert learnt([]) is None
