"""The simulator judged by schemathesis against the published OpenAPI document."""

from pathlib import Path

import pytest

from tests.contract.bugs import ROUNDS, Round
from tests.contract.document import document_path
from tests.contract.judge import judge


@pytest.fixture(autouse=True)
def document() -> Path:
    return document_path()


@pytest.mark.slow
def test_every_operation_passes_every_check(tmp_path: Path) -> None:
    verdict = judge(tmp_path, None, "--max-examples=20")
    assert verdict.is_green, verdict.report
    assert "Selected: 37/53" in verdict.report


@pytest.mark.slow
@pytest.mark.parametrize("tried", ROUNDS, ids=lambda tried: tried.bugs[0].name)
def test_the_judge_finds_every_seeded_bug(tmp_path: Path, tried: Round) -> None:
    verdict = judge(
        tmp_path, tried.hook, "--max-examples=25", f"--phases={tried.phases}", paths=tried.paths
    )
    missed = [bug.name for bug in tried.bugs if bug.code not in verdict.codes(bug.shows_in)]
    assert missed == []


def test_no_seeded_bug_hides_another() -> None:
    for tried in ROUNDS:
        shown = [(bug.shows_in, bug.code) for bug in tried.bugs]
        assert len(set(shown)) == len(shown)
    assert sum(len(tried.bugs) for tried in ROUNDS) >= 12
