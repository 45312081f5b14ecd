import resource
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest

from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.transcript import Rows, lines_of
from rgt_tui.triage import all_detectors, classify
from rgt_tui.triage._classifier import Classifier
from tests.bench.triage import best
from tests.triage.texts import codes, codes_of_bytes
from tests.values import NOW


def test_the_reason_stands_in_the_cause_and_the_line_in_the_evidence() -> None:
    (finding,) = classify(["step 1", "OSError: [Errno 28] No space left on device"], NOW)
    assert [said.said for said in finding.evidence] == [
        "OSError: [Errno 28] No space left on device"
    ]
    assert finding.cause.startswith("Read as: a write was refused")


def test_a_symptom_is_told_once_with_its_first_and_its_newest_line_and_their_number() -> None:
    lines = ["a: b: No space left on device", "fine", "c: d: No space left on device"]
    (finding,) = classify(lines, NOW)
    assert [said.said for said in finding.evidence] == [lines[0], lines[2]]
    assert "(line 1, 2 such lines)" in finding.cause


def test_a_full_workspace_or_a_quota_is_not_called_a_full_container_disk() -> None:
    lines = [
        "cp: error writing '/workspace/x': No space left on device",
        "write /workspace/x: No space left on device",
        "OSError: [Errno 122] Disk quota exceeded; no space left on device",
    ]
    assert [finding.code for finding in classify(lines, NOW)] == ["RP30"]


def test_a_refusal_that_is_followed_by_success_has_passed() -> None:
    refused = "429 Client Error: Too Many Requests for url: https://huggingface.co/api/models/x"
    assert [f.code for f in classify([refused, "retrying in 3 s"], NOW)] == ["RP38"]
    assert classify([refused, "retrying in 3 s", "Download complete: model.safetensors"], NOW) == ()


def test_a_bar_that_stands_is_a_stall_and_a_full_one_is_not() -> None:
    head = "Sending (->1.2.3.4:40806)"
    stands = "samples.zip  90% |██████████████████  | (156/172 MB, 478.021 kB/s) [3m42s:34s]"
    ends = "samples.zip 100% |████████████████████| (172/172 MB, 478.021 kB/s)"
    assert [f.code for f in classify([head, stands], NOW)] == ["RP13"]
    assert classify([head, stands, ends], NOW) == ()


def test_colours_and_what_a_collector_wrote_around_a_line_do_not_hide_it() -> None:
    assert [f.code for f in classify(["\x1b[31mKilled\x1b[0m"], NOW)] == ["RP21"]
    wrapped = '{"ts":"2026-11-20T10:00:01Z","source":"container","line":"Killed"}'
    assert [f.code for f in classify([wrapped], NOW)] == ["RP21"]


def test_starts_of_a_container_are_counted_over_time() -> None:
    def begins(times: list[str]) -> list[str]:
        lines = [f"2026-11-20T{time}Z start container for a/b:1: begin" for time in times]
        return [f.code for f in classify(lines, NOW)]

    assert begins(["10:00:01", "10:00:18", "10:00:35"]) == ["RP15"]
    assert begins(["08:00:01", "09:00:18", "10:00:35"]) == []


def test_a_long_log_is_read_in_little_memory() -> None:
    def lines() -> Iterator[str]:
        for number in range(100_000):
            yield f"step {number} loss 1.88" if number % 5_000 else f"Killed {number}"
        yield "OCI runtime exec failed: exec failed"

    classify(["warm up: No space left on device"], NOW)
    tracemalloc.start()
    try:
        (found,) = classify(lines(), NOW)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.code == "RP16"
    assert "line 100001" in found.cause
    assert peak < 1_000_000


@pytest.mark.slow
def test_a_million_lines_are_read_as_a_stream_in_the_same_memory() -> None:
    def lines() -> Iterator[str]:
        for number in range(1_000_000):
            yield f"step {number} loss 1.88"
            if number == 999_998:
                yield "OSError: [Errno 28] No space left on device: '/root/out.pt'"

    classify(["warm up: No space left on device"], NOW)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (found,) = classify(lines(), NOW)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert found.code == "RP11"
    assert "line 1000000" in found.cause
    assert grown_kib < 8 * 1024


def test_an_error_that_a_progress_bar_drew_over_is_found_and_the_bar_is_not() -> None:
    bar = "".join(
        f"\r {n % 100}%|##  | {n}/900 [00:{n % 60:02}<11:00, 1.62it/s]" for n in range(900)
    )
    assert codes(f"{bar}\n") == []
    error = "OSError: [Errno 28] No space left on device"
    assert codes(f"{bar}\r{error}{bar}\n") == ["RP11"]


def test_what_powershell_redirects_is_read() -> None:
    text = "step 1\r\nOSError: [Errno 28] No space left on device\r\n"
    assert codes_of_bytes(text.encode("utf-16")) == ["RP11"]


def test_a_line_that_is_said_again_and_again_is_asked_about_once_and_counted() -> None:
    asked = []

    def heard(page: Page) -> str | None:
        asked.append(page.number)
        return None

    error = "OSError: [Errno 28] No space left on device"
    (full,) = (detector for detector in all_detectors() if detector.code == "RP11")
    watched = replace(full, text=(*full.text, Rule(words="errno", tells=heard)))
    reader = Classifier([watched])
    reader.read([error, "fine", *[error] * 200])
    (told,) = reader.heard.values()
    assert (told.number, told.count, told.last_number) == (1, 201, 202)
    assert asked == [1, *range(3, 203)]  # what looks at more than the line is asked each time


def test_of_lines_that_differ_in_their_time_alone_a_pattern_is_asked_about_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    heard_in = Rule.heard_in

    def counted(rule: Rule, page: Page) -> str | None:
        asked.append(page.line)
        return heard_in(rule, page)

    monkeypatch.setattr(Rule, "heard_in", counted)
    lines = [
        f"2026-11-20T10:00:{n:02}Z OSError: [Errno 28] No space left on device" for n in range(60)
    ]
    (finding,) = classify(lines, NOW)
    assert "60 such lines" in finding.cause
    assert 0 < len(asked) < 10


def test_a_loop_of_one_error_is_read_nearly_as_fast_as_a_plain_log() -> None:
    def seconds(lines: list[str]) -> float:
        return best(lambda: classify(lines, NOW))

    plain = seconds(["step 1 loss 1.88"] * 20_000)
    assert seconds(["OSError: [Errno 28] No space left on device: '/root/x'"] * 20_000) < 12 * plain


@pytest.mark.parametrize("filler", [" ", "1", "a ", "."], ids=["spaces", "digits", "words", "dots"])
def test_a_line_of_thousands_of_the_same_signs_holds_nobody_up(filler: str) -> None:
    """Progress bars pad their lines; a rule that tries all ways to part them would take minutes."""
    texts = [text.split("\n")[-1] for each in all_detectors() for text, _ in each.strings]
    for text in texts:
        first, _, rest = text.partition(" ")
        line = f"{first} {filler * (3000 // len(filler))} {rest}"
        begun = time.process_time()
        codes(line)
        assert time.process_time() - begun < 1.0


def test_the_line_that_is_told_is_the_one_an_editor_shows() -> None:
    rows = Rows()
    raw = b"step 1\n 1%|#|\r 2%|#|\rnote\r 3%|#|\nstep 2\nOSError: [Errno 28] No space left on device\n"
    (finding,) = classify(lines_of(BytesIO(raw), rows), NOW, rows.of)
    assert "(line 4)" in finding.cause
