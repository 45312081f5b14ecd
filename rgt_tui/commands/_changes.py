"""What has changed between two looks at what the engine knows: each thing is told once.

The first look is told whole, as soon as everything was asked once. After it only differences are
told. What cannot be told any more is never told as gone: a finding of which sight was lost is
`unknown`. While the API is away nothing else becomes unknown in words: the outage says it for all.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from rgt_tui.commands._damper import Damper
from rgt_tui.commands._happening import Happening
from rgt_tui.commands._outage import Outage
from rgt_tui.commands._runway import Runway
from rgt_tui.commands._settling import Settling
from rgt_tui.commands.pods import row
from rgt_tui.commands.triage import as_json_finding
from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.readiness import ANSWER_FRESH_S, Answered, Readiness
from rgt_tui.domain.units import PodId, rfc3339
from rgt_tui.facts import has_failed_login, unreachable_why
from rgt_tui.panes import Scene
from rgt_tui.sources import Watched

STANDS_S: Final = 60.0
"""What is not critical is told when it has stood so long: a single miss is gone by then."""
FIELDS: Final = (
    "status",
    "readiness",
    "ssh_answers",
    "started_at",
    "name",
    "image",
    "gpu",
    "cost_per_hour",
)
"""What of a Pod is told when it changes."""
_ENDED: Final = (PodStatus.EXITED, PodStatus.ERROR, PodStatus.TERMINATED)
_WRONG: Final = (Readiness.LOOPING, Readiness.ERROR)
Key = tuple[PodId | None, str]


class Changes:
    """Compares each look with what was told.

    Attributes:
        has_begun: whether the first state was told.
    """

    def __init__(self, watched: Watched) -> None:
        self.has_begun = False
        self._watched = watched
        self._settling = Settling(watched)
        self._outage = Outage(watched.least_s)
        self._runway = Runway()
        self._damper = Damper()
        self._pods: dict[PodId, dict[str, Any]] = {}
        self._findings: dict[Key, Finding] = {}

    def after(self, scene: Scene) -> list[Happening]:
        """What is new in `scene`, in the order in which a reader wants it."""
        told = list(self._outage.after(scene))
        if not self.has_begun:
            if not self._settling.is_over(scene):
                return told
            told += self._first(scene)
            self.has_begun = True
            return told
        told += self._pods_after(scene, "pod_appeared")
        told += self._findings_after(scene, "finding_appeared")
        told += self._runway.after(scene, is_away=self._outage.is_on)
        self._damper.forget(scene.now)
        return told

    @property
    def present(self) -> tuple[Finding, ...]:
        """The findings that stand, as told."""
        return tuple(finding for finding in self._findings.values() if finding.is_present)

    def _first(self, scene: Scene) -> Iterator[Happening]:
        yield from self._pods_after(scene, "pod")
        yield self._runway.first(scene)
        yield from self._findings_after(scene, "finding")

    def _chosen(self, scene: Scene) -> list[Pod]:
        return [pod for pod in scene.account.pods if self._watched.wants(pod)]

    def _pods_after(self, scene: Scene, appeared: str) -> Iterator[Happening]:
        chosen = self._chosen(scene)
        for pod in chosen:
            now = pod_row(pod, scene)
            before = self._pods.get(pod.id)
            if before is None:
                self._pods[pod.id] = now
                text = f"{pod.label} is {now['readiness']} ({now['status']})"
                yield _of_pod(scene, pod, appeared, now, text)
            else:
                yield from self._changed(scene, pod, before, now)
        there = {pod.id for pod in chosen}
        for pod_id in [known for known in self._pods if known not in there]:
            yield self._gone(scene, pod_id)

    def _changed(
        self, scene: Scene, pod: Pod, before: dict[str, Any], now: dict[str, Any]
    ) -> Iterator[Happening]:
        told = {}
        for name in FIELDS:
            if before[name] == now[name] or self._is_moot(name, now[name]):
                self._damper.is_as_told((pod.id, name), scene.now)
            elif name == "ssh_answers" and before[name] is None and now[name]:
                before[name] = True  # that it answers is what was to be expected
            elif self._damper.lets_pass((pod.id, name), now[name], scene.now):
                told[name] = now[name]
        if not told:
            return
        was = {name: before[name] for name in told}
        before.update(told)
        flapping = [name for name in told if self._damper.flaps((pod.id, name))]
        facts = {**now, "changed": list(told), "was": was, "flapping": flapping}
        says = ", ".join(f"{name} {_word(was[name])} -> {_word(told[name])}" for name in told)
        severity = Severity.WARNING if _is_worse(told) else Severity.INFO
        yield replace(
            _of_pod(scene, pod, "pod_changed", facts, f"{pod.label}: {says}"), severity=severity
        )

    def _is_moot(self, name: str, value: object) -> bool:
        """Whether it says nothing of the Pod.

        A shell's silence does not where it is not known, or the network may be away as a whole.
        How far a Pod is comes from the list, and changes with time alone while that is not read.
        """
        if name == "readiness":
            return self._outage.is_on
        return name == "ssh_answers" and (value is None or (self._outage.is_on and not value))

    def _gone(self, scene: Scene, pod_id: PodId) -> Happening:
        before = self._pods.pop(pod_id)
        return Happening(
            at=scene.now,
            event="pod_gone",
            severity=Severity.WARNING,
            pod=pod_id,
            name=before["name"],
            text=f"{before['name'] or pod_id} is no longer in the list: terminated, or not visible",
            facts={"was": {"status": before["status"], "readiness": before["readiness"]}},
        )

    def _findings_after(self, scene: Scene, appeared: str) -> Iterator[Happening]:
        there: dict[Key, Finding] = {
            (pod.id if pod is not None else None, finding.code): finding
            for pod in (*self._chosen(scene), None)
            for finding in scene.findings.get(pod.id if pod is not None else None, ())
        }
        for key, finding in there.items():
            before = self._findings.get(key)
            event = self._event_of(key, before, finding, appeared)
            if not event or (before is None and self._may_pass(scene, finding)):
                self._damper.is_as_told(key, scene.now)
                if before is not None and finding.is_present == before.is_present:
                    self._findings[key] = finding
            elif self._damper.lets_pass(key, (finding.verdict, finding.severity), scene.now):
                self._findings[key] = finding
                yield self._of_finding(scene, key, event, finding, before)
        for key in [key for key in self._findings if key not in there]:
            if not self._is_examined(scene, key[0]):
                continue
            if self._damper.lets_pass(key, "absent", scene.now):
                yield self._cleared(scene, key)

    def _event_of(self, key: Key, before: Finding | None, now: Finding, appeared: str) -> str:
        """The word for what became of a finding; empty when nothing is to be told."""
        if now.is_present:
            if before is None:
                return appeared
            same = before.is_present and before.severity == now.severity
            return "" if same else "finding_changed"
        if before is None or not before.is_present or self._outage.is_on:
            return ""
        return "finding_changed"

    def _may_pass(self, scene: Scene, finding: Finding) -> bool:
        """Whether a finding that is new may yet go as it came; the first state is told as it is."""
        is_new = finding.since is not None and scene.now - finding.since < STANDS_S
        return is_new and self.has_begun and finding.severity < Severity.CRITICAL

    def _is_examined(self, scene: Scene, pod_id: PodId | None) -> bool:
        """Whether the absence of a finding says something: the Pod was examined, or is gone."""
        return pod_id in scene.findings or pod_id not in self._pods

    def _cleared(self, scene: Scene, key: Key) -> Happening:
        before = self._findings.pop(key)
        is_gone = key[0] is not None and key[0] not in self._pods
        said = replace(before, verdict="absent", missing=())
        told = self._of_finding(scene, key, "finding_cleared", said, before)
        because = "the Pod is gone" if is_gone else "the evidence denies it"
        return replace(told, facts={**told.facts, "because": because})

    def _of_finding(
        self, scene: Scene, key: Key, event: str, finding: Finding, before: Finding | None
    ) -> Happening:
        pod = scene.account.pod(key[0]) if key[0] is not None else None
        whom = pod.label if pod is not None else key[0] or "the account"
        facts = {
            **as_json_finding(finding),
            "since": rfc3339(finding.since if finding.since is not None else scene.now),
            "flapping": self._damper.flaps(key),
        }
        if before is not None:
            facts["was"] = {"verdict": before.verdict, "severity": before.severity.word}
        bad = max(finding.severity, before.severity if before is not None else finding.severity)
        del facts["severity"]
        return Happening(
            at=scene.now,
            event=event,
            severity=finding.severity if finding.is_present else bad,
            pod=key[0],
            name=pod.name if pod is not None else None,
            text=_sentence(whom, finding),
            facts=facts,
        )


def pod_row(pod: Pod, scene: Scene) -> dict[str, Any]:
    """A Pod as `pods --json` has it, and whether its shell answers: null where that is not known."""
    evidence = scene.account.about(pod.id)
    failed = has_failed_login(pod, evidence)
    age = evidence.reading(Answered).age(scene.now)
    if failed and age is not None and age < ANSWER_FRESH_S:
        failed = None  # a single try that fails says little
    return {
        **row(pod, scene),
        "ssh_answers": None if failed is None else not failed,
        "unreachable": unreachable_why(pod, evidence) if failed else None,
    }


def _of_pod(scene: Scene, pod: Pod, event: str, facts: dict[str, Any], text: str) -> Happening:
    rest = {name: value for name, value in facts.items() if name not in ("id", "name")}
    return Happening(
        at=scene.now,
        event=event,
        severity=Severity.INFO,
        pod=pod.id,
        name=pod.name,
        text=text,
        facts=rest,
    )


def _is_worse(told: dict[str, Any]) -> bool:
    return told.get("status") in _ENDED or told.get("readiness") in _WRONG


def _word(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(_word(part) for part in value.values())
    if value is None:
        return "?"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _sentence(whom: str, finding: Finding) -> str:
    what = f"{whom}: {finding.code} {finding.title}"
    if finding.verdict == "absent":
        return f"{what}: cleared"
    if not finding.is_present:
        return f"{what}: can no longer be told: {'; '.join(finding.missing)}"
    seen = f": {finding.evidence[0].said}" if finding.evidence else ""
    return f"{what} [{finding.severity.word}]{seen}"
