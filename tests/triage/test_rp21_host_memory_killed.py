import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.domain.units import GIB
from rgt_tui.probes.cgroup import CgroupReport
from tests.triage.asking import finding, told, verdict
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


@pytest.mark.parametrize(
    "text",
    [
        "Killed",
        "./run.sh: line 12:  4411 Killed                  python train.py",
        "Process finished with exit code 137",
        "Memory cgroup out of memory: Killed process 4242 (python) total-vm:1k",
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)",
        "python invoked oom-killer: gfp_mask=0xcc0",
        "subprocess.CalledProcessError: Command died with <Signals.SIGKILL: 9>.",
        "torch.distributed.elastic: failed (exitcode: -9) local_rank: 0",
        "DataLoader worker (pid(s) 4321) is killed by signal: Killed.",
        "oom_kill 2",
        '"OOMKilled": true',
        "ray.exceptions.OutOfMemoryError: Task was killed due to the node running low on memory.",
        "container exited with code 137",
    ],
)
def test_text_that_shows_it_is_rp21(text: str) -> None:
    assert "RP21" in codes(text)


def test_the_counter_of_the_control_group_is_the_proof() -> None:
    found = finding("RP21", a_pod(), CgroupReport(version=2, oom_kills=2))
    assert (found.verdict, found.severity) == ("present", Severity.CRITICAL)
    assert "counts 2 killed for memory" in found.evidence[0].said


def test_a_log_line_is_no_proof_where_the_counter_is_zero() -> None:
    seen = CgroupReport(version=2, oom_kills=0)
    assert told("RP21", a_pod(), seen, "Killed").verdict == "absent"


def test_memory_near_its_limit_is_told_before_something_is_killed() -> None:
    seen = CgroupReport(
        version=2, oom_kills=0, memory_limit_bytes=100 * GIB, memory_used_bytes=97 * GIB
    )
    found = finding("RP21", a_pod(), seen)
    assert (found.verdict, found.severity) == ("present", Severity.WARNING)


def test_a_kill_of_long_ago_is_a_warning_and_a_new_one_says_since_when() -> None:
    pod, old = a_pod(), CgroupReport(version=2, oom_kills=1)
    account = having(an_account(pod), pod, old, at=NOW - 2 * 3600)
    assert verdict("RP21", having(account, pod, old), pod).severity is Severity.WARNING
    fresh = verdict("RP21", having(account, pod, CgroupReport(version=2, oom_kills=2)), pod)
    assert fresh.severity is Severity.CRITICAL
    assert fresh.evidence[1].said == "the newest within the last 2h00m"
