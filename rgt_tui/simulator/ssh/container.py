"""Runs commands as if inside a Pod: a real shell in a prepared environment."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rgt_tui.simulator.contents import told_of
from rgt_tui.simulator.files import StoredFile, lay_empty, lay_out
from rgt_tui.simulator.machine import DiskKind
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.shell import View
from rgt_tui.simulator.ssh.calls import Calls
from rgt_tui.simulator.ssh.link import Link
from rgt_tui.simulator.ssh.pseudofiles import pseudofiles
from rgt_tui.simulator.ssh.root import Root
from rgt_tui.simulator.ssh.toolbox import Toolbox
from rgt_tui.simulator.world import World

_CLOSE_S: Final = 10.0
"""How long sessions whose connections were cut may take to end."""


class Containers:
    """Prepares one folder and environment per session."""

    def __init__(self, world: World, home: Path, sessions: Path) -> None:
        """Prepares containers.

        Args:
            world: whose Pods they are.
            home: below it lie tools and the Pods' own files.
            sessions: below it lies what lasts as long as a session: hundreds of small files, each
                time made and removed.
        """
        self._world = world
        self._home = home
        self._sessions = sessions
        self._toolbox = Toolbox(home)
        self._numbers = itertools.count(1)
        self._links: dict[str, Link] = {}
        self._live = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.calls = Calls(home / "calls", sessions, self._view)

    @contextlib.asynccontextmanager
    async def session(self, pod: Pod) -> AsyncIterator[dict[str, str]]:
        """The environment of one session in `pod`; its folder goes when the session ends."""
        folder = self._sessions / f"session{next(self._numbers)}"
        self._live += 1
        self._idle.clear()
        try:
            root = Root(folder / "root", lambda: pseudofiles(self._world, pod))
            root.refresh()
            (folder / "home").mkdir()
            with root.kept_fresh():
                yield {
                    "PATH": str(self._toolbox.folder_for(pod)),
                    "HOME": str(folder / "home"),
                    "USER": "root",
                    "LOGNAME": "root",
                    "SHELL": "/bin/bash",
                    "LANG": "C.UTF-8",
                    "RGT_ROOT": str(folder / "root"),
                    "RGT_PROC": str(folder / "root" / "proc"),
                    "RGT_POD": pod.id,
                    "RGT_FILES": str(self._files(pod)),
                    "RGT_CALLS": str(folder),
                    "RGT_CALLS_FIFO": str(self.calls.path),
                    **_driver(pod),
                    "RGT_FSYNC": str(pod.machine.fsync_error),
                }
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._live -= 1
            if not self._live:
                self._idle.set()

    async def close(self) -> None:
        """Waits for the sessions to end; their connections have been cut.

        A loop that ends before them leaves the pipes of their processes to the collector.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._idle.wait()
        for _ in range(3):  # asyncio tells a closed pipe to its process on later turns of the loop
            await asyncio.sleep(0)

    def link_of(self, pod: Pod) -> Link:
        """What all sessions in a Pod send through."""
        link = self._links.setdefault(pod.id, Link())
        link.bytes_s = pod.machine.link_bytes_s
        return link

    def write(self, pod: Pod, file: StoredFile) -> None:
        """Writes one file into the Pod's file system."""
        lay_out(self._files(pod), [file], datetime.now(UTC).timestamp())
        lived = self._world.now - self._world.started_at
        stored = [one for one in pod.machine.stored if one.path != file.path]
        pod.machine.stored = [*stored, replace(file, age_s=file.age_s - lived)]

    def _files(self, pod: Pod) -> Path:
        """The Pod's own file system, laid out when this boot of it is first looked into."""
        place = self._home / "files" / f"{pod.id}.{pod.boots}"
        is_new = not place.exists()
        if is_new:
            kept = self._take_over(pod, place)
            for name in ("workspace", "root", "tmp"):
                (place / name).mkdir(parents=True, exist_ok=True)
            stored = [file for file in pod.machine.stored if not file.path.startswith(kept)]
            lay_out(place, stored, datetime.now(UTC).timestamp())
        self._lay_told(pod, place, only_growing=not is_new)
        return place

    def _take_over(self, pod: Pod, place: Path) -> tuple[str, ...]:
        """Moves what outlives a container from the Pod's boot before; below which paths it lies."""
        place.mkdir(parents=True)
        before = place.with_name(f"{pod.id}.{pod.boots - 1}")
        kept = []
        for disk in pod.machine.disks:
            there = before / disk.path.lstrip("/")
            if disk.kind in (DiskKind.VOLUME, DiskKind.NETWORK) and there.exists():
                there.rename(place / disk.path.lstrip("/"))
                kept.append(f"{disk.path.rstrip('/')}/")
        notes = before.with_name(f"{before.name}.drawn")
        if kept and notes.exists():
            shutil.copy(notes, place.with_name(f"{place.name}.drawn"))
        return tuple(kept)

    def _lay_told(self, pod: Pod, place: Path, *, only_growing: bool) -> None:
        late = datetime.now(UTC).timestamp() - self._world.now
        growing = {file.path for file in pod.machine.files if file.growth}
        for file in told_of(pod, self._world.now, self._world.started_at):
            if not file.is_image and (file.path in growing or not only_growing):
                lay_empty(place, file.path, file.size_bytes, file.changed_at + late)

    def _view(self, pod_id: str) -> View | None:
        pod = self._world.pods.get(pod_id)
        return (
            None
            if pod is None
            else View(pod=pod, now=self._world.now, world_began=self._world.started_at)
        )


def kill_group(process: asyncio.subprocess.Process) -> None:
    """Ends a shell and everything it started, in whatever group or session."""
    doomed = _family(process.pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pid in doomed:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _family(leader: int) -> set[int]:
    """What descends from a process, or is in a session that one of these leads."""
    ties: dict[int, tuple[int, int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            ties[int(stat.parent.name)] = int(fields[1]), int(fields[3])
    found, size = {leader}, 0
    while size != len(found):
        size = len(found)
        found |= {pid for pid, (parent, session) in ties.items() if {parent, session} & found}
    return found - {leader}


def _driver(pod: Pod) -> dict[str, str]:
    """What the driver library answers to `cuInit`, for a Pod that has the library."""
    code = pod.machine.cu_init
    return {} if code is None else {"RGT_CU_INIT": str(code)}
