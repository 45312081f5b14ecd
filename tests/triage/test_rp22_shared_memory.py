import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.processes import Process, ProcessReport
from rgt_tui.probes.shm import ShmReport
from tests.triage.asking import verdict
from tests.triage.texts import codes
from tests.values import a_pod, an_account, having

MIB = 1024**2


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: DataLoader worker (pid 1) is killed by signal: Bus error.",
        "Bus error (core dumped)",
        "exit code 135",
        "RuntimeError: unable to open shared memory object </torch_1> in read-write mode",
        "OSError: [Errno 28] No space left on device: '/dev/shm/psm_1'",
        "shm             64M   64M     0 100% /dev/shm",
        "NCCL WARN Error: failed to extend /dev/shm/nccl-x to 9637892 bytes, shared memory segment too small",
        "RuntimeError: unable to write to file </torch_412_1>",
        "process died with <Signals.SIGBUS: 7>",
    ],
)
def test_text_that_shows_it_is_rp22(text: str) -> None:
    assert "RP22" in codes(text)


def shm(used: int, size: int) -> DiskReport:
    """Shared memory, in MiB."""
    return DiskReport(
        (
            DiskMount(
                path="/dev/shm",
                source="shm",
                fstype="tmpfs",
                kind=MountKind.SHM,
                used_bytes=used * MIB,
                size_bytes=size * MIB,
                free_bytes=(size - used) * MIB,
                inodes_used=10,
                inodes_total=1000,
                answered=True,
            ),
        )
    )


TRAINS = ProcessReport((Process(pid=7, name="python", state="R", args="python train.py"),))


def test_the_size_that_docker_gives_by_itself_is_a_hazard_where_a_run_trains() -> None:
    account = having(an_account(a_pod()), a_pod(), shm(1, 64))
    assert verdict("RP22", account, a_pod()).verdict == "absent"
    found = verdict("RP22", having(account, a_pod(), TRAINS), a_pod())
    assert found.severity is Severity.WARNING
    assert found.evidence[0].said == "/dev/shm has 64.0M in all, and a run trains there"


def test_what_dead_workers_left_in_it_is_told_where_nothing_trains() -> None:
    account = having(an_account(a_pod()), a_pod(), shm(4000, 4096))
    account = having(
        having(account, a_pod(), ProcessReport()), a_pod(), ShmReport(files=214, torch=200)
    )
    found = verdict("RP22", account, a_pod())
    assert found.evidence[1].said == (
        "200 files of PyTorch's workers lie there, and nothing trains: leftovers"
    )
