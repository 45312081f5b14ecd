"""How far a job is, and what may be foretold of its end."""

from dataclasses import replace

from rgt_tui.domain.checkpoint import Checkpoint, FileStamp, Level
from rgt_tui.domain.job import (
    STALL_S,
    Job,
    JobEnd,
    MeasureOrder,
    VerifyOrder,
    running,
    verified_last,
)
from rgt_tui.domain.units import PodId
from tests.values import NOW

ONE = Checkpoint(
    path="/w/a\x1b]0;evil\x07.pt",
    format="torch",
    files=(FileStamp(path="/w/a", size=1000, mtime_ns=0, ctime_ns=0, inode=1),),
)
VERIFY = VerifyOrder(pod=PodId("p1"), name="train-a", checkpoint=ONE)
JOB = Job(number=1, order=VERIFY, asked=NOW, began=NOW, heard=NOW, done=400, rate=100.0)


def test_the_rest_takes_as_long_as_the_rate_says() -> None:
    assert JOB.percent == 40
    assert JOB.seconds_left(NOW + 1) == 6


def test_nothing_is_foretold_once_bytes_stop_coming() -> None:
    assert JOB.seconds_left(NOW + STALL_S) == 6
    assert JOB.seconds_left(NOW + STALL_S + 0.1) is None
    assert JOB.stalled_s(NOW + STALL_S) is None
    assert JOB.stalled_s(NOW + 60) == 60


def test_all_bytes_are_not_yet_a_hundred_percent() -> None:
    assert replace(JOB, done=1000).percent == 99
    done = replace(JOB, done=1000).finished(JobEnd.DONE, "whole", NOW)
    assert done.percent == 100
    assert done.seconds_left(NOW) is None
    failed = replace(JOB, done=1000).finished(JobEnd.FAILED, "broken", NOW)
    assert failed.percent == 99


def test_a_walk_has_no_known_whole() -> None:
    job = replace(JOB, order=MeasureOrder(pod=PodId("p1"), name="train-a"))
    assert (job.percent, job.seconds_left(NOW), job.stalled_s(NOW + 99)) == (None, None, None)
    assert replace(VERIFY, level=Level.STRUCTURE).total is None


def test_a_path_is_cleaned_in_what_a_job_is_called() -> None:
    assert "\x1b" not in VERIFY.what
    assert VERIFY.what.endswith("in /w")


def test_open_jobs_are_those_without_an_end() -> None:
    ended = JOB.finished(JobEnd.CANCELLED, "by you", NOW)
    assert running((JOB, ended)) == (JOB,)


def test_the_last_verification_is_the_one_that_ended_last_and_that_nobody_cancelled() -> None:
    first = JOB.finished(JobEnd.DONE, "whole", NOW)
    last = replace(JOB, number=2).finished(JobEnd.FAILED, "connection lost", NOW + 5)
    dropped = replace(JOB, number=3).finished(JobEnd.CANCELLED, "by you", NOW + 9)
    other = replace(last, number=4, order=replace(VERIFY, pod=PodId("p2")), ended=NOW + 9)
    jobs = (last, first, dropped, other, replace(JOB, number=5))
    assert verified_last(jobs, PodId("p1"), ONE.path) == last
    assert verified_last(jobs, PodId("p1"), "/elsewhere") is None
