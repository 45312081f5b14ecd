"""One change for a command: open, look, show what it means, ask, carry out, close."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rgt_tui.clock import session_clock, steady
from rgt_tui.config import Config
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.request import Request
from rgt_tui.facts import find_pod
from rgt_tui.invocation import Options
from rgt_tui.look import Looked, Wanted, scene_of
from rgt_tui.opening import Address, address, configuration, open_session, with_identities
from rgt_tui.store import Store
from rgt_tui.writer import Performed

if TYPE_CHECKING:  # loaded for a plan only
    from rgt_tui.guard.checklist import Checklist

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


def plan(
    options: Options, name: str, identities: tuple[Path, ...]
) -> "tuple[Checklist, float | None]":
    """The terminate checklist of a Pod with all that can be seen now; sends nothing.

    Returns:
        The checklist, and when the first of its evidence expires, in Unix seconds.

    Raises:
        RgtError: no key, the API did not answer, or the Pod does not exist.
    """
    config = configuration(options)
    with address(replace(options, read_only=True), config) as where:
        return asyncio.run(_plan(with_identities(where, identities), config, name))


async def _plan(where: Address, config: Config, name: str) -> "tuple[Checklist, float | None]":
    from rgt_tui.guard.step import open_checklist
    from rgt_tui.termination.looking import Looker

    store, clock = Store(), session_clock()
    async with open_session(where, config, store, clock) as session:
        await session.look(shells=False)
        pod = find_pod(store.state.account.pods, name)
        hands = session.desk.hands
        looker = Looker(hands, pod.id)
        await looker.look_once()
        facts, now = looker.dossier(is_looking=False), steady()
        checklist = open_checklist(facts, now, seed=0, policy=hands.policy)
        expires_at = checklist.expires_at
        return checklist, None if expires_at is None else clock() + expires_at - now
