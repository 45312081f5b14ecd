import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.probes.identity import IdentityReport
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import NOW, a_pod


@pytest.mark.parametrize(
    "text",
    [
        "bash: /root/venv/bin/python: No such file or directory",
        "ls: cannot access '/root/checkpoints': No such file or directory",
        "bash: rclone: command not found",
        "All my installed packages were gone after I stopped and restarted the pod",
        "The container disk is wiped on every stop",
        "cd: /root/project/outputs: No such file or directory",
        "Everything outside /workspace gets deleted when the pod is stopped",
        "FileNotFoundError: [Errno 2] No such file or directory: '/root/ckpt/step_400.pt'",
    ],
)
def test_text_that_shows_it_is_rp2(text: str) -> None:
    assert "RP2" in codes(text)


def test_a_pod_without_lasting_storage_is_warned_about_before_a_stop() -> None:
    found = finding("RP2", a_pod(volume_disk=None))
    assert found.is_present
    assert found.severity is Severity.WARNING
    assert "stop wipes everything" in found.evidence[0].said


def test_a_pod_started_anew_a_moment_ago_has_a_fresh_container_disk() -> None:
    found = finding("RP2", a_pod(created_at=NOW - 86400, started_at=NOW - 300))
    assert found.is_present
    assert "started anew 5m ago" in found.evidence[0].said


def test_a_container_younger_than_the_start_of_its_pod_is_a_fresh_one() -> None:
    pod = a_pod(created_at=NOW - 90_000, started_at=NOW - 86_400)
    found = finding("RP2", pod, IdentityReport(container_up_s=240.0))
    assert found.is_present
    assert found.evidence[0].said.startswith("its first process runs for 4m only")
    assert found.evidence[1].said == "the Pod was started 1d00h ago"
    assert finding("RP2", pod, IdentityReport(container_up_s=86_000.0)).verdict == "absent"


def test_a_pod_with_a_volume_disk_that_runs_since_it_was_made_is_not_rp2() -> None:
    assert finding("RP2", a_pod()).verdict == "absent"


def test_a_missing_module_counts_only_beside_a_start() -> None:
    assert codes("ModuleNotFoundError: No module named 'peft'") == []
    assert codes("up 2 minutes\nModuleNotFoundError: No module named 'peft'") == ["RP2"]
