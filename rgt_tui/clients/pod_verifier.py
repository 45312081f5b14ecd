"""Lists and verifies checkpoints on a Pod, with the same verifier that runs here."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from rgt_tui.clients.answers import BadAnswer, Proven, checkpoint_list
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.domain.checkpoint import CheckpointList, Level
from rgt_tui.domain.errors import SshError, SshFault

LIST_S: Final = 60.0
SILENCE_S: Final = 180.0
"""How long a verifier may say nothing: a cold network volume reads 8 MB in less."""


async def list_checkpoints(
    pool: SshPool, target: SshTarget, *, roots: Sequence[str] = (), globs: Sequence[str] = ()
) -> CheckpointList:
    """The checkpoints on a Pod.

    Args:
        pool: the connections.
        target: the Pod.
        roots: folders to search; none for all that no system brings.
        globs: names or paths that count as checkpoints beside the known ones.

    Raises:
        SshError: it could not be asked.
    """
    request = {"op": "list", "roots": list(roots), "globs": list(globs), "limit_s": LIST_S}
    answers: list[dict[str, Any]] = []
    async with pool.talk(target) as talk:
        async for answer in talk.ask(request, silence_s=LIST_S + 20):
            answers.append(answer)  # noqa: PERF401  # an asynchronous comprehension hides the wait
    try:
        return checkpoint_list(answers, globs)
    except BadAnswer as error:
        raise SshError(SshFault.BAD_ANSWER, f"{target.where}: {error}") from error


async def verify_on_pod(
    pool: SshPool,
    target: SshTarget,
    paths: Sequence[str],
    level: Level,
    progress: Callable[[int], None] | None = None,
) -> Proven:
    """The proofs of files and folders on a Pod.

    Raises:
        SshError: it could not be asked, or the connection broke.
    """
    request = {"op": "verify", "paths": list(paths), "level": level.value, "pod": True}
    found = Proven()
    try:
        async with pool.talk(target) as talk:
            async for answer in talk.ask(request, silence_s=SILENCE_S):
                found.take(answer, progress)
    except BadAnswer as error:
        raise SshError(SshFault.BAD_ANSWER, f"{target.where}: {error}") from error
    return found
