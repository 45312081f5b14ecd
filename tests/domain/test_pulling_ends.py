"""What a pull says whose Pod has ended, and what to do about a Pod that does not run."""

from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.pulling import PullFault, left_by
from rgt_tui.domain.stopped import to_reach, why_cut
from tests.values import a_pod


def test_a_pod_that_still_runs_has_not_ended_a_pull() -> None:
    assert left_by(a_pod(), a_pod()) is None


def test_a_pod_that_is_listed_no_more_is_told_from_one_that_stopped() -> None:
    gone, stopped = left_by(a_pod(), None), left_by(a_pod(), a_pod(status="EXITED"))
    assert gone is not None
    assert stopped is not None
    assert (gone.kind, stopped.kind) == (PullFault.TERMINATED, PullFault.STOPPED)
    assert "rgt-tui start" not in gone.hint
    assert "rgt-tui start" in stopped.hint


def test_only_a_pod_with_a_network_volume_can_be_read_without_it() -> None:
    mount = NetworkMount(volume_id="nv1", path="/workspace")
    assert "browse nv1" in to_reach(a_pod(status="EXITED", network_mounts=(mount,)))
    assert "browse" not in to_reach(a_pod(status="EXITED"))


def test_a_job_that_lost_its_pod_says_what_became_of_it_and_never_that_it_is_tried_again() -> None:
    lost = SshError(SshFault.LOST, "the connection was lost", hint="It is tried again")
    assert "gone" in why_cut("train-a", None, lost)
    stopped = why_cut("train-a", a_pod(status="EXITED"), lost)
    assert "the Pod is EXITED" in stopped
    assert "rgt-tui start" in stopped
    runs = why_cut("train-a", a_pod(), lost)
    assert runs.startswith("the connection was lost; look whether")
    assert "B in Jobs begins it again" in runs
    assert "tried again" not in runs
    hangs = SshError(SshFault.TIMEOUT, "nothing came", hint="A file system may hang")
    assert "A file system may hang. B in Jobs" in why_cut("train-a", a_pod(), hangs)
