import pytest

from rgt_tui.actions import Copy
from rgt_tui.actions.copy_ssh import ACTION
from rgt_tui.domain.pod import SshEndpoint
from rgt_tui.panes import Scene
from tests.values import a_pod

PROXY = SshEndpoint(host="ssh.runpod.io", port=22, username="abc-64410b6f")


def test_the_direct_road_is_copied_when_there_is_one() -> None:
    pod = a_pod(ssh_proxy=PROXY)
    assert ACTION.run(Scene(), pod) == Copy(
        f"ssh -p 34446 -o HostName=127.0.0.1 -- root@rgt-{pod.id}"
    )


def test_the_gateway_is_copied_when_it_is_all_there_is() -> None:
    pod = a_pod(ssh_direct=None, ssh_proxy=PROXY)
    assert ACTION.run(Scene(), pod) == Copy(
        f"ssh -p 22 -o HostName=ssh.runpod.io -- abc-64410b6f@rgt-{pod.id}"
    )


def test_without_an_address_it_says_why_not() -> None:
    why = ACTION.why_not(Scene(), a_pod(ssh_direct=None))
    assert why == "the API gives no SSH address for this Pod"


def test_the_command_never_turns_host_key_checking_off() -> None:
    outcome = ACTION.run(Scene(), a_pod())
    assert isinstance(outcome, Copy)
    assert "StrictHostKeyChecking" not in outcome.text


def test_a_strange_user_or_host_is_one_quoted_word() -> None:
    pod = a_pod(ssh_direct=SshEndpoint(host="h;reboot", port=22, username="$(id)"))
    assert ACTION.run(Scene(), pod) == Copy(
        f"ssh -p 22 -o 'HostName=h;reboot' -- '$(id)@rgt-{pod.id}'"
    )


def test_the_jump_host_of_the_configuration_is_on_the_way() -> None:
    outcome = ACTION.run(Scene(jump_host="me@bastion:2222,inner"), a_pod())
    assert isinstance(outcome, Copy)
    assert outcome.text.startswith("ssh -p 34446 -J me@bastion:2222,inner -o HostName=127.0.0.1 ")


def test_it_refuses_to_run_without_a_pod() -> None:
    with pytest.raises(ValueError, match="needs a Pod"):
        ACTION.run(Scene(), None)
