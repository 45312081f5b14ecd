"""Lists and verifies checkpoints on a Pod, with the same verifier that runs here."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from rgt_tui.clients.answers import BadAnswer, Proven
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.clients.survey import Survey
from rgt_tui.clock import Clock, session_clock
from rgt_tui.domain.checkpoint import CheckpointList, Level
from rgt_tui.domain.errors import SshError, SshFault

LOOKS: Final = 5
"""Where there is no next time, a listing may take so many looks."""
SILENCE_S: Final = 180.0
"""How long a verifier may say nothing: a cold network volume reads 8 MB in less."""


async def list_checkpoints(
    pool: SshPool, target: SshTarget, *, roots: Sequence[str] = (), globs: Sequence[str] = ()
) -> CheckpointList:
    """The checkpoints on a Pod, in as many looks as that takes, up to `LOOKS`.

    Args:
        pool: the connections.
        target: the Pod.
        roots: folders to search; none for all that no system brings.
        globs: names or paths that count as checkpoints beside the known ones.

    Raises:
        SshError: it could not be asked.
    """
    return await go_on(pool, target, Survey(roots=roots, globs=globs), session_clock())


async def go_on(
    pool: SshPool, target: SshTarget, survey: Survey, clock: Clock, *, looks: int = LOOKS
) -> CheckpointList:
    """Looks at a Pod from where the last look ran out of time; what is known of it then.

    Args:
        pool: the connections.
        target: the Pod.
        survey: what earlier looks have found; it takes in these.
        clock: ours.
        looks: how often at most, until everything was seen.

    Raises:
        SshError: it could not be asked; what was known before is kept.
    """
    while True:
        found = await _look(pool, target, survey, clock)
        looks -= 1
        if survey.stopped is None or looks <= 0:
            return found


async def _look(pool: SshPool, target: SshTarget, survey: Survey, clock: Clock) -> CheckpointList:
    """One look.

    Raises:
        SshError: it could not be asked; what was known before is kept.
    """
    answers: list[dict[str, Any]] = []
    at = clock()
    async with pool.talk(target) as talk:
        async for answer in talk.ask(survey.request(), silence_s=survey.limit_s + 20):
            answers.append(answer)  # noqa: PERF401  # an asynchronous comprehension hides the wait
    try:
        survey.take(answers, at)
        now = next((float(x["now"]) for x in answers if "now" in x and "tool" not in x), None)
        if now is None:
            raise BadAnswer("the listing did not come to its end")
        return survey.listed(now, clock())
    except (BadAnswer, TypeError, ValueError) as error:
        raise SshError(SshFault.BAD_ANSWER, f"{target.where}: {error}") from error


async def verify_on_pod(
    pool: SshPool,
    target: SshTarget,
    paths: Sequence[str],
    level: Level,
    progress: Callable[[int], None] | None = None,
    only: Sequence[str] | None = None,
) -> Proven:
    """The proofs of files and folders on a Pod; `only` names the files of folders that count.

    Raises:
        SshError: it could not be asked, or the connection broke.
    """
    request = {"op": "verify", "paths": list(paths), "level": level.value, "pod": True}
    if only is not None:
        request["only"] = list(only)
    found = Proven()
    try:
        async with pool.talk(target) as talk:
            async for answer in talk.ask(request, silence_s=SILENCE_S):
                found.take(answer, progress)
    except BadAnswer as error:
        raise SshError(SshFault.BAD_ANSWER, f"{target.where}: {error}") from error
    return found
