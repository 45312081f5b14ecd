"""The one place that can delete a Pod. It needs a permit, and the gate below needs it again."""

from typing import TYPE_CHECKING

from rgt_tui.clients.gate import DeletePass
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.record import Recorded

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http


async def delete_pod(http: "Http", permit: Permit, record: Recorded) -> None:
    """Deletes the Pod the permit names: irreversible, with all that is not on a network volume.

    Returning means that the service accepted it; that the Pod is gone is known only when it is
    neither found by its id nor listed.

    Raises:
        GuardRefused: the permit is used up, has expired, or the session is read-only.
        Ambiguous: it may have been carried out: read the Pod, and get a new permit to try again.
        Conflict: the Pod belongs to a cluster.
        ApiError: any other outcome.
    """
    from rgt_tui.clients.http import Ask  # httpx is loaded by whoever opened `http`

    ask = Ask(path=f"/v2/pods/{permit.pod_id}", doing=f"delete Pod {permit.pod_id}")
    await http.write("DELETE", ask, DeletePass(permit, record))
