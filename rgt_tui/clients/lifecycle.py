"""Start, stop and restart: what can be undone, asked for through the gate.

A write is sent once. Where its outcome is unknown, `Ambiguous` says so and the Pod is read
before anything is sent again. 409 also comes when the Pod is already in the wanted state.
"""

from typing import TYPE_CHECKING

from rgt_tui.clients.gate import ActionPass, Verb, action_body
from rgt_tui.domain.errors import NotSent
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId, is_pod_id

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http


async def start(http: "Http", pod_id: PodId) -> None:
    """Boots a stopped Pod. It may come back without a GPU, or be refused for want of one.

    Raises:
        ApiError: as drawn in `rgt_tui.domain.errors`.
    """
    await _act(http, pod_id, Verb.START)


async def stop(http: "Http", pod_id: PodId) -> None:
    """Stops a Pod: its container disk is wiped, its volume disk bills on at twice the price.

    Raises:
        ApiError: as drawn in `rgt_tui.domain.errors`.
    """
    await _act(http, pod_id, Verb.STOP)


async def restart(http: "Http", pod_id: PodId) -> None:
    """Restarts a running Pod's container in place.

    Raises:
        ApiError: as drawn in `rgt_tui.domain.errors`.
    """
    await _act(http, pod_id, Verb.RESTART)


async def _act(http: "Http", pod_id: PodId, verb: Verb) -> None:
    from rgt_tui.clients.http import Ask  # httpx is loaded by whoever opened `http`

    if not is_pod_id(pod_id):
        raise NotSent(f"could not {verb} Pod {clean(pod_id, 64)}: that is no Pod id")
    ask = Ask(path=f"/v2/pods/{pod_id}/action", doing=f"{verb} Pod {pod_id}")
    await http.write("POST", ask, ActionPass(pod_id, verb), action_body(verb))
