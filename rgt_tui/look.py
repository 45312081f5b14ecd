"""One look at the account for a command: open, read once, close."""

import asyncio
from pathlib import Path

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.facts import find_pods
from rgt_tui.invocation import Options
from rgt_tui.opening import Address, address, configuration, open_session, with_identities
from rgt_tui.panes import Scene
from rgt_tui.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a command wants to see.

    Attributes:
        pods: ids or names; all Pods when empty.
        shells: whether Pods are examined over SSH.
        identities: private keys to try before the configured ones.
        absent: whether findings of absent symptoms are wanted too.
        kinds: report types about the account, beside the Pods and volumes.
        slow: whether the questions to Pods that take minutes are asked too.
        patience_s: how long what is asked outside the API, as over S3, is waited for; None for ever.
    """

    pods: tuple[str, ...] = ()
    shells: bool = True
    identities: tuple[Path, ...] = ()
    absent: bool = False
    kinds: frozenset[type] = frozenset()
    slow: bool = False
    patience_s: float | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen: the scene, and the Pods that were asked for."""

    scene: Scene
    pods: tuple[Pod, ...]


def look(options: Options, wanted: Wanted) -> Looked:
    """Reads the account once.

    Raises:
        RgtError: no key, the API did not answer, or a wanted Pod does not exist.
    """
    config = configuration(options)
    with address(options, config) as where:
        return asyncio.run(_look(with_identities(where, wanted.identities), config, wanted))


async def _look(where: Address, config: Config, wanted: Wanted) -> Looked:
    store, clock = Store(), session_clock()
    async with open_session(where, config, store, clock) as session:
        await session.look(
            only=wanted.pods,
            shells=wanted.shells,
            slow=wanted.slow,
            absent=wanted.absent,
            kinds=wanted.kinds,
            patience_s=wanted.patience_s,
        )
    return scene_of(store, (where, config, clock()), wanted)


def scene_of(store: Store, seen: tuple[Address, Config, float], wanted: Wanted) -> Looked:
    """What was seen, as panes and commands want it."""
    where, config, now = seen
    state = store.state
    scene = Scene(
        account=state.account,
        findings=state.findings,
        now=now,
        source=where.source,
        read_only=where.read_only,
        notices=tuple((now, note) for note in where.notes),
        high_performance=config.high_performance,
        auto_pay=config.auto_pay,
    )
    return Looked(scene, find_pods(scene.account.pods, wanted.pods))
