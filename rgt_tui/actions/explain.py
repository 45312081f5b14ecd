"""Explains what is wrong with a Pod: what was seen, why it happens, how to mend it, what it is not."""

from functools import partial

from rgt_tui.actions import Action, Aim, Outcome, Show
from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Block, Cell, Scene, Tone
from rgt_tui.panes.triage import PANE, UNTOLD, explained, is_of, ruled_out, title_of, untold_lines

_MARKS = {Severity.CRITICAL: "!!", Severity.WARNING: "!", Severity.INFO: ""}


def of_row(scene: Scene, pod: PodId | None, key: str) -> tuple[Block, ...]:
    """One row of Triage by itself, and in a line what else is there; nothing where it has gone."""
    blocks = PANE.detail(scene, key)
    others = [
        (Cell(f"  {finding.code}{_MARKS[finding.severity]} ", Tone.WARN), Cell(finding.title))
        for who in ((pod, None) if pod is not None else (None,))
        for finding in scene.of(who)
        if finding.is_present and not is_of(key, who, finding.code)
    ]
    if not blocks or not others or key == UNTOLD:
        return blocks
    note = "x on their rows explains them"
    return (*blocks, Block(f"Also there ({len(others)})", tuple(others), note=note))


def explanation(scene: Scene, pod: PodId | None) -> tuple[Block, ...]:
    """All that detectors say of a Pod and of its account; of the account alone for None."""
    whose = (pod, None) if pod is not None else (None,)
    present = [(who, f) for who in whose for f in scene.of(who) if f.is_present]
    present.sort(key=lambda each: -each[1].severity)
    unknown = tuple(f for who in whose for f in scene.of(who) if f.verdict == "unknown")
    told = [block for who, finding in present for block in explained(scene, who, finding)]
    missing = (Block("? cannot be told", untold_lines(unknown)),) if unknown else ()
    return (
        *_summary([finding for _, finding in present], is_all_told=not unknown),
        *told,
        *ruled_out(scene, pod),
        *missing,
    )


def _summary(present: list[Finding], *, is_all_told: bool) -> tuple[Block, ...]:
    """One line on all of it, where there is not exactly one finding."""
    if len(present) == 1:
        return ()
    if present:
        codes = " ".join(f"{finding.code}{_MARKS[finding.severity]}" for finding in present)
        return (Block("Triage", ((Cell(f"  {len(present)} findings: "), Cell(codes, Tone.WARN)),)),)
    words = "no symptom was found" if is_all_told else "no symptom was found so far"
    return (Block("Triage", ((Cell(words, Tone.GOOD if is_all_told else Tone.PLAIN),),)),)


def _run(scene: Scene, pod: Pod | None) -> Show:
    name = pod.label if pod is not None else "the account"
    told = partial(explanation, pod=pod.id if pod is not None else None)
    return Show(f"Triage of {name}", told(scene), told)


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    """On a row of Triage that finding by itself; elsewhere the Pod."""
    if aim is None or aim.pane != PANE.name:
        return _run(scene, pod)
    told = partial(of_row, pod=pod.id if pod is not None else None, key=aim.key)
    return Show(title_of(scene, aim.key), told(scene), told)


ACTION = Action(
    name="explain",
    key="x",
    title="explain",
    tooltip="What is wrong with this Pod or the account, or what a row of Triage says: why, and what to do.",
    needs_pod=False,
    aimed=_aimed,
    run=_run,
)
