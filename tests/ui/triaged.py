"""The demo account with its symptoms' times: what stands, what has gone, what came back."""

from dataclasses import replace

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.history import History, Spell
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Scene
from tests.ui import scenes
from tests.values import NOW

SWEEP = scenes.full_disk().id
INFER = scenes.never_started().id


def spell(pod: PodId | None, code: str, said: str, since: float, until: float | None) -> Spell:
    """A symptom from `since` to `until` seconds before now."""
    return Spell(
        pod_id=pod,
        code=code,
        severity="critical",
        said=said,
        raised_at=NOW - since,
        cleared_at=None if until is None else NOW - until,
    )


SPELLS = (
    spell(SWEEP, "RP11", "/ is 96% full: 19.2G of 20.0G used", 720, None),
    spell(INFER, "RP16", "RUNNING for 1h30m, yet runtime is null", 5040, None),
    spell(SWEEP, "RP23", "torch.OutOfMemoryError: CUDA out of memory", 900, 180),
    spell(PodId("gone123"), "RP6", "ssh.direct is null, ssh.proxy is offered", 9000, 4000),
    spell(SWEEP, "RP11", "/ is 95% full: 19.0G of 20.0G used", 7000, 6400),
)


def triaged() -> Scene:
    """The demo account, watched for a while."""
    account = scenes.demo_account()
    known: object = History(spells=SPELLS, since=NOW - 90_000)
    seen = Observed(known, NOW - 3, "history")
    scene = scenes.scene_of(account.after(Change(History, seen)))
    found = {
        pod: tuple(replace(f, since=NOW - 60) if f.is_present else f for f in findings)
        for pod, findings in scene.findings.items()
    }
    return replace(scene, findings=found)
