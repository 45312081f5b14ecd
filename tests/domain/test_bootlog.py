import pytest

from rgt_tui.domain.bootlog import read_boot_log

IMAGE = "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404"
# System log lines of a real pull (public paste, 2026-10), order shortened.
PULL = (
    f"create container {IMAGE}",
    "1.0.2-cu1281-torch280-ubuntu2404 Pulling from runpod/pytorch",
    "38e4c3f3c358 Pulling fs layer",
    "a1b2c3d4e5f6 Download complete",
    "38e4c3f3c358 Extracting [>       ] 163.8kB/13.31MB",
)
BEGIN = f"start container for {IMAGE}: begin"
DONE = f"Status: Downloaded newer image for {IMAGE}"
# RP9 in the system log of a crash-looping Pod (public paste, 2026-08).
REFUSED = "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8"


def at_intervals(lines: tuple[str, ...], seconds: float = 1.0) -> list[tuple[float, str]]:
    return [(100.0 + i * seconds, line) for i, line in enumerate(lines)]


def test_layers_without_an_end_are_a_pull_in_progress() -> None:
    log = read_boot_log(at_intervals(PULL))
    assert log.is_pulling
    assert log.pull_line.startswith("38e4c3f3c358 Extracting")
    assert log.last_at == 104.0


@pytest.mark.parametrize("end", [DONE, BEGIN])
def test_a_finished_pull_or_a_start_ends_the_pulling(end: str) -> None:
    assert not read_boot_log(at_intervals((*PULL, end))).is_pulling


def test_one_start_is_a_boot_and_three_within_five_minutes_are_a_loop() -> None:
    once = read_boot_log(at_intervals((*PULL, DONE, BEGIN)))
    thrice = read_boot_log(at_intervals((BEGIN, BEGIN, BEGIN), seconds=17.0))
    assert not once.is_looping(now=110.0)
    assert thrice.is_looping(now=140.0)
    assert not thrice.is_looping(now=140.0 + 600.0)


def test_a_refused_start_is_kept_with_its_line_and_time() -> None:
    log = read_boot_log(at_intervals((BEGIN, REFUSED)))
    assert log.trouble == REFUSED
    assert log.trouble_at == 101.0


def test_an_empty_log_says_nothing() -> None:
    log = read_boot_log([])
    assert (log.is_pulling, log.last_line, log.last_at) == (False, "", None)
