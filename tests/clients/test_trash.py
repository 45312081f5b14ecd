"""Emptying trash against a server that loses answers: nothing is sent twice, nothing is guessed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from rgt_tui.clients.journal import Journal
from rgt_tui.clients.s3 import S3, S3Keys
from rgt_tui.clients.trash import BATCH, Bin
from rgt_tui.domain.objects import StoredObject
from rgt_tui.domain.request import EmptyTrash
from rgt_tui.domain.secret import Secret

KEYS = S3Keys(access="user_abc", secret=Secret("rps_def"), source="a test")


class Losing:
    """An S3 server whose answers to DELETE are 502, whether it acts or not."""

    def __init__(self, count: int, *, acts: bool) -> None:
        self.keys = [f".Trash-0/{n:04d}" for n in range(count)]
        self.acts = acts
        self.deletes: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        key = request.path.partition("/v/")[2]
        if request.method == "GET":
            rows = "".join(f"<Contents><Key>{k}</Key><Size>3</Size></Contents>" for k in self.keys)
            return web.Response(text=f"<ListBucketResult>{rows}</ListBucketResult>")
        if request.method == "HEAD":
            return web.Response(status=200 if key in self.keys else 404)
        self.deletes.append(key)
        if self.acts:
            self.keys.remove(key)
        return web.Response(status=502)

    @asynccontextmanager
    async def bin(self, folder: Path) -> AsyncIterator[Bin]:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        journal = Journal(folder / "journal.jsonl", account="t", clock=lambda: 1.0)
        async with S3(endpoint=origin, region="x", keys=KEYS, read_only=False) as s3:
            yield Bin(s3=s3, journal=journal, require_writable=lambda: None, approval="typed")
        await runner.cleanup()

    def request(self) -> EmptyTrash:
        return EmptyTrash(
            volume="v", name="nv", objects=tuple(StoredObject(key=k, size=3) for k in self.keys)
        )


async def test_a_lost_answer_is_resolved_by_looking_and_each_file_is_asked_for_once(
    tmp_path: Path,
) -> None:
    losing = Losing(BATCH + 2, acts=True)
    request = losing.request()
    async with losing.bin(tmp_path / "state") as found:
        done = await found.empty(request)
    assert (done.files, done.size, done.trouble) == (BATCH + 2, 3 * (BATCH + 2), "")
    assert len(losing.deletes) == len(set(losing.deletes)) == BATCH + 2
    events = [entry.event for entry in found.journal.read().entries]
    assert events == ["intent", "outcome"] * 2


async def test_where_a_file_stays_it_ends_there_and_says_so(tmp_path: Path) -> None:
    losing = Losing(5, acts=False)
    async with losing.bin(tmp_path / "state") as found:
        done = await found.empty(losing.request())
    assert done.files == 0
    assert "502" in done.trouble
    assert losing.deletes == [".Trash-0/0000"]
    last = found.journal.read().entries[-1]
    assert "0 of 5 files deleted" in last.said
