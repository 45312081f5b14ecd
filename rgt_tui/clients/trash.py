"""Empties the trash of a network volume: written down before and after, and nothing else deleted.

A volume may be somebody's only copy. So what is deleted was seen by a person, lies in a trash
folder, and is looked at once more: what changed or came since stays. Each batch is written down,
file by file, before its first file goes; a file whose end is unknown is looked for, never sent again.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Final

from rgt_tui.clients.journal import Journal, new_op
from rgt_tui.clients.s3 import S3
from rgt_tui.domain.errors import Ambiguous, ApiError, GuardRefused, NotFound
from rgt_tui.domain.journal import OUTCOME
from rgt_tui.domain.objects import StoredObject, trash_folder
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import EmptyTrash

BATCH: Final = 100
"""Files of one line of the journal."""


@dataclass(slots=True)
class Emptied:
    """How far it came.

    Attributes:
        files, size: deleted, and seen to be gone where the answer was lost.
        kept: files that changed or vanished since they were seen.
        trouble: why it ended early; empty when it did not.
    """

    files: int = 0
    size: int = 0
    kept: int = 0
    trouble: str = ""


@dataclass(slots=True, kw_only=True)
class Bin:
    """Empties the trash of one volume.

    Attributes:
        s3: an open connection that may delete.
        journal: where everything is written down.
        require_writable: raises `GuardRefused` once writes may not be asked for any more.
        approval: how a person approved it.
    """

    s3: S3
    journal: Journal
    require_writable: Callable[[], None]
    approval: str
    done: Emptied = field(default_factory=Emptied)

    async def empty(self, request: EmptyTrash) -> Emptied:
        """Deletes what was seen and is unchanged.

        Raises:
            GuardRefused: something of it lies in no trash folder, or nothing may be written.
            ApiError: it could not be looked at once more; nothing was deleted.
        """
        if any(trash_folder(stored.key) is None for stored in request.objects):
            raise GuardRefused("nothing was deleted: not all of it lies in a trash folder")
        left = await self._unchanged(request)
        self.done.kept = len(request.objects) - len(left)
        for start in range(0, len(left), BATCH):
            await self._batch(request, left[start : start + BATCH])
            if self.done.trouble:
                break
        return self.done

    async def _unchanged(self, request: EmptyTrash) -> list[StoredObject]:
        now: dict[str, StoredObject] = {}
        for folder in sorted({trash_folder(stored.key) or "" for stored in request.objects}):
            found = await self.s3.list(request.volume, folder, deep=True)
            now.update({stored.key: stored for stored in found.objects})
        return [stored for stored in request.objects if now.get(stored.key) == stored]

    async def _batch(self, request: EmptyTrash, files: Sequence[StoredObject]) -> None:
        self.require_writable()
        op, path = new_op(), f"/{request.volume}"
        named = [[stored.name, stored.size] for stored in files]
        body = json.dumps([stored.key for stored in files]).encode()
        record = await asyncio.to_thread(
            self.journal.intend,
            op,
            request.what,
            ("DELETE", path, body),
            volume={"id": request.volume, "name": request.name},
            files=named,
            approval=self.approval,
        )
        record.spend("DELETE", path, body)
        before = self.done.files
        try:
            for stored in files:
                await self._one(request.volume, stored)
        except (ApiError, GuardRefused) as error:
            self.done.trouble = error.message
        finally:
            said = f"{self.done.files - before} of {len(files)} files deleted"
            said += f"; {self.done.trouble}" if self.done.trouble else ""
            await asyncio.to_thread(
                self.journal.note, OUTCOME, op, request.what, outcome=_word(self.done), said=said
            )

    async def _one(self, volume: str, stored: StoredObject) -> None:
        try:
            await self.s3.delete(volume, stored.key)
        except Ambiguous:
            if await self._is_there(volume, stored.key):
                raise
        self.done.files += 1
        self.done.size += stored.size or 0

    async def _is_there(self, volume: str, key: str) -> bool:
        try:
            await self.s3.head(volume, key)
        except NotFound:
            return False
        return True


def _word(done: Emptied) -> str:
    return "not done" if done.trouble else "done"
