"""Shows the shell exports that make a script fit this Pod, each with the reason."""

from rgt_tui.actions import Action, Show
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Block, Cell, Scene, Tone


def _run(scene: Scene, pod: Pod | None) -> Show:
    from rgt_tui.overrides import as_shell  # reckoned when somebody asks

    if pod is None:
        raise ValueError("overrides need a Pod")
    lines = tuple(
        (Cell(line, Tone.DIM if line.startswith("#") else Tone.PLAIN),)
        for line in as_shell(pod, scene.account).splitlines()
    )
    note = f"the same for a script: rgt-tui overrides {pod.id}"
    return Show(
        f"Overrides for {pod.label}",
        (Block("To source on the Pod", lines), Block("", ((Cell(note, Tone.DIM),),))),
        lambda later: _run(later, pod).blocks,
    )


ACTION = Action(
    name="overrides",
    key="o",
    title="overrides",
    tooltip="Shell exports that fit this Pod: data, caches, scratch, each with the reason.",
    is_hinted=False,
    run=_run,
)
