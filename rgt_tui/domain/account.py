"""Everything known about one account: one frozen value, replaced by pure functions."""

from collections.abc import Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import Final, TypeVar

from rgt_tui.domain.evidence import Evidence, Failed, Observed
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import NetworkVolume, VolumeList

Report = TypeVar("Report")
GONE_SHOWN_S: Final = 600.0
"""How long a Pod that vanished from the list stays on screen, in seconds."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A Pod that is no longer in the list: terminated by somebody, or no longer visible."""

    pod: Pod
    at: float


@dataclass(frozen=True, slots=True)
class Change:
    """One thing a source learnt.

    Attributes:
        kind: the report type that was read or could not be read.
        event: the value with its time, or the failure.
        pod: the Pod it is about; None for the account.
    """

    kind: type
    event: Observed[object] | Failed
    pod: PodId | None = None


_NOTHING: Final = Evidence()
"""Of a Pod of which nothing was read."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        evidence: readings about the account: PodList, VolumeList, Balance, ...
        by_pod: readings about each Pod: disk, GPU, boot log, ...
        gone: Pods that vanished less than `GONE_SHOWN_S` ago.
    """

    evidence: Evidence = field(default_factory=Evidence)
    by_pod: Mapping[PodId, Evidence] = field(default_factory=lambda: MappingProxyType({}))
    gone: Mapping[PodId, Gone] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def pods(self) -> tuple[Pod, ...]:
        """The Pods as last seen; empty also when the list was never read."""
        seen = self.evidence.value(PodList)
        return seen.pods if seen is not None else ()

    @property
    def volumes(self) -> tuple[NetworkVolume, ...]:
        """The network volumes as last seen; empty also when the list was never read."""
        seen = self.evidence.value(VolumeList)
        return seen.volumes if seen is not None else ()

    def pod(self, pod_id: str) -> Pod | None:
        """The Pod of that id, also one that is gone but still shown."""
        found = next((pod for pod in self.pods if pod.id == pod_id), None)
        gone = self.gone.get(PodId(pod_id))
        return found or (gone.pod if gone else None)

    def about(self, pod_id: PodId) -> Evidence:
        """The readings about one Pod."""
        return self.by_pod.get(pod_id, _NOTHING)

    def after(self, change: Change) -> "Account":
        """This account after one change."""
        if change.pod is not None:
            evidence = self.about(change.pod).after(change.kind, change.event)
            by_pod = {**self.by_pod, change.pod: evidence}
            return replace(self, by_pod=MappingProxyType(by_pod))
        evidence = self.evidence.after(change.kind, change.event)
        if isinstance(change.event, Observed) and isinstance(change.event.value, PodList):
            return self._with_pods(evidence, change.event.value, change.event)
        return replace(self, evidence=evidence)

    def _with_pods(
        self, evidence: Evidence, listed_pods: PodList, seen: Observed[object]
    ) -> "Account":
        """Keeps old Pod objects where equal, remembers the vanished, forgets old evidence."""
        before = {pod.id: pod for pod in self.pods}
        pods = tuple(_same(before.get(pod.id), pod) for pod in listed_pods.pods)
        listed = {pod.id for pod in pods}
        gone = {
            k: v for k, v in self.gone.items() if seen.at - v.at < GONE_SHOWN_S and k not in listed
        }
        gone.update({k: Gone(pod, seen.at) for k, pod in before.items() if k not in listed})
        by_pod = {k: v for k, v in self.by_pod.items() if k in listed}
        return Account(
            evidence=evidence.after(PodList, Observed(PodList(pods), seen.at, seen.source)),
            by_pod=MappingProxyType(by_pod),
            gone=MappingProxyType(gone),
        )


def _same(old: Pod | None, new: Pod) -> Pod:
    """The old object when nothing changed, so that rows can be compared by identity."""
    return old if old is not None and old == new else new
