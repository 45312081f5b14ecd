"""How far a Pod really is. RUNNING is what the service intends, not what the Pod does.

Seen on the service: a Pod that stayed RUNNING for 23.6 hours at full price while its container
never started, and one that started its container 11 times in 3 minutes as RUNNING. Evidence of
life is a runtime whose uptime counts, or an answer over SSH.
"""

from enum import StrEnum
from typing import Final

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Evidence, Observed
from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.records import dataclass

RESETS_OF_A_LOOP: Final = 2
RESET_WINDOW_S: Final = 300.0
ANSWER_FRESH_S: Final = 60.0


class Readiness(StrEnum):
    """The steps of a Pod's life, as one word."""

    PULLING = "pulling"
    STARTING = "starting"
    UP = "up"
    LOOPING = "looping"
    STOPPED = "stopped"
    ERROR = "error"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Restarts:
    """Times at which a Pod's uptime was seen to fall although nobody started it anew.

    Attributes:
        seen_at: Unix seconds, oldest first; only the newest few are kept.
    """

    seen_at: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A Pod's shell answered an examination, whatever it said.

    Attributes:
        road: `direct` or `proxy`.
        host_key: why its host key is believed: `boot log`, `pinned` or `first seen`.
        is_by_jump: whether other hosts were on the way.
    """

    road: str
    host_key: str = ""
    is_by_jump: bool = False


def readiness(pod: Pod, evidence: Evidence, now: float) -> Readiness:
    """How far `pod` is, by what was seen of it.

    Args:
        pod: as the API describes it.
        evidence: what was read about it; `BootLog`, `Restarts` and `Answered` are used.
        now: Unix seconds.
    """
    if pod.is_running:
        return _running(pod, evidence, now)
    match pod.status:
        case PodStatus.EXITED:
            return Readiness.STOPPED
        case PodStatus.TERMINATED:
            return Readiness.GONE
        case PodStatus.ERROR:
            return Readiness.ERROR
        case PodStatus.PROVISIONING | PodStatus.STARTING:
            return _coming(evidence, now)
        case _:
            return Readiness.UNKNOWN


def _running(pod: Pod, evidence: Evidence, now: float) -> Readiness:
    if _loops(evidence, now):
        return Readiness.LOOPING
    if pod.is_alive or _answers(evidence, now):
        return Readiness.UP
    if pod.runtime is not None and pod.runtime.uptime_s is None:
        return Readiness.UNKNOWN
    return _coming(evidence, now)


def _coming(evidence: Evidence, now: float) -> Readiness:
    if _loops(evidence, now):
        return Readiness.LOOPING
    log = evidence.value(BootLog)
    return Readiness.PULLING if log is not None and log.is_pulling else Readiness.STARTING


def _loops(evidence: Evidence, now: float) -> bool:
    log = evidence.value(BootLog)
    if log is not None and log.is_looping(now):
        return True
    restarts = evidence.value(Restarts)
    if restarts is None:
        return False
    recent = [at for at in restarts.seen_at if now - at <= RESET_WINDOW_S]
    return len(recent) >= RESETS_OF_A_LOOP


def _answers(evidence: Evidence, now: float) -> bool:
    answered: Observed[Answered] | None = evidence.latest(Answered)
    return answered is not None and now - answered.at <= ANSWER_FRESH_S
