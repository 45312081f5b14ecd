"""Why a Pod that runs is not reached straight, and what is said to do about it."""

import pytest

from rgt_tui.domain.indirect import to_go_straight, why_indirect
from rgt_tui.domain.pod import Pod, SshEndpoint
from rgt_tui.domain.pulling import no_road
from rgt_tui.domain.stopped import to_reach
from rgt_tui.sources import gateway_target
from tests.values import a_pod

AT = SshEndpoint(host="192.0.2.1", port=22017, username="root")
EXPOSED = ("8888/http", "22/tcp")
NO_PORT_YET = a_pod(ports=EXPOSED, ssh_direct=None, ssh_proxy=AT, runtime=None)
NO_LIFE_YET = a_pod(ports=EXPOSED, ssh_direct=AT, ssh_proxy=AT, runtime=None)
BY_GATEWAY = a_pod(ports=("8888/http",), ssh_direct=None, ssh_proxy=AT)


@pytest.mark.parametrize("pod", [NO_PORT_YET, NO_LIFE_YET], ids=["no port yet", "no life yet"])
def test_a_pod_that_exposes_its_port_is_waited_for_and_not_restarted(pod: Pod) -> None:
    assert "not up yet" in why_indirect(pod)
    for told in (to_go_straight(pod), no_road(pod).told):
        assert f"rgt-tui logs {pod.id} --both" in told
        assert "restarts" not in told
        assert "RP6" not in told


def test_a_pod_that_exposes_no_port_is_told_to() -> None:
    assert "(RP6)" in why_indirect(BY_GATEWAY)
    assert to_go_straight(BY_GATEWAY).startswith("Expose 22/tcp")
    assert "rgt-tui browse" in no_road(BY_GATEWAY).hint


def test_what_goes_by_the_gateway_meanwhile_is_told_to_wait_too() -> None:
    assert "rgt-tui logs" in gateway_target(NO_PORT_YET).to_go_straight
    assert "22/tcp" in gateway_target(BY_GATEWAY).to_go_straight


@pytest.mark.parametrize("status", ["PROVISIONING", "STARTING"])
def test_a_pod_that_is_coming_up_is_not_to_be_started(status: str) -> None:
    pod = a_pod(status=status)
    assert "rgt-tui start" not in to_reach(pod)
    assert "rgt-tui logs" in no_road(pod).hint


def test_a_pod_that_is_gone_is_not_to_be_started() -> None:
    assert "rgt-tui start" not in to_reach(a_pod(status="TERMINATED"))
