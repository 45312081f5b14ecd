import pytest

from tests.triage.texts import codes


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
