from rgt_tui.actions import Copy
from rgt_tui.actions.copy_id import ACTION
from rgt_tui.panes import Scene
from tests.values import a_pod


def test_the_pods_own_id_is_copied_and_not_its_name() -> None:
    assert ACTION.run(Scene(), a_pod(name="[/]")) == Copy("7h9k2m4n6p")
