"""Jobs on the screen: their keys, and the question before one leaves them."""

from dataclasses import replace

import pytest

from rgt_tui.domain.job import JobEnd, MeasureOrder
from rgt_tui.ui.screens.confirm import DEAF_S, ConfirmScreen
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import Console, console


async def awake(running: Console) -> None:
    """Waits until the question in front hears keys."""
    screen = running.app.screen
    assert isinstance(screen, ConfirmScreen)
    await running.pilot.pause(DEAF_S + 0.1)
    await running.settle()
    assert screen.is_awake


async def test_jobs_are_listed_newest_first_with_what_they_do() -> None:
    async with console(scenes.job_list(), (200, 60), "jobs") as running:
        assert [row.key for row in running.table.rows] == list("7654321")
        text = screen_text(running.app)
        assert "verify by load checkpoint-88000" in text
        assert "no bytes!" in text
        assert "waiting" in text
        assert "failed!" in text


async def test_x_cancels_a_running_job_and_d_dismisses_one_that_ended() -> None:
    async with console(scenes.job_list(), pane="jobs") as running:
        await running.press("j", "j", "D")
        assert running.feed.dismissed == []
        await running.press("X")
        assert running.feed.cancelled == [5]
        await running.press("G", "X")
        assert running.feed.cancelled == [5]
        await running.press("D")
        assert running.feed.dismissed == [1]


async def test_b_begins_a_job_that_ended_again() -> None:
    whole = scenes.job_list()
    async with console(whole, pane="jobs") as running:
        await running.press("B")
        assert "this job still runs" in screen_text(running.app)
        await running.press("G", "B")
        assert "it runs again already" in screen_text(running.app)
        assert running.feed.begun == []
    async with console(replace(whole, jobs=whole.jobs[:3]), pane="jobs") as running:
        await running.press("B")
        assert running.feed.begun == [whole.jobs[2].order]


async def test_the_keys_of_jobs_do_nothing_on_another_pane() -> None:
    async with console(scenes.job_list()) as running:
        await running.press("X", "D")
        assert (running.feed.cancelled, running.feed.dismissed) == ([], [])
        assert "choose a job first" in screen_text(running.app)


async def test_measuring_is_a_job_of_the_pod_in_question() -> None:
    async with console(scenes.demo()) as running:
        await running.press("slash", *"sweep", "enter", "M")
        pod = scenes.full_disk()
        assert running.feed.begun == [MeasureOrder(pod=pod.id, name=pod.name)]


async def test_a_quit_asks_while_jobs_run_and_stays_by_default() -> None:
    async with console(scenes.job_list()) as running:
        await running.press("q")
        assert "Quit while 4 jobs run?" in screen_text(running.app)
        await awake(running)
        await running.press("enter")
        assert running.app.screen is running.main
        assert not running.app._exit


async def test_a_quit_goes_on_when_it_is_confirmed_also_in_a_locked_console() -> None:
    async with console(scenes.job_list()) as running:
        await running.press("q")
        await awake(running)
        await running.press("tab", "enter")
        assert running.app._exit


@pytest.mark.parametrize("scene", [scenes.demo, scenes.empty])
async def test_a_quit_without_jobs_asks_nothing(scene: object) -> None:
    async with console(scene()) as running:  # type: ignore[operator]  # parametrised by makers
        await running.press("q")
        assert running.app._exit


async def test_jobs_that_have_ended_hold_nobody_back() -> None:
    whole = scenes.job_list()
    ended = tuple(job for job in whole.jobs if not job.is_open)
    async with console(replace(whole, jobs=ended)) as running:
        await running.press("q")
        assert running.app._exit


async def test_a_job_is_still_there_when_a_window_in_front_is_closed() -> None:
    async with console(scenes.job_list()) as running:
        await running.press("x", "escape", "7")
        assert len(running.table.rows) == 7


async def test_the_question_before_a_quit_follows_the_jobs() -> None:
    whole = scenes.job_list()
    async with console(whole) as running:
        await running.press("q")
        one_less = tuple(
            job.finished(JobEnd.DONE, "4 tensors", whole.now) if job.number == 4 else job
            for job in whole.jobs
        )
        await running.put(replace(whole, jobs=one_less))
        text = screen_text(running.app)
        assert "Quit while 3 jobs run?" in text
        assert "done: 4 tensors" in text
        assert "verdict ok by full" not in text, "it had ended before the question"
        ended = tuple(
            job.finished(JobEnd.FAILED, "connection lost", whole.now) if job.is_open else job
            for job in one_less
        )
        await running.put(replace(whole, jobs=ended))
        text = screen_text(running.app)
        assert "No job runs any more" in text
        assert "all of them have ended" in text
        assert "They end with the console" not in text
        await awake(running)
        await running.press("tab", "enter")
        assert running.app._exit
