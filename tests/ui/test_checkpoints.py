"""The view of checkpoints: how one gets there, what its keys begin, what it never claims."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.checkpoint import (
    CheckpointList,
    CheckpointProofs,
    Level,
    Verdict,
    shown_verdict,
)
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.job import FetchOrder, Job, JobEnd, VerifyOrder
from rgt_tui.domain.pod import PodList, PodStatus
from rgt_tui.panes import Scene, Tone
from tests.conftest import screen_text
from tests.ui import saved, scenes
from tests.ui.driving import console
from tests.ui.test_jobs import awake
from tests.values import NOW, an_account, having


async def test_p_on_a_pod_shows_its_checkpoints_newest_first() -> None:
    async with console(saved.saved()) as running:
        await running.press("slash", *"train", "enter", "p")
        assert running.main.pane.name == "checkpoints"
        names = [row.cells[1].text for row in running.table.rows]
        assert names[:3] == [
            "checkpoint-88200 in /workspace/out",
            "checkpoint-88000 in /workspace/out",
            "checkpoint-87000 in /workspace/out",
        ]
        assert {row.cells[0].text for row in running.table.rows} == {"train-a"}


async def test_the_command_line_opens_the_view() -> None:
    async with console(saved.saved()) as running:
        await running.press("colon", *"checkpoints", "enter")
        assert running.main.pane.name == "checkpoints"
        assert "[Checkpoints(5)]" in screen_text(running.app)


async def test_it_says_how_much_work_a_terminate_would_lose() -> None:
    async with console(saved.saved(), (200, 60), "checkpoints") as running:
        await running.press("enter")
        text = screen_text(running.app)
        assert "you would lose 14m of work" in text
        assert "20s old, is still being written" in text


async def test_a_broken_checkpoint_is_none_to_fall_back_on() -> None:
    broken = saved.proof(saved.WHOLE, Verdict.BROKEN, "cut short")
    proofs = CheckpointProofs(files=MappingProxyType({broken.stamp.path: broken}))
    account = having(saved.account(), scenes.training(), proofs, at=NOW)
    async with console(scenes.scene_of(account), (200, 60), "checkpoints") as running:
        await running.press("enter")
        assert "you would lose 1h30m of work" in screen_text(running.app)


async def test_nothing_that_is_kept_means_that_all_would_be_lost() -> None:
    lost = CheckpointList(checkpoints=(saved.LOST,), pod_now=NOW)
    scene = scenes.scene_of(having(saved.account(), scenes.training(), lost, at=NOW))
    async with console(scene, pane="checkpoints") as running:
        assert "you would lose ALL of it" in screen_text(running.app)


async def test_what_nobody_could_look_at_is_no_absence_of_checkpoints() -> None:
    async with console(saved.saved(), (200, 60), "checkpoints") as running:
        rows = {row.key: row.cells[1].text for row in running.table.rows}
        assert rows[f"{scenes.never_started().id}:unknown"].startswith("not known: not up yet")
        assert rows[f"{scenes.stopped().id}:unknown"].startswith("not known: it does not run")
        assert "1 places were not seen" in rows[f"{scenes.full_disk().id}:gaps"]
        assert "no checkpoint" not in rows.values()


async def test_why_nobody_could_log_in_is_what_the_row_and_p_say() -> None:
    pod = scenes.full_disk()
    said = f"{pod.name} (192.0.2.1:22017): no offered key was accepted"
    refused = Change(CheckpointList, Failed(said, NOW, "ssh_auth"), pod.id)
    scene = scenes.scene_of(an_account(pod).after(refused))
    async with console(scene, pane="checkpoints") as running:
        (row,) = running.table.rows
        assert row.cells[1].text == "not known: no offered key was accepted"
        await running.press("p")
        assert "its checkpoints are not known" in screen_text(running.app)


async def test_a_complete_list_without_any_is_said_to_have_none() -> None:
    none = having(saved.account(), scenes.full_disk(), CheckpointList(pod_now=NOW), at=NOW)
    async with console(scenes.scene_of(none), pane="checkpoints") as running:
        rows = {row.key: row.cells[1].text for row in running.table.rows}
        assert rows[f"{scenes.full_disk().id}:none"] == "no checkpoint"


async def test_v_begins_a_verification_of_the_selected_checkpoint() -> None:
    async with console(saved.saved(), pane="checkpoints") as running:
        await running.press("V")
        assert running.feed.begun == []
        assert "still being written" in screen_text(running.app)
        await running.press("j", "V")
        pod = scenes.training()
        assert running.feed.begun == [
            VerifyOrder(pod=pod.id, name=pod.name, checkpoint=saved.WHOLE)
        ]


async def test_v_works_in_the_window_of_a_checkpoint_too() -> None:
    async with console(saved.saved(), pane="checkpoints") as running:
        await running.press("j", "enter", "V")
        assert len(running.feed.begun) == 1


async def test_v_on_another_pane_leads_to_the_checkpoints_of_that_pod() -> None:
    async with console(saved.saved()) as running:
        await running.press("slash", *"train", "enter", "V")
        assert running.main.pane.name == "checkpoints"
        assert running.feed.begun == []


async def test_p_on_a_checkpoint_asks_for_the_folder_and_begins_a_pull_also_when_locked() -> None:
    async with console(saved.saved(), pane="checkpoints") as running:
        await running.press("p")
        assert "still being written" in screen_text(running.app)
        await running.press("j", "p")
        assert "Pull checkpoint-88000 in /workspace/out?" in screen_text(running.app)
        await awake(running)
        await running.press("tab", "ctrl+u", *"rel", "enter", "enter")
        assert "name an absolute folder" in screen_text(running.app)
        await running.press("ctrl+u", *"/data/a", "enter", "enter")
        pod = scenes.training()
        assert running.feed.begun == [
            FetchOrder(pod=pod.id, name=pod.name, checkpoint=saved.WHOLE, target="/data/a")
        ]
        assert running.app.screen is running.main


async def test_through_the_gateway_a_pull_is_refused_with_what_to_do_instead() -> None:
    listed = CheckpointList(checkpoints=(saved.WHOLE,), pod_now=NOW)
    gateway = scenes.never_started()
    account = having(saved.account(), gateway, listed, at=NOW)
    async with console(scenes.scene_of(account), (200, 60), "checkpoints") as running:
        await running.press("slash", *"infer", "enter", "p")
        text = screen_text(running.app)
        assert "nothing can be pulled" in text
        assert running.feed.begun == []


async def test_hostile_file_names_are_shown_and_do_nothing() -> None:
    async with console(saved.saved(), (200, 60), "checkpoints") as running:
        text = screen_text(running.app)
        assert "[@click=app.exit()]" in text
        assert "\x1b" not in text
        assert "evil" not in text.splitlines()[0]
        await running.press("G", "enter", "escape")
        assert not running.app._exit


async def test_what_lies_on_a_volume_without_a_pod_is_listed_and_kept() -> None:
    async with console(saved.saved(), (200, 60), "checkpoints") as running:
        row = next(row for row in running.table.rows if row.key.startswith("volume:nv9"))
        texts = [cell.text for cell in row.cells]
        assert texts[0] == "archive"
        assert texts[9] == "kept"
        assert texts[10] == "ok structure"
        assert texts[12] == "s3"
        assert row.pod is None


async def test_an_old_look_over_s3_keeps_nothing() -> None:
    scene = replace(saved.saved(), now=NOW + 3600)
    async with console(scene, (200, 60), "checkpoints") as running:
        row = next(row for row in running.table.rows if row.key.startswith("volume:nv9"))
        assert row.cells[9].text == "LOST"


async def test_a_row_shows_how_far_the_work_on_it_is() -> None:
    pod = scenes.training()
    order = VerifyOrder(pod=pod.id, name=pod.name, checkpoint=saved.WHOLE)
    done = saved.WHOLE.size // 4
    job = Job(
        number=3, order=order, asked=NOW, began=NOW - 60, heard=NOW - 1, done=done, said="reading"
    )
    waiting = replace(saved.saved(), jobs=(replace(job, began=None, heard=None, done=0),))
    stalled = replace(saved.saved(), jobs=(replace(job, heard=NOW - 42),))
    for scene, said in (
        (replace(saved.saved(), jobs=(job,)), "verify 25%"),
        (waiting, "waits"),
        (stalled, "no bytes!"),
    ):
        async with console(scene, (200, 60), "checkpoints") as running:
            row = next(r for r in running.table.rows if r.key == f"{pod.id}:{saved.WHOLE.path}")
            assert said in [cell.text for cell in row.cells]
            await running.press("j", "enter")
            assert "X there cancels it" in screen_text(running.app)


async def test_the_details_say_why_a_verification_came_to_no_verdict() -> None:
    found = saved.proof(saved.WHOLE, Verdict.OK, "whole")
    newer = replace(found, stamp=replace(found.stamp, ctime_ns=found.stamp.ctime_ns + 1))
    gone = replace(found.stamp, size=0, mtime_ns=0, ctime_ns=0, inode=0)
    unread = replace(found, stamp=gone, verdict=Verdict.UNKNOWN, reason="No such file or directory")
    for proof, said in (
        (newer, "changed after it was listed"),
        (unread, "model.safetensors: No such file or directory"),
    ):
        proofs = CheckpointProofs(files=MappingProxyType({proof.stamp.path: proof}))
        account = having(saved.account(), scenes.training(), proofs, at=NOW)
        async with console(scenes.scene_of(account), (200, 60), "checkpoints") as running:
            await running.press("j", "enter")
            text = screen_text(running.app)
            assert "? unread" in text
            assert said in text


@pytest.mark.parametrize(
    ("end", "verdict", "said", "is_told"),
    [
        (JobEnd.FAILED, None, "the connection was lost", True),
        (JobEnd.DONE, Verdict.UNKNOWN, "it changed after it was listed: ^R lists it again", True),
        (JobEnd.DONE, Verdict.UNKNOWN, "not verified yet", False),
        (JobEnd.DONE, Verdict.OK, "291 tensors", False),
        (JobEnd.CANCELLED, None, "cancelled by you", False),
    ],
)
async def test_the_details_say_what_the_last_verification_said_where_no_verdict_does(
    end: JobEnd, verdict: Verdict | None, said: str, *, is_told: bool
) -> None:
    pod = scenes.training()
    order = VerifyOrder(pod=pod.id, name=pod.name, checkpoint=saved.WHOLE)
    job = Job(number=3, order=order, asked=NOW - 90, verdict=verdict).finished(end, said, NOW - 60)
    bare = having(saved.account(), pod, CheckpointProofs(), at=NOW)
    scene = replace(scenes.scene_of(bare), jobs=(job,))
    async with console(scene, (200, 60), "checkpoints") as running:
        await running.press("j", "enter")
        text = screen_text(running.app)
        assert ("job 3" in text) is is_told
        assert (f"ended 1m: {said}" in text) is is_told


def stopped_since() -> Scene:
    """The Pod with a volume disk has stopped twelve minutes after its checkpoints were listed."""
    pod = scenes.full_disk()
    one = scenes.a_checkpoint("/workspace/out/checkpoint-500", 600, inode=21)
    lost = scenes.a_checkpoint("/root/out/checkpoint-400", 700, inode=22)
    found = having(
        saved.account(), pod, CheckpointList(checkpoints=(one, lost), pod_now=NOW), at=NOW
    )
    whole = saved.proof(one, Verdict.OK, "291 tensors")
    found = having(found, pod, CheckpointProofs(files={whole.stamp.path: whole}), at=NOW)
    ended = replace(pod, status=PodStatus.EXITED, runtime=None, ssh_direct=None)
    pods = tuple(ended if it.id == pod.id else it for it in found.pods)
    found = found.after(Change(PodList, Observed(PodList(pods), NOW + 720)))
    return replace(scenes.scene_of(found, now=NOW + 720), jobs=())


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_checkpoints_on_the_disk_of_a_pod_that_stopped_stay_and_are_never_fine(
    size: tuple[int, int],
) -> None:
    async with console(stopped_since(), size, "checkpoints") as running:
        await running.press("slash", *"sweep", "enter")
        lines = [line for line in screen_text(running.app).splitlines() if "sweep-07" in line]
        assert any("checkpoint-500" in line and "? out of reach" in line for line in lines)
        assert any("not known: it does not run" in line for line in lines)
        text = screen_text(running.app)
        assert "checkpoint-400" not in text
        assert "you would lose ALL of it" in text
        await running.press("enter")
        text = " ".join(screen_text(running.app).split())
        assert "seen 12m ago, before it stopped: not reachable now" in text
        assert "when it was seen: ok full, 291 tensors" in text
        assert "what lies there now is not known" in text


async def test_v_and_p_on_what_is_out_of_reach_say_how_it_comes_into_reach() -> None:
    for key in ("V", "p"):
        async with console(stopped_since(), (200, 60), "checkpoints") as running:
            await running.press("slash", *"sweep", "enter", key)
            assert "Start it: rgt-tui start 9x2k4m1n0p" in screen_text(running.app)
            assert running.feed.begun == []


EVERY_VERDICT = [(verdict, level) for verdict in Verdict for level in Level]


@pytest.mark.parametrize(("verdict", "level"), EVERY_VERDICT)
async def test_a_verdict_is_shown_whole_with_its_level_on_the_smallest_screen_with_boxes(
    verdict: Verdict, level: Level
) -> None:
    found = replace(saved.proof(saved.BROKEN, verdict, "as it says"), level=level)
    proofs = CheckpointProofs(files=MappingProxyType({found.stamp.path: found}))
    pod = scenes.training()
    order = VerifyOrder(pod=pod.id, name=pod.name, checkpoint=saved.BROKEN)
    job = replace(Job(number=1, order=order, asked=NOW), verdict=verdict, level=level)
    scene = scenes.scene_of(having(saved.account(), pod, proofs, at=NOW))
    scene = replace(scene, jobs=(job.finished(JobEnd.DONE, "as it says", NOW),))
    for pane in ("checkpoints", "jobs"):
        async with console(scene, (80, 24), pane) as running:
            (line,) = [
                line for line in screen_text(running.app).splitlines() if "checkpoint-870" in line
            ][:1]
            assert shown_verdict(verdict, level) in line


async def test_a_job_that_judged_is_shown_with_its_verdict_and_never_as_merely_done() -> None:
    pod = scenes.training()
    order = VerifyOrder(pod=pod.id, name=pod.name, checkpoint=saved.WHOLE)
    job = Job(number=1, order=order, asked=NOW).finished(JobEnd.DONE, "as it says", NOW)
    jobs = tuple(
        replace(job, number=number, verdict=verdict, level=level)
        for number, (verdict, level) in enumerate(
            [(Verdict.OK, Level.FULL), (Verdict.BROKEN, Level.FULL), (Verdict.UNKNOWN, None)], 1
        )
    )
    scene = replace(saved.saved(), jobs=jobs)
    async with console(scene, (200, 60), "jobs") as running:
        ends = [row.cells[-1] for row in running.table.rows]
    assert [end.text for end in ends] == ["? unread", "BROKEN! full", "ok full"]
    assert [end.tone for end in ends] == [Tone.UNKNOWN, Tone.BAD, Tone.GOOD]
