"""The one place that can delete a Pod or a network volume. It needs a permit, and the gate below needs it again."""

from typing import TYPE_CHECKING

from rgt_tui.clients.gate import DeletePass
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.record import Recorded

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http


async def delete_pod(http: "Http", permit: Permit, record: Recorded) -> None:
    """Deletes what the permit names: irreversible.

    A Pod goes with all that is not on a network volume, a network volume with all its files.
    Returning means that the service accepted it; that it is gone is known only when it is
    neither found by its id nor listed.

    Raises:
        GuardRefused: the permit is used up, has expired, or the session is read-only.
        Ambiguous: it may have been carried out: read the Pod, and get a new permit to try again.
        Conflict: the Pod belongs to a cluster.
        ApiError: any other outcome.
    """
    from rgt_tui.clients.http import Ask  # httpx is loaded by whoever opened `http`

    ask = Ask(path=permit.path, doing=f"delete {permit.grounds.kind} {permit.pod_id}")
    await http.write("DELETE", ask, DeletePass(permit, record))
