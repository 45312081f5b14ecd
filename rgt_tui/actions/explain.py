"""Explains what is wrong with a Pod: what was seen, why it happens, how to mend it."""

from collections.abc import Iterable

from rgt_tui.actions import Action, Outcome, Show
from rgt_tui.domain.finding import Finding, Said, Severity
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId, show_age
from rgt_tui.panes import Block, Cell, Line, Scene, Tone

_WORDS = {
    Severity.CRITICAL: ("act now !!", Tone.BAD),
    Severity.WARNING: ("warning !", Tone.WARN),
    Severity.INFO: ("note", Tone.PLAIN),
}


def explanation(scene: Scene, pod: PodId | None) -> tuple[Block, ...]:
    """All that detectors say of a Pod and of its account."""
    about = (*scene.of(pod), *(scene.of(None) if pod is not None else ()))
    present = [_present(finding, scene.now) for finding in about if finding.is_present]
    unknown = [finding for finding in about if finding.verdict == "unknown"]
    if not present:
        words = "no symptom was found" if not unknown else "no symptom was found so far"
        present = [Block("Triage", ((Cell(words, Tone.GOOD if not unknown else Tone.PLAIN),),))]
    return (*present, *_unknown(unknown))


def _present(finding: Finding, now: float) -> Block:
    word, tone = _WORDS[finding.severity]
    lines: list[Line] = [(Cell(f"  {word}", tone),), (Cell("seen", Tone.ACCENT),)]
    lines.extend(_said(said, now) for said in finding.evidence)
    lines.extend(((Cell("why", Tone.ACCENT),), (Cell(f"  {finding.cause}"),)))
    lines.append((Cell("what to do", Tone.ACCENT),))
    lines.extend((Cell(f"  {n}. {step}"),) for n, step in enumerate(finding.fix, 1))
    lines.append((Cell(f"  source: {finding.source}", Tone.DIM),))
    return Block(f"{finding.code} {finding.title}", tuple(lines))


def _said(said: Said, now: float) -> Line:
    return (Cell(f"  {said.source}{_ago(said.at, now)}: ", Tone.DIM), Cell(said.said))


def _ago(at: float | None, now: float) -> str:
    if at is None:
        return ""
    age = show_age(now - at)
    return f", {age}" if age == "now" else f", {age} ago"


def _unknown(findings: Iterable[Finding]) -> tuple[Block, ...]:
    lines = tuple(
        (Cell(f"  {f.code} {f.title}: ", Tone.UNKNOWN), Cell(f"not seen: {', '.join(f.missing)}"))
        for f in findings
    )
    return (Block("? cannot be told", lines),) if lines else ()


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("explain needs a Pod")
    return Show(f"Triage of {pod.name}", explanation(scene, pod.id))


ACTION = Action(
    name="explain",
    key="x",
    title="explain",
    tooltip="What is wrong with this Pod: what was seen, why it happens, what to do.",
    run=_run,
)
