from rgt_tui.actions import Show
from rgt_tui.actions.overrides import ACTION
from rgt_tui.panes import Scene
from tests.values import NOW, a_pod, an_account


def test_the_reader_shows_what_the_command_prints_and_names_it() -> None:
    pod = a_pod()
    shown = ACTION.run(Scene(account=an_account(pod), now=NOW), pod)
    assert isinstance(shown, Show)
    lines = ["".join(c.text for c in line) for block in shown.blocks for line in block.lines]
    assert "export DATA_DIR=/workspace/data" in lines
    assert lines[-1] == f"the same for a script: rgt-tui overrides {pod.id}"
