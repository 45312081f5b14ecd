"""A Pod for pulls: a real sshd on this machine, and a folder that stands for its disk."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rgt_tui.clients.pull import pull
from rgt_tui.clients.pull_names import landings
from rgt_tui.clients.pull_target import IN_MEMORY, file_system
from rgt_tui.domain.pulling import Pulled, PullOrder, PullProgress
from tests.clients.sshd import Sshd, running_sshd


@dataclass
class Pod:
    """One Pod and what was told of the pulls from it.

    Attributes:
        disk: the folder on it.
        home: where pulls go to.
        holds: where their hard links are kept.
    """

    server: Sshd
    disk: Path
    home: Path
    holds: Path
    told: list[PullProgress] = field(default_factory=list)

    def order(self, *names: str, **changes: object) -> PullOrder:
        remotes = [str(self.disk / name) for name in names or ("out",)]
        given: dict[str, object] = {
            "place": "pod:p1@1",
            "landings": landings(remotes),
            "to": str(self.home),
            "holds": str(self.holds),
            "silence_s": 20.0,
            **changes,
        }
        return PullOrder(**given)  # type: ignore[arg-type]  # a table of its own fields

    async def pull(self, order: PullOrder, *, port: int = 0) -> Pulled:
        async with self.server.pool() as pool:
            return await pull(pool, self.server.target(port=port), order, self.told.append)

    def put(self, name: str, content: bytes) -> Path:
        path = self.disk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@contextlib.contextmanager
def a_pod(folder: Path) -> Iterator[Pod]:
    """A Pod that lives as long as the block; skips where the folder lies in memory."""
    if file_system(os.stat(folder).st_dev) in IN_MEMORY:
        pytest.skip("pulls refuse targets in memory, and temporary files lie there on this machine")
    keys = folder / "sshd"
    for path in (keys, folder / "disk", folder / "state"):
        path.mkdir()
    with running_sshd(keys) as server:
        yield Pod(server, folder / "disk", folder / "home", folder / "state" / "holds")


def run(pod: Pod, order: PullOrder) -> Pulled:
    return asyncio.run(pod.pull(order))


def noise(size: int) -> bytes:
    """Random bytes that no format claims: one file in 256 would else begin like a pickle."""
    return (b"\0" + os.urandom(size))[:size]


def contents(folder: Path) -> dict[str, bytes]:
    """Regular files below a folder, without what the program keeps for itself."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and not str(path.relative_to(folder)).startswith((".rgt-pull", "rgt-manifest-"))
    }
