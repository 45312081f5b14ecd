"""What can be done about this Pod's symptoms from here: pick one, see the exact commands, confirm."""

from typing import TYPE_CHECKING

from rgt_tui.actions import Action, Aim, Choice, Confirm, Outcome, Pick, Show
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Request, Run
from rgt_tui.panes import Block, Cell, Scene, Tone

if TYPE_CHECKING:  # fixes are made when somebody asks
    from rgt_tui.fixes import Fix, Remedy


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    """All fixes for a Pod: those of the selected finding first, then those of its others."""
    from rgt_tui.fixes import all_fixes

    if pod is None:
        return "fixes are for a Pod: select a row that has one"
    codes = {finding.code for finding in scene.of(pod.id) if finding.is_present}
    chosen = {code for code in codes if aim is not None and aim.key == f"{pod.id}:{code}"}
    first = sorted(
        all_fixes(), key=lambda fix: (chosen.isdisjoint(fix.codes), codes.isdisjoint(fix.codes))
    )
    return Pick(f"Fixes for {pod.label}", tuple(_choice(fix, codes, scene, pod) for fix in first))


def _choice(fix: "Fix", codes: set[str], scene: Scene, pod: Pod) -> Choice:
    note = " ".join(sorted(codes & fix.codes, key=lambda code: int(code[2:])))
    remedy = fix.remedy(pod, scene.account)
    if isinstance(remedy, str):
        return Choice(fix.title, note, why_not=remedy)
    if not remedy.script:
        return Choice(fix.title, note, Show(remedy.doing, _told(remedy)))
    if scene.read_only:
        return Choice(fix.title, note, Show(remedy.doing, (_NOT_RUN, *_told(remedy))))
    why_not = scene.why_no_write
    if pod.ssh_direct is None:
        why_not = "it has no direct SSH: the gateway runs no commands (RP6)"
    return Choice(fix.title, note, _asked(remedy, pod), why_not or "")


_NOT_RUN = Block(
    "Read-only", ((Cell("  Nothing is run from here: these are the commands to type there."),),)
)


def _told(remedy: "Remedy") -> tuple[Block, ...]:
    lines = remedy.script.strip().splitlines() or remedy.shown
    title = "Runs on the Pod, exactly this" if remedy.script else "To type"
    return (
        Block("What it does", tuple((Cell(f"  {said}"),) for said in remedy.said)),
        Block(title, tuple((Cell(f"  {line}", Tone.ACCENT),) for line in lines)),
    )


def _asked(remedy: "Remedy", pod: Pod) -> Confirm:
    request = Run(
        doing=remedy.doing,
        pod=pod.id,
        name=pod.name,
        start=pod.start,
        script=remedy.script,
        limit_s=remedy.limit_s,
    )

    def confirmed(text: str) -> Request:
        return request

    return Confirm(
        title=f"RUN on {pod.label}  {pod.id}",
        blocks=_told(remedy),
        button="Run",
        request=confirmed,
    )


ACTION = Action(
    name="fix",
    key="f",
    title="fix",
    tooltip="What can be done about this Pod from here; each shows its exact commands first.",
    aimed=_aimed,
)
