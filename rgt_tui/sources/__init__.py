"""What to read and how often: one file a source.

A source turns one kind of question into changes of the account. Those that spend the API's rate
limit are paced by `pacing.Pacer`; the others have a clock of their own, one per Pod where they
ask Pods.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import field, replace
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Final

from rgt_tui import specs
from rgt_tui.clients.journal import Journal
from rgt_tui.clients.rest import Rest
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.clock import Clock
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.indirect import is_awaited, to_go_straight
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import Pod, SshEndpoint, SshRoad
from rgt_tui.domain.records import dataclass
from rgt_tui.probes import EACH_TICK, all_probes

if TYPE_CHECKING:
    from rgt_tui.clients.history import (
        HistoryBook,  # loads sqlite3, which the first frame can spare
    )
    from rgt_tui.clients.survey import Survey
    from rgt_tui.clients.verdicts import VerdictBook
    from rgt_tui.domain.units import PodId


@dataclass(frozen=True, slots=True, kw_only=True)
class Wires:
    """The open connections a source may use.

    Attributes:
        verdicts: proofs of checkpoint files from run to run.
        holds: folder of the hard links that keep pulled copies.
        globs: what counts as a checkpoint beside the known formats.
        surveys: by Pod, its start and what the looks at its checkpoints have found.
    """

    rest: Rest
    shells: SshPool
    balance: Callable[[], Awaitable[Balance]]
    history: "HistoryBook"
    journal: Journal
    verdicts: "VerdictBook"
    holds: str
    globs: tuple[str, ...] = ()
    surveys: "dict[PodId, tuple[str, Survey]]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One occasion to read.

    Attributes:
        wires: what to read with.
        account: what is known so far.
        clock: for the time of what is read.
        pod: whom to ask; None for a source about the account.
        known_now: gives what is known by the end of a long read.
        patience_s: how long answers that came may be held back by others of the same read, which
            come with the next one then; None where there is no next one.
    """

    wires: Wires
    account: Account
    clock: Clock
    pod: Pod | None = None
    known_now: Callable[[], Account] | None = None
    patience_s: float | None = None

    def fresh(self) -> Account:
        """What is known at this moment, also by others since the read began."""
        return self.known_now() if self.known_now is not None else self.account

    def seen(self, value: object, *, source: str = "api") -> Change:
        """The change that says `value` was read just now."""
        pod = self.pod.id if self.pod is not None else None
        return Change(type(value), Observed(value, self.clock(), source), pod)

    def failed(self, kind: type, error: RgtError) -> Change:
        """The change that says `kind` could not be read just now."""
        pod = self.pod.id if self.pod is not None else None
        return Change(kind, Failed(error.message, self.clock(), error.code, error.hint), pod)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing to watch.

    Attributes:
        name: of the file; also the resource name of the pacer.
        every_s: seconds between two reads, when nothing slows it down.
        metered: whether a read spends the API's rate limit.
        kinds: report types it brings; a failed read fails them all.
        read: the read itself. Raises `RgtError`.
        pods: whom to ask, for a source that asks each Pod; None for one about the account.
        is_deep: whether only commands read it that name its kinds.
        is_slow: whether a read may take minutes, so that only those wait who asked for it.
        on_demand: whether it is read only while a pane that shows its kinds is in front, or for a
            command that wants them.
    """

    name: str
    every_s: float
    metered: bool
    kinds: tuple[type, ...]
    read: Callable[[Ask], Awaitable[tuple[Change, ...]]]
    pods: Callable[[Account, float], tuple[Pod, ...]] | None = field(default=None)
    on_demand: bool = False
    is_deep: bool = False
    is_slow: bool = False


LONGEST_SHELL_S: Final = 30.0
"""Pods are asked over SSH at least so often: an answer counts as a sign of life for a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Whom a watch asks, and how often at most.

    Attributes:
        only: ids or names of Pods; all of them when empty.
        shells: whether Pods are asked over SSH.
        least_s: no source is asked more often than every so many seconds.
    """

    only: tuple[str, ...] = ()
    shells: bool = True
    least_s: float = 0.0

    def whom(self, source: Source, account: Account, now: float) -> "tuple[Pod | None, ...]":
        """The Pods that a source is to ask; None alone for one about the account."""
        if source.pods is None:
            return (None,)
        if not (source.metered or self.shells):
            return ()
        pods = source.pods(account, now)
        return tuple(pod for pod in pods if self.wants(pod)) if self.only else pods

    def wants(self, pod: Pod) -> bool:
        """Whether it is one of those watched."""
        return not self.only or pod.id in self.only or pod.name in self.only

    def every_s(self, source: Source) -> float:
        """Seconds between two reads of a source that has a clock of its own."""
        return max(source.every_s, min(self.least_s, LONGEST_SHELL_S))


def has_road(pod: Pod) -> bool:
    """Whether the API offers any way to its shell now."""
    return pod.ssh_road is not SshRoad.NONE


def shell_target(pod: Pod) -> SshTarget:
    """Where and as whom the shell of a Pod is reached: straight if it can be, else by the gateway.

    The gateway shows one host key for all Pods, so that is bound to the gateway's name.
    """
    if pod.ssh_direct is None:
        return gateway_target(pod)
    target = _target(pod, pod.ssh_direct, SshRoad.DIRECT)
    return replace(target, pin_id=pod.id, start=pod.start)


def gateway_target(pod: Pod) -> SshTarget:
    """Where and as whom the shell of a Pod is reached through the gateway."""
    assert pod.ssh_proxy is not None  # noqa: S101  # asked only for Pods that have one
    target = _target(pod, pod.ssh_proxy, SshRoad.PROXY)
    return replace(target, to_go_straight=to_go_straight(pod)) if is_awaited(pod) else target


def _target(pod: Pod, at: SshEndpoint, road: SshRoad) -> SshTarget:
    return SshTarget(
        host=at.host,
        port=at.port,
        username=at.username,
        name=pod.name,
        pin_id=f"gateway {at.host}",
        start="always",
        road=road,
        owner=pod.id,
    )


@cache
def all_sources() -> tuple[Source, ...]:
    """Every source, by file name."""
    return specs.find_specs(_family(), "SOURCE", Source)


def periods() -> dict[type, float]:
    """Seconds between two reads of each report type, for judging what is stale."""
    found = {kind: source.every_s for source in all_sources() for kind in source.kinds}
    for probe in all_probes():
        if probe.every_s != EACH_TICK:
            found[probe.report] = math.inf if probe.every_s is None else probe.every_s
    return found


def _family() -> ModuleType:
    import rgt_tui.sources as family  # the package itself, complete only once it is imported

    return family
