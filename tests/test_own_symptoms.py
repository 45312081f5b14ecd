"""Symptoms of one's own: what is followed, what is refused, and that the rest goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui import triage
from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList, FileStamp
from rgt_tui.own_symptoms import FIGURES, load
from rgt_tui.probes.df import DiskReport
from tests.panes.test_disk import DISK, ROOT
from tests.shared import ROOT as REPOSITORY
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import NOW, a_pod

GOOD = """
[[symptom]]
code = "LR1"
title = "Learning rate exploded"
severity = "critical"
text = "loss is nan"
fix = ["Resume", "Halve it"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "symptoms").mkdir(mode=0o700)
    return tmp_path / "symptoms"


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    yield
    triage.adopt(())


def adopted(folder: Path, text: str) -> tuple[str, ...]:
    """Has the symptoms of a file asked; gives the faults."""
    (folder / "mine.toml").write_text(text)
    own = load(folder)
    triage.adopt(own.detectors)
    return own.faults


def test_a_text_is_told_in_logs_and_beside_the_built_in_symptoms(folder: Path) -> None:
    assert adopted(folder, GOOD) == ()
    assert codes("step 9: Loss is NaN\nKilled") == ["LR1", "RP21"]
    assert codes("the loss is fine") == []
    found = told("LR1", a_pod(), DiskReport((ROOT, DISK)), "loss is nan")
    assert (found.verdict, found.severity.word, found.fix) == (
        "present",
        "critical",
        ("Resume", "Halve it"),
    )


def test_a_regular_expression_is_told_by_its_word(folder: Path) -> None:
    rule = GOOD.replace('text = "loss is nan"', "regex = 'wait \\d{3,} ms'\nword = \"loader\"")
    assert adopted(folder, rule) == ()
    assert codes("loader wait 1200 ms") == ["LR1"]
    assert codes("other wait 1200 ms") == []


def test_a_figure_beyond_its_limit_is_told_and_one_not_seen_is_unknown(folder: Path) -> None:
    rule = GOOD.replace('text = "loss is nan"', 'figure = "container_disk_percent"\nabove = 80')
    assert adopted(folder, rule) == ()
    found = finding("LR1", a_pod(), DiskReport((ROOT, DISK)))
    assert found.evidence[0].said == "container_disk_percent is 98, above 80"
    assert finding("LR1", a_pod()).missing == ("container_disk_percent: not seen",)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_asked_without_a_fault(name: str, folder: Path) -> None:
    rule = GOOD.replace('text = "loss is nan"', f'figure = "{name}"\nabove = -1')
    assert adopted(folder, rule) == ()
    assert finding("LR1", a_pod()).verdict in ("present", "unknown")
    assert "internal error" not in str(finding("LR1", a_pod()).missing)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('code = "LR1"', 'code = "RP11"', 3, "code: expected 2 to 12 capitals"),
        ('severity = "critical"', 'severity = "bad"', 5, "expected one of info, warning, critical"),
        ('text = "loss is nan"', "text = 7", 6, "text: expected a text of at most 200"),
        ('text = "loss is nan"', 'texts = "x"', 6, "texts: expected one of above"),
        (
            'text = "loss is nan"',
            'figure = "speed"\nabove = 1',
            6,
            "expected one of container_disk",
        ),
        (
            'text = "loss is nan"',
            'figure = "memory_percent"\nabove = "x"',
            7,
            "above: expected a num",
        ),
        (
            'text = "loss is nan"',
            'regex = "("\nword = "x"',
            6,
            "regex: expected a regular expression",
        ),
        ('text = "loss is nan"', 'regex = "(a+)+b"\nword = "x"', 6, "none within another"),
        ('text = "loss is nan"', 'regex = "(a|aa)+b"\nword = "x"', 6, "none within another"),
        ('text = "loss is nan"', 'regex = ".*a.*b.*c"\nword = "x"', 6, "at most two unbounded"),
        ('text = "loss is nan"', 'regex = "x"', 6, ""),
        ('fix = ["Resume", "Halve it"]', "fix = []", 7, "fix: expected one step"),
        ('text = "loss is nan"\n', "", 3, "expected one of text, regex, figure"),
    ],
)
def test_a_bad_symptom_is_refused_with_file_and_line_and_the_rest_counts(
    old: str, new: str, line: int, said: str, folder: Path
) -> None:
    good = GOOD.replace("LR1", "OTHER")
    (fault,) = adopted(folder, f"{GOOD.replace(old, new)}\n{good}")
    assert f"mine.toml, line {line}: " in fault or not said
    assert said in fault
    assert [d.code for d in triage.all_detectors() if not d.code.startswith("RP")] == ["OTHER"]


def test_a_file_that_is_no_toml_names_its_line_and_another_file_counts(folder: Path) -> None:
    (folder / "broken.toml").write_text('[[symptom]]\ncode = "A1\n')
    (fault,) = adopted(folder, GOOD)
    assert "broken.toml, line 2: expected TOML in UTF-8" in fault
    assert "LR1" in [d.code for d in triage.all_detectors()]


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"\n\ncode = [", 3), (b'[[symptom]]\n\ncode = "\xff"\n', 3), (b"x = 1\nx = 2\n", 2)],
    ids=["cut off", "not UTF-8", "twice"],
)
def test_a_file_that_is_cut_off_or_in_another_encoding_names_its_line(
    content: bytes, line: int, folder: Path
) -> None:
    (folder / "broken.toml").write_bytes(content)
    (fault,) = load(folder).faults
    assert f"broken.toml, line {line}: expected TOML in UTF-8" in fault


def test_what_is_no_symptom_at_all_names_its_line(folder: Path) -> None:
    (folder / "keys.toml").write_text('# mine\n\ncode = "A1"\n')
    (folder / "single.toml").write_text('\n[symptom]\ncode = "A1"\n')
    first, second = load(folder).faults
    assert "keys.toml, line 3: " in first
    assert "single.toml, line 2: " in second


def test_a_code_that_is_there_twice_is_refused(folder: Path) -> None:
    (fault,) = adopted(folder, GOOD + GOOD)
    assert "the code LR1 is there twice" in fault


def test_no_expression_that_is_accepted_takes_long_for_a_hard_line(folder: Path) -> None:
    rule = GOOD.replace('text = "loss is nan"', "regex = 'a.*b\\s+c'\nword = \"x\"")
    assert adopted(folder, rule) == ()
    line = "x" + " a" * 4000
    codes(line)  # compiles what it needs
    begun = time.process_time()
    codes(line)
    assert time.process_time() - begun < 2


def test_the_example_of_the_documentation_works(folder: Path) -> None:
    page = (REPOSITORY / "docs" / "own-symptoms.md").read_text()
    example = page.split("```toml\n")[1].split("```")[0]
    assert adopted(folder, example) == ()
    assert [d.code for d in triage.all_detectors()][-3:] == ["LR1", "DL2", "HOT"]
    assert codes("loader wait 100 ms") == ["DL2"]


def test_a_newest_checkpoint_older_than_ones_cadence_is_told(folder: Path) -> None:
    rule = GOOD.replace('text = "loss is nan"', 'figure = "newest_checkpoint_hours"\nabove = 2')
    assert adopted(folder, rule) == ()
    stamp = FileStamp(
        path="/w/a.pt", size=1, mtime_ns=int((NOW - 3 * 3600) * 1e9), ctime_ns=1, inode=1
    )
    old = Checkpoint(path="/w/a.pt", format="torch", files=(stamp,))
    found = finding("LR1", a_pod(), CheckpointList(checkpoints=(old,), pod_now=NOW))
    assert found.evidence[0].said == "newest_checkpoint_hours is 3, above 2"
