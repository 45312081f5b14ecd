"""What has to be typed: it states the consequence, varies, and tells Pods apart."""

from dataclasses import replace

import pytest

from rgt_tui.domain.units import PodId
from rgt_tui.guard.challenge import called, challenge_of, folded
from rgt_tui.guard.joint import Joint, Member
from rgt_tui.guard.loss import LossMap, LostFile, LostWork, MountLoss, Names

ID = "7h9k2m4n6p"


def losing(count: int, *, is_complete: bool = True, stays: bool = False) -> LossMap:
    files = tuple(LostFile(path=f"/f{n}", size=1 << 20) for n in range(count))
    mount = MountLoss(path="/", label="disk", stays=stays, single=files, is_complete=is_complete)
    return LossMap(mounts=(mount,))


def text(loss: LossMap, *, is_grave: bool = False, seed: int = 0, name: str = "llama-sft") -> str:
    return challenge_of(ID, Names(name=name), loss, is_grave=is_grave, seed=seed).text


def test_where_nothing_is_lost_the_name_is_enough() -> None:
    assert text(losing(0)) == "llama-sft"
    assert text(losing(0, is_complete=False, stays=True)) == "llama-sft"


def test_it_states_how_many_files_are_lost() -> None:
    assert text(losing(1)) == "llama-sft loses 1 file"
    assert text(losing(3)) == "llama-sft loses 3 files"
    assert text(losing(3, is_complete=False)) == "llama-sft loses 3 files or more"
    assert text(losing(0, is_complete=False)) == "llama-sft loses 0 files or more"


def test_where_something_was_waived_it_states_the_size_too() -> None:
    assert text(losing(3), is_grave=True) == "llama-sft loses 3 files 3.0M"
    assert text(losing(0), is_grave=True) == "llama-sft loses 0 files 0B"


def test_git_work_that_is_nowhere_else_is_counted() -> None:
    work = LostWork(path="/workspace/trainer", said="3 commits not pushed")
    one = replace(losing(0), works=(work,))
    assert text(one) == "llama-sft loses 1 repository"
    assert (
        text(replace(losing(3), works=(work,) * 2)) == "llama-sft loses 3 files and 2 repositories"
    )
    assert text(one, is_grave=True) == "llama-sft loses 0 files 0B and 1 repository"
    assert one.said == "1 repository with work that is nowhere else"


def test_several_pods_state_their_git_work_too() -> None:
    members = tuple(
        Member(pod=PodId(f"p{n}"), evidence="e", files=1, bytes=5, is_complete=True, works=n)
        for n in range(2)
    )
    assert (
        Joint(members=members, seed=0).challenge.text == "2 Pods lose 2 files 10B and 1 repository"
    )


def test_its_words_vary_from_one_checklist_to_the_next_and_stay_within_one() -> None:
    assert [text(losing(3), seed=seed) for seed in range(4)] == [
        "llama-sft loses 3 files",
        "3 files lost with llama-sft",
        "lose 3 files of llama-sft",
        "llama-sft loses 3 files",
    ]


@pytest.mark.hazard(60)
@pytest.mark.parametrize(
    ("name", "others", "wanted", "why"),
    [
        ("llama-sft", ("other",), "llama-sft", ""),
        ("llama-sft", ("llama-sft",), f"llama-sft {ID}", "same name"),
        ("llama-sft", ("1lama-sft",), f"llama-sft {ID}", "looks the same"),
        ("modern", ("modem",), f"modern {ID}", "looks the same"),
        ("run-10", ("run-1O",), f"run-10 {ID}", "looks the same"),
        ("а-cyrillic", (), ID, "plain"),
        (" llama", (), ID, "plain"),
        ("llama ", (), ID, "plain"),
        ("", (), ID, "plain"),
        ("a  b", (), ID, "plain"),
        ("[/red]", (), ID, "plain"),
        ("a\nb", (), ID, "plain"),
        ("a", (), "a", ""),
        ("x" * 40, (), "x" * 40, ""),
        ("x" * 41, (), ID, "plain"),
    ],
)
def test_the_id_joins_where_the_name_does_not_tell_pods_apart(
    name: str, others: tuple[str, ...], wanted: str, why: str
) -> None:
    who, note = called(ID, Names(name=name, others=others))
    assert who == wanted
    assert why in note
    assert bool(note) is bool(why)


def test_names_that_look_alike_fold_onto_one_shape() -> None:
    assert folded("Run_10") == folded("run-1O") == folded("RUN 1o")
    assert folded("vvorld") == folded("world")
    assert folded("a") != folded("b")
    for alike in (
        ("0", "o"),
        ("1", "l"),
        ("i", "l"),
        ("5", "s"),
        ("_", "-"),
        (".", "-"),
        ("b c", "b-c"),
    ):
        assert folded(f"a{alike[0]}a") == folded(f"a{alike[1]}a")


def test_only_exactly_that_meets_it() -> None:
    challenge = challenge_of(ID, Names(name="llama"), losing(3), is_grave=False, seed=0)
    assert challenge.is_met_by("llama loses 3 files")
    assert challenge.is_met_by("  llama loses 3 files ")
    for typed in ("llama loses 3 file", "Llama loses 3 files", "", "llama\tloses 3 files"):
        assert not challenge.is_met_by(typed)


def test_the_loss_is_told_in_words_and_unknown_is_not_nothing() -> None:
    assert losing(0).said == "nothing is lost"
    assert losing(0, is_complete=False).said == "what is lost is not known"
    assert losing(1).said == "1 file is in no second copy (1.0M)"
    assert losing(2, is_complete=False).said == "at least 2 files are in no second copy (2.0M)"
    assert losing(2).bytes == 2 << 20
