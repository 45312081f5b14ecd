"""The files a session sees below its root, written anew while it lasts."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

EVERY_S: Final = 1.0
"""A session may last for hours: what /proc says must move with the world."""


class Root:
    """One folder of files, of which only those that changed are written."""

    def __init__(self, folder: Path, content: Callable[[], Mapping[str, bytes]]) -> None:
        """Writes nothing yet.

        Args:
            folder: the root.
            content: gives path below the root and content, as of now.
        """
        self._folder = folder
        self._content = content
        self._written: dict[str, bytes] = {}

    def refresh(self) -> None:
        """Brings the files up to date, each at once: a reader sees the old or the new one.

        Before the first time there is no reader.
        """
        wanted = self._content()
        is_first = not self._written
        for path, content in wanted.items():
            if self._written.get(path) != content:
                place = self._folder / path
                place.parent.mkdir(parents=True, exist_ok=True)
                new = place if is_first else place.with_name(f".{place.name}.new")
                new.write_bytes(content)
                if not is_first:
                    new.replace(place)
        for path in self._written.keys() - wanted.keys():
            (self._folder / path).unlink(missing_ok=True)
        self._written = dict(wanted)

    @contextlib.contextmanager
    def kept_fresh(self) -> Iterator[None]:
        """Refreshes them now and then until the block ends."""
        loop = asyncio.get_running_loop()

        def again() -> None:
            with contextlib.suppress(OSError):
                self.refresh()
            self._timer = loop.call_later(EVERY_S, again)

        self._timer = loop.call_later(EVERY_S, again)
        try:
            yield
        finally:
            self._timer.cancel()
