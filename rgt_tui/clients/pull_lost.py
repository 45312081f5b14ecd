"""A pull whose Pod ends meanwhile: at each drop the API is asked, and its word ends the pull at once.

Else one would wait for a Pod that is known to be stopped until patience ends, and then be told of
a connection.
"""

import asyncio
from collections.abc import Awaitable, Callable

from rgt_tui.clients.rest import Rest
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.pulling import Pulled, PullError, PullFault, PullProgress, left_by

Tell = Callable[[PullProgress], None]


async def while_it_runs(
    pulling: Callable[[Tell], Awaitable[Pulled]], rest: Rest, pod: Pod, tell: Tell
) -> Pulled:
    """What a pull gives, as long as its Pod runs.

    Args:
        pulling: begins the pull, which tells how far it is.
        rest: is asked for the Pod when something was said, which is after a drop.
        pod: as it was before.
        tell: is told how far it is, too.

    Raises:
        PullError: it ended before its end, or the Pod did.
        SshError: the Pod cannot be spoken to.
    """
    news = asyncio.Event()

    def told(at: PullProgress) -> None:
        if at.said:
            news.set()
        tell(at)

    async def watch() -> None:
        while True:
            await news.wait()
            news.clear()
            error = await _ended(rest, pod)
            if error is not None:
                raise error

    try:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch())
            pulled = await pulling(told)
            watching.cancel()
            return pulled
    except ExceptionGroup as group:
        error = group.exceptions[0]
        if isinstance(error, PullError) and error.kind in (PullFault.LOST, PullFault.STALLED):
            error = await _ended(rest, pod) or error
        raise error from group


async def _ended(rest: Rest, pod: Pod) -> PullError | None:
    """Why nothing can come from a Pod any more; None where it runs, or nobody knows."""
    try:
        listed = await rest.pods()
    except RgtError:
        return None
    return left_by(pod, next((one for one in listed.pods if one.id == pod.id), None))
