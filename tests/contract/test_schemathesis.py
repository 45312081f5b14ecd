"""The simulator judged by schemathesis against the published OpenAPI document."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract.bugs import BUGS, Bug
from tests.contract.document import document_path
from tests.contract.judge import Verdict, judge


@pytest.fixture(autouse=True)
def document() -> Path:
    return document_path()


@pytest.mark.slow
def test_every_operation_passes_every_check(tmp_path: Path) -> None:
    verdict = judge(tmp_path, None, "--max-examples=20")
    assert verdict.is_green, verdict.report
    assert "Selected: 37/53" in verdict.report


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_judge_finds_every_seeded_bug(tmp_path: Path) -> None:
    def tried(numbered: tuple[int, Bug]) -> Verdict:
        number, bug = numbered
        folder = tmp_path / str(number)
        folder.mkdir()
        return judge(
            folder, bug.hook, "--max-examples=25", f"--phases={bug.phases}", paths=bug.paths
        )

    # Two cores: the judge and the judged are one process each.
    with ThreadPoolExecutor(max_workers=2) as pool:
        verdicts = list(pool.map(tried, enumerate(BUGS)))
    missed = [
        bug.name
        for bug, verdict in zip(BUGS, verdicts, strict=True)
        if verdict.is_green or bug.code not in verdict.report
    ]
    assert missed == []
    assert len(BUGS) >= 12
