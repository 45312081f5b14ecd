import pytest

from tests.triage.texts import codes


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
