"""One change for a command: open, look, show what it means, ask, carry out, close."""

import asyncio
from collections.abc import Callable

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.request import Request
from rgt_tui.invocation import Options
from rgt_tui.look import Looked, Wanted, scene_of
from rgt_tui.opening import Address, address, configuration, open_session, with_identities
from rgt_tui.store import Store
from rgt_tui.writer import Performed

Decide = Callable[[Looked], tuple[Request, str] | None]
"""From what was seen to the request and how it was approved; None when the person said no."""


def perform(options: Options, wanted: Wanted, decide: Decide) -> Performed | None:
    """Carries out what `decide` asks for; None when it asks for nothing.

    Raises:
        RgtError: no key, the API did not answer, the Pod does not exist, or the session is read-only.
    """
    config = configuration(options)
    with address(options, config) as where:
        if where.read_only:
            raise GuardRefused(
                "nothing is sent: this session is read-only",
                hint="Leave out --read-only, and read_only in the configuration.",
            )
        known = with_identities(where, wanted.identities)
        return asyncio.run(_perform(known, config, wanted, decide))


async def _perform(
    where: Address, config: Config, wanted: Wanted, decide: Decide
) -> Performed | None:
    store, clock = Store(), session_clock()
    async with open_session(where, config, store, clock) as session:
        await session.look(only=wanted.pods, shells=wanted.shells)
        looked = scene_of(store, (where, config, clock()), wanted)
        decided = await asyncio.to_thread(decide, looked)
        if decided is None:
            return None
        session.writer.mode.unlock()
        return await session.perform(*decided)
