"""Long work in the engine: one file a kind of job.

A job is told what to do by an order, and tells how far it is. What it learns goes into the
account like what a source reads. It never touches the screen, and no screen owns it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import field
from functools import cache
from types import ModuleType
from typing import Any

from rgt_tui import specs
from rgt_tui.clock import Clock
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import Level, Verdict
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.indirect import no_way
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.sources import Wires


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a job works with.

    Attributes:
        wires: the open connections.
        clock: Unix seconds.
        account: gives what is known at this moment.
        learn: takes in what the job found out.
        progress: is told the bytes since it was last told.
        reach: is told how many bytes are done and the rate, where the work itself counts them.
        say: is told what goes on, one sentence.
        judge: is told what a verification found, and how far it went.
    """

    wires: Wires
    clock: Clock
    account: Callable[[], Account]
    learn: Callable[[Change], None] = field(repr=False)
    progress: Callable[[int], None] = field(repr=False)
    reach: Callable[[int, float | None], None] = field(repr=False)
    say: Callable[[str], None] = field(repr=False)
    judge: Callable[[Verdict, Level | None], None] = field(repr=False)

    def seen(self, value: object, pod: PodId) -> None:
        """Takes in a value that was seen on a Pod just now."""
        self.learn(Change(type(value), Observed(value, self.clock(), "ssh"), pod))

    def pod(self, pod_id: PodId) -> Pod:
        """A Pod as it is now, with a shell that programs can run in.

        Raises:
            SshError: it is gone, or has none.
        """
        account = self.account()
        pod = account.pod(pod_id)
        if pod is None or pod_id in account.gone:
            raise SshError(SshFault.NO_ADDRESS, f"the Pod {pod_id} is gone")
        if pod.ssh_direct is not None and pod.is_alive:
            return pod
        why, hint = no_way(pod)
        raise SshError(SshFault.NO_ADDRESS, f"{pod.label}: {why}", hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """One kind of long work.

    Attributes:
        name: of the file.
        order: the type of order it carries out.
        run: carries it out; gives what came out in one sentence. Raises `RgtError`.
    """

    name: str
    order: type
    run: Callable[[Bench, Any], Awaitable[str]]


@cache
def all_kinds() -> tuple[JobKind, ...]:
    """Every kind of job, by file name."""
    return specs.find_specs(_family(), "JOB", JobKind)


def _family() -> ModuleType:
    import rgt_tui.jobs as family  # the package itself, complete only once it is imported

    return family
