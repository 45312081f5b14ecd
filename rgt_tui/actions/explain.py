"""Explains what is wrong with a Pod: what was seen, why it happens, how to mend it, what it is not."""

from rgt_tui.actions import Action, Outcome, Show
from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Block, Cell, Scene, Tone
from rgt_tui.panes.triage import explained, ruled_out, untold_lines

_MARKS = {Severity.CRITICAL: "!!", Severity.WARNING: "!", Severity.INFO: ""}


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


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    name = pod.name if pod is not None else "the account"
    return Show(f"Triage of {name}", explanation(scene, pod.id if pod is not None else None))


ACTION = Action(
    name="explain",
    key="x",
    title="explain",
    tooltip="What is wrong with this Pod (of a row without one: with the account), why, and what to do.",
    needs_pod=False,
    run=_run,
)
