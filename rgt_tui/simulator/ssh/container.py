"""Runs commands as if inside a Pod: a real shell in a prepared environment."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.shell import View
from rgt_tui.simulator.ssh.calls import Calls
from rgt_tui.simulator.ssh.pseudofiles import pseudofiles
from rgt_tui.simulator.ssh.toolbox import Toolbox
from rgt_tui.simulator.world import World


class Containers:
    """Prepares one folder and environment per session."""

    def __init__(self, world: World, home: Path) -> None:
        """Keeps everything below `home`."""
        self._world = world
        self._home = home
        self._toolbox = Toolbox(home)
        self._numbers = itertools.count(1)
        self.calls = Calls(home / "calls", self._view)

    @contextlib.asynccontextmanager
    async def session(self, pod: Pod) -> AsyncIterator[dict[str, str]]:
        """The environment of one session in `pod`; its folder goes when the session ends."""
        folder = self._home / f"session{next(self._numbers)}"
        for path, content in pseudofiles(self._world, pod).items():
            place = folder / "root" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        (folder / "home").mkdir()
        try:
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
                "RGT_CALLS": str(folder),
                "RGT_CALLS_FIFO": str(self.calls.path),
            }
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _view(self, pod_id: str) -> View | None:
        pod = self._world.pods.get(pod_id)
        return None if pod is None else View(pod=pod, now=self._world.now)


def kill_group(process: asyncio.subprocess.Process) -> None:
    """Ends a shell and everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
