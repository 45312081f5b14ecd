"""Rsync as a carrier: it brings bytes into the parts, and everything else is as with our own transfer.

What it brought counts for nothing until it was hashed on both ends. What it did not bring, for
whatever reason, our own transfer brings. It runs only without known holes (`rsync_version`), with
every kind of thing but regular files switched off, and reaches the Pod through `ssh` by the road of
our own connection, jump hosts too, with the one host key of each that it has checked.
"""

import asyncio
import contextlib
import os
import re
import shutil
import stat
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rgt_tui.clients.handed_down import handed_down
from rgt_tui.clients.pull_board import Job
from rgt_tui.clients.pull_folders import FOLDER, Occupied
from rgt_tui.clients.pull_hand import part_path
from rgt_tui.clients.pull_store import Store
from rgt_tui.clients.rsync_version import Rsync
from rgt_tui.clients.ssh import Road
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode

if TYPE_CHECKING:
    from asyncio.subprocess import Process

PLACE: Final = "rsync"
OPTIONS: Final = (
    "--recursive", "--times", "--no-links", "--no-devices", "--no-specials", "--no-owner",
    "--no-group", "--no-perms", "--no-acls", "--no-xattrs", "--chmod=F600,D700", "--protect-args",
    "--whole-file", "--inplace", "--timeout=60", "--max-alloc=1G", "--info=progress2",
    "--outbuf=L", "--from0", "--files-from=-",
)  # fmt: skip
_CONFIG: Final = """Host {name}
  HostName {host}
  Port {port}
  User {username}
  HostKeyAlias {name}
  UserKnownHostsFile known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  BatchMode yes
  PasswordAuthentication no
  ForwardAgent no
  ForwardX11 no
  ClearAllForwardings yes
  PermitLocalCommand no
  Ciphers aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com
  ServerAliveInterval 15
  ConnectTimeout 12
{more}"""
_COUNT: Final = re.compile(rb"^\s*([\d,]+)\s+\d+%")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:%-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An rsync that may be used, and the way to the Pod."""

    rsync: Rsync
    road: Road


async def carry(carrier: Carrier, jobs: Sequence[Job], store: Store) -> str:
    """Brings what is not here into the parts.

    Returns:
        Why not all of it came; empty when it did.

    Raises:
        OSError: the target cannot be written.
    """
    wanted = await asyncio.to_thread(_wanted, jobs, store)
    if not wanted:
        return ""
    folder = os.path.join(store.target.path, ".rgt-pull")
    why = await asyncio.to_thread(_set_up, folder, carrier.road)
    if why:
        return why
    argv = [carrier.rsync.path, *OPTIONS, "--rsh=ssh -F ssh_config", "--", "pod:/", f"{PLACE}/"]
    environment = {
        name: value for name, value in handed_down().items() if not name.startswith("RSYNC_")
    }
    names = b"".join(os.fsencode(job.remote.path.lstrip("/")) + b"\0" for job in wanted)
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said = await _watched(process, names, store)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(asyncio.to_thread(_take_in, wanted, store))
    return said


def _wanted(jobs: Sequence[Job], store: Store) -> list[Job]:
    """What has no part and no final name yet. Blocks."""
    found = []
    for job in jobs:
        with contextlib.suppress(Occupied):
            if (
                job.ended is None
                and job.remote.size
                and store.target.status(job.relative) is None
                and store.parts.stamp(job.key) is None
            ):
                found.append(job)
    store.target.require_room(sum(job.remote.size for job in found), len(found))
    return found


def _set_up(folder: str, road: Road) -> str:
    """Writes the configuration for `ssh`; the reason where it cannot be said in one."""
    hops = {f"hop{number}": hop for number, hop in enumerate(road.hops)}
    ways = {**hops, "pod": road}
    befores = ("", *hops)
    texts = []
    for before, (name, way) in zip(befores, ways.items(), strict=True):
        words = (way.host, way.username, way.agent or "", *(str(path) for path in way.identities))
        if any(set(word) & set('\n"\\') for word in words) or not _PLAIN.fullmatch(way.host):
            return "the way to the Pod cannot be written into a configuration of ssh"
        if "\n" in way.proxy:
            return "its ProxyCommand cannot be written into a configuration of ssh"
        texts.append(_stanza(name, way, before))
    known = "".join(f"{name} {way.host_key}\n" for name, way in ways.items())
    for name, content in (("ssh_config", "".join(texts)), ("known_hosts", known)):
        path = os.path.join(folder, name)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
    place = os.path.join(folder, PLACE)
    shutil.rmtree(place, ignore_errors=True)
    os.mkdir(place, 0o700)
    return ""


def _stanza(name: str, way: Road, before: str) -> str:
    """What `ssh` is told of one host, by way of the host `before` it, if there is one."""
    more = [f'IdentityFile "{path}"' for path in way.identities]
    if way.agent is not None:
        more.append(f'IdentityAgent "{way.agent or "none"}"')
    if way.identities_only:
        more.append("IdentitiesOnly yes")
    if before:
        more.append(f"ProxyJump {before}")
    elif way.proxy:
        more.append(f"ProxyCommand {way.proxy.replace('%', '%%')}")
    return _CONFIG.format(
        name=name,
        host=way.host,
        port=way.port,
        username=way.username,
        more="".join(f"  {line}\n" for line in more),
    )


async def _watched(process: "Process", names: bytes, store: Store) -> str:
    """Feeds it the names, counts what comes, and gives its last words when it failed."""
    words = b""

    async def feed() -> None:
        assert process.stdin is not None  # noqa: S101  # a pipe
        with contextlib.suppress(ConnectionError):
            process.stdin.write(names)
            await process.stdin.drain()
        process.stdin.close()

    async def count() -> None:
        assert process.stdout is not None  # noqa: S101  # a pipe
        seen = 0
        while part := await process.stdout.read(4096):
            for line in re.split(rb"[\r\n]", part):
                found = _COUNT.match(line)
                if found is not None:
                    now = int(found[1].replace(b",", b""))
                    store.meter.came(max(0, now - seen))
                    seen = max(seen, now)

    async def listen() -> None:
        nonlocal words
        assert process.stderr is not None  # noqa: S101  # a pipe
        while part := await process.stderr.read(4096):
            words = (words + part)[-2000:]

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(feed())
        tasks.create_task(count())
        tasks.create_task(listen())
    if await process.wait() == 0:
        return ""
    lines = [line for line in decode(words).splitlines() if line.strip()]
    return clean(lines[0], 200) if lines else f"it ended with status {process.returncode}"


def _take_in(jobs: Sequence[Job], store: Store) -> None:
    """Makes what rsync wrote parts that have to be hashed on both ends. Blocks."""
    with contextlib.suppress(OSError):
        top = os.open(PLACE, FOLDER, dir_fd=store.target.staging)
        try:
            for job in jobs:
                with contextlib.suppress(OSError):
                    _take(top, job, store)
        finally:
            os.close(top)
    shutil.rmtree(os.path.join(store.target.path, ".rgt-pull", PLACE), ignore_errors=True)


def _take(top: int, job: Job, store: Store) -> None:
    *folders, name = job.remote.path.strip("/").split("/")
    where = os.dup(top)
    try:
        for folder in folders:
            inner = os.open(folder, FOLDER, dir_fd=where)
            os.close(where)
            where = inner
        found = os.stat(name, dir_fd=where, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or not found.st_size:
            return
        path = part_path(job.key)
        os.rename(name, path, src_dir_fd=where, dst_dir_fd=store.parts.descriptor)
    finally:
        os.close(where)
    store.journal.begin(job.key, job.relative)
    store.journal.took(job.key, min(found.st_size, job.remote.size))
