from rgt_tui.triage import classify
from tests.values import NOW


def test_the_reason_stands_in_the_cause_and_the_line_in_the_evidence() -> None:
    (finding,) = classify(["step 1", "OSError: [Errno 28] No space left on device"], NOW)
    assert [said.said for said in finding.evidence] == [
        "OSError: [Errno 28] No space left on device"
    ]
    assert finding.cause.startswith("Read as: a write was refused")


def test_a_symptom_is_told_once_at_its_first_line() -> None:
    lines = ["a: b: No space left on device", "c: d: No space left on device"]
    (finding,) = classify(lines, NOW)
    assert finding.evidence[0].said == lines[0]


def test_a_full_workspace_or_a_quota_is_not_called_a_full_container_disk() -> None:
    lines = [
        "cp: error writing '/workspace/x': No space left on device",
        "write /workspace/x: No space left on device",
        "OSError: [Errno 122] Disk quota exceeded; no space left on device",
    ]
    assert list(classify(lines, NOW)) == []


def test_a_long_log_is_read_as_a_stream() -> None:
    taken = 0

    def lines() -> object:
        nonlocal taken
        for taken in range(1_000):  # counted from outside
            yield "OCI runtime exec failed: exec failed" if taken == 3 else "all is well"

    first = next(iter(classify(lines(), NOW)))  # type: ignore[arg-type]  # a generator of str
    assert first.code == "RP16"
    assert taken == 3
