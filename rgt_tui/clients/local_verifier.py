"""Verifies files of this machine in a process of their own: the one that also runs on Pods."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

from rgt_tui.clients.answers import BadAnswer, Proven
from rgt_tui.clients.handed_down import handed_down
from rgt_tui.domain.checkpoint import FileProof, Level
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.text import clean, decode
from rgt_tui.verifiers._compose import BOOT, preamble_here

LINE_MAX: Final = 8 << 20
_WORDS_KEPT: Final = 2000


async def verify_local(
    paths: Sequence[str],
    level: Level,
    progress: Callable[[int], None] | None = None,
    only: Sequence[str] | None = None,
    seen: Callable[[FileProof], None] | None = None,
) -> Proven:
    """The proofs of files and folders of this machine.

    Args:
        paths: absolute paths.
        level: how far to go.
        progress: is told the bytes read since it was last told.
        only: absolute paths of the files of a folder that are verified; None for all.
        seen: is given the proof of each file as it comes.

    Raises:
        RgtError: the verifier's process did not do what it should.
    """
    found = Proven()
    request: dict[str, Any] = {"op": "verify", "paths": list(paths), "level": level.value}
    if only is not None:
        request["only"] = list(only)
    try:
        async for answer in _ask(request):
            found.take(answer, progress)
            if seen is not None and "file" in answer:
                seen(found.files[-1])
    except BadAnswer as error:
        raise RgtError(f"The verifier's answer cannot be used: {error}.") from error
    return found


async def _ask(request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", BOOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_MAX,
        env=handed_down(),
        start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  # pipes
    is_done = False
    try:
        process.stdin.write(preamble_here() + json.dumps(request).encode("ascii") + b"\n")
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        process.stdin.close()
        async for line in process.stdout:
            answer = json.loads(line)
            is_done = is_done or "done" in answer
            yield answer
    except ValueError as error:
        raise BadAnswer("it is no JSON") from error
    finally:
        words = await _end(process)
    if not is_done:
        raise RgtError(f"The verifier ended before its time: {words}.")


async def _end(process: asyncio.subprocess.Process) -> str:
    """Ends the process; its last words."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if process.stdout is None or not process.stdout.at_eof():
                process.kill()
    said = b""
    if process.stderr is not None:
        said = await process.stderr.read(_WORDS_KEPT)
    await process.wait()
    lines = [line for line in decode(said).splitlines() if line.strip()]
    return clean(lines[-1], 200) if lines else "it said nothing"
