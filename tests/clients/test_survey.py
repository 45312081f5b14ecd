"""A listing of checkpoints that runs out of time goes on where it stopped, and misses nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.clients.answers import BadAnswer
from rgt_tui.clients.survey import Survey
from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.verifiers._walk import GoesOn, walk
from tests.verifiers.asking import ask

FOLDERS = ("a", "a/a", "a/b/c", "a-b", "b", "b/odd\nname", "c/d/e/f")


class TimeIsOverError(Exception):
    """Ends a walk as a limit does."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Folders whose names sort otherwise as whole paths than one by one."""
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "model.safetensors").write_bytes(b"x" * len(folder))
    return tmp_path


def a_look(root: Path, survey: Survey, folders: int) -> list[dict[str, Any]]:
    """What the worker answers when the time is over at the folder after so many."""
    _, path, skips = survey.request()["resume"]
    told: list[dict[str, Any]] = []
    seen: list[str] = []

    def send(answer: dict[str, Any]) -> None:
        if "at" in answer:
            seen.append(answer["at"])
            if len(seen) > folders:
                raise TimeIsOverError
        else:
            told.append(answer)

    try:
        walk(str(root), (), send, GoesOn(path, skips))
    except TimeIsOverError:
        told += [{"walked": [str(root), path, seen[-1]]}, {"stopped": [str(root), seen[-1], False]}]
    else:
        told.append({"walked": [str(root), path, ""]})
    return [*told, {"root": [str(root), str(root)]}]


def looks(root: Path, folders: int) -> Iterator[tuple[Survey, CheckpointList]]:
    survey = Survey()
    for at in range(100, 200):
        survey.take(a_look(root, survey, folders), at)
        yield survey, survey.listed(1000.0 + at, at)


def paths(found: CheckpointList) -> set[str]:
    return {os.path.dirname(file.path) for one in found.checkpoints for file in one.files}


@pytest.mark.parametrize("folders", [1, 2, 3, 5])
def test_looks_that_are_cut_off_find_together_what_one_finds(tree: Path, folders: int) -> None:
    for survey, found in looks(tree, folders):
        if survey.stopped is None:
            break
        assert not found.is_complete
        assert "the next look goes on there" in found.gaps[0]
        assert survey.since == 100
    assert survey.looks > 1
    assert found.is_complete
    assert paths(found) == {str(tree / folder) for folder in FOLDERS}
    assert (survey.since, survey.is_of_now) == (100, False)


def test_the_next_walk_drops_what_is_gone_and_is_as_old_as_its_oldest_part(tree: Path) -> None:
    walked = looks(tree, 3)
    survey, _ = next(one for one in walked if one[0].stopped is None)
    first = survey.since
    for folder in ("a", "c/d/e/f"):
        (tree / folder / "model.safetensors").unlink()
    survey, found = next(walked)
    assert found.is_complete
    assert survey.since == first
    assert str(tree / "a") not in paths(found)
    assert str(tree / "c/d/e/f") in paths(found)
    survey, found = next(one for one in walked if one[0].stopped is None)
    assert paths(found) == {str(tree / f) for f in FOLDERS if f not in ("a", "c/d/e/f")}
    assert survey.since is not None
    assert first is not None
    assert survey.since > first


def test_a_folder_that_does_not_answer_is_left_out_and_said(tree: Path) -> None:
    survey = Survey(stopped=(str(tree), str(tree / "a"), True))
    survey.take([{"gap": f"{tree}/a: it did not answer in time"}, *a_look(tree, survey, 99)], 1.0)
    found = survey.listed(1000.0, 2.0)
    assert paths(found) == {str(tree / f) for f in FOLDERS if not f.startswith(("a/", "a"))} | {
        str(tree / "a-b")
    }
    assert found.gaps == (f"{tree}/a: it did not answer in time",)


def test_where_the_walk_goes_on_may_have_been_removed(tree: Path) -> None:
    survey = Survey(stopped=(str(tree), str(tree / "a/zzz/deep"), True))
    survey.take(a_look(tree, survey, 99), 1.0)
    assert paths(survey.listed(1000.0, 2.0)) == {
        str(tree / folder) for folder in FOLDERS if not folder.startswith("a/") and folder != "a"
    }


def test_a_worker_with_little_time_gets_there_and_says_what_it_left_out(tree: Path) -> None:
    for number in range(400):
        folder = tree / "many" / str(number)
        folder.mkdir(parents=True)
        (folder / "model.pt").write_bytes(b"1")
    survey = Survey(roots=(str(tree),), limit_s=0.01)
    for _ in range(40):
        survey.take(ask(survey.request()), 1.0)
        left_out = len(survey.listed(1000.0, 2.0).gaps)
        if survey.stopped is None:
            break
        survey.limit_s *= 2
    assert survey.stopped is None
    found = paths(survey.listed(1000.0, 2.0))
    assert left_out or len(found) == 400 + len(FOLDERS)
    survey.limit_s = 60.0
    survey.take(ask(survey.request()), 3.0)
    again = survey.listed(1000.0, 3.0)
    assert again.is_complete
    assert len(paths(again)) == 400 + len(FOLDERS)
    assert survey.is_of_now


@pytest.mark.parametrize(
    "answer",
    [{"walked": ["/a"]}, {"stopped": 1}, {"root": []}, {"walked": ["/a", "", ""], "entry": 1}],
)
def test_an_answer_of_another_shape_is_no_listing(answer: dict[str, Any]) -> None:
    rows = [{"entry": answer["entry"]}, answer] if "entry" in answer else [answer]
    with pytest.raises(BadAnswer):
        Survey().take(rows, 1.0)
