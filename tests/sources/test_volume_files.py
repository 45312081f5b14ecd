"""Volumes are counted over S3 only with a key for it, and only while somebody looks."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.objects import StoredUses
from rgt_tui.domain.secret import Secret
from rgt_tui.opening import Address, open_session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.store import Store

LIST = "<ListBucketResult><Contents><Key>ckpt/a</Key><Size>7</Size></Contents></ListBucketResult>"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # the state is a value, it rings no bell
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("looked_at", [True, False])
async def test_volumes_are_counted_while_their_pane_is_open_and_not_before(
    looked_at: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text=LIST, content_type="application/xml")

    app = web.Application()
    app.router.add_get("/{tail:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "user_x")
    monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "rps_x")
    monkeypatch.setenv("RUNPOD_S3_ENDPOINT_URL", f"http://127.0.0.1:{runner.addresses[0][1]}")
    kinds = frozenset[type]({StoredUses}) if looked_at else frozenset[type]()
    store, clock = Store(), session_clock()
    with Simulator(build_world(scenarios=["cpu_pod"])) as simulator:
        where = Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="test",
            host_keys=tmp_path / "keys",
        )
        async with open_session(where, Config(), store, clock) as session:
            watching = asyncio.create_task(session.watch(kinds))
            account = store.state.account
            if looked_at:
                await until(lambda: store.state.account.evidence.latest(StoredUses) is not None)
                seen = store.state.account.evidence.value(StoredUses)
                assert seen is not None
                assert [use.size for use in seen.uses] == [7] * len(store.state.account.volumes)
                assert asked
            else:
                await until(lambda: len(store.state.account.volumes) > 0)
                await until(lambda: store.state.account is not account)
                assert asked == []
            watching.cancel()
            await asyncio.wait([watching])
    await runner.cleanup()
