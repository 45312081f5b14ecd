"""Answers a person's questions about a network volume over S3. It only reads."""

from collections.abc import AsyncIterator

from rgt_tui.clients.s3 import S3
from rgt_tui.clients.s3_headers import headers
from rgt_tui.clients.s3_open import s3_of
from rgt_tui.clock import Clock
from rgt_tui.domain.errors import ApiError, RgtError
from rgt_tui.domain.objects import Listing, StoredObject, is_trash
from rgt_tui.domain.shelf import HEAD, Answer, Glance, Wish
from rgt_tui.domain.volume import NetworkVolume

TRASH_MAX = 50_000
"""Objects of a volume among which trash is looked for; beyond it what is found is "at least"."""


async def answers(
    volume: NetworkVolume, glance: Glance, clock: Clock
) -> AsyncIterator[tuple[Glance, Answer]]:
    """The answer to a question, as its last; a folder that is verified answers file by file.

    A failure is an answer too: it says what was tried and what to do.
    """
    try:
        async with s3_of(volume) as s3:
            match glance.wish:
                case Wish.FOLDER:
                    found = await s3.list(volume.id, glance.path)
                    yield glance, Answer(at=clock(), listing=found)
                case Wish.TRASH:
                    yield glance, Answer(at=clock(), listing=await _trash(s3, volume.id))
                case Wish.HEAD:
                    head = await s3.get(volume.id, glance.path, 0, HEAD)
                    yield glance, Answer(at=clock(), head=head)
                case Wish.VERIFY:
                    async for answer in _verified(s3, glance, clock):
                        yield answer
    except RgtError as error:
        yield glance, Answer(at=clock(), trouble=error.message, hint=error.hint)


async def _trash(s3: S3, bucket: str) -> Listing:
    found = await s3.list(bucket, deep=True, limit=TRASH_MAX)
    kept = tuple(stored for stored in found.objects if is_trash(stored.key))
    return Listing(objects=kept, is_whole=found.is_whole)


async def _verified(s3: S3, glance: Glance, clock: Clock) -> AsyncIterator[tuple[Glance, Answer]]:
    files: tuple[StoredObject, ...]
    if glance.path.endswith("/") or not glance.path:
        files = (await s3.list(glance.volume, glance.path)).objects
    else:
        files = (await s3.head(glance.volume, glance.path),)
    async for stored, seen in headers(s3, glance.volume, files):
        asked = Glance(glance.volume, stored.key, Wish.VERIFY)
        if isinstance(seen, ApiError):
            yield asked, Answer(at=clock(), trouble=seen.message, hint=seen.hint)
        else:
            yield asked, Answer(at=clock(), check=seen)
    if glance.path.endswith("/") or not glance.path:
        yield glance, Answer(at=clock())
