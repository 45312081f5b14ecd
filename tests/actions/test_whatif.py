from rgt_tui.actions import Show
from rgt_tui.actions.whatif import ACTION
from rgt_tui.panes import Scene
from tests.ui.money import money
from tests.values import NOW, a_pod, an_account


def said(scene: Scene, name: str) -> str:
    pod = next(pod for pod in scene.account.pods if pod.name == name)
    shown = ACTION.run(scene, pod)
    assert isinstance(shown, Show)
    titles = [block.title for block in shown.blocks]
    lines = ["".join(cell.text for cell in line) for b in shown.blocks for line in b.lines]
    return "\n".join((shown.title, *titles, *lines))


def test_every_choice_has_its_price_its_losses_and_its_risk() -> None:
    text = said(money(), "sweep-07")
    assert "keep it running as it is" in text
    assert "stop it" in text
    assert "terminate it, its data on a network volume of 27 GB" in text
    assert "relaunch on 4x" in text
    assert "saves $" in text
    assert "pays for itself after" in text
    assert "loses  19.6G on the container disk /" in text


def test_a_pod_on_a_network_volume_is_relaunched_in_its_data_center_only() -> None:
    text = said(money(), "train-a")
    assert "relaunch on 1xA100 80GB (80 GB VRAM)" in text
    assert "stock: EU-RO-1 LOW" in text
    assert "US-KS-2" not in text


def test_without_the_catalogue_relaunching_is_left_out_and_that_is_said() -> None:
    text = said(Scene(account=an_account(a_pod()), now=NOW), "train-a")
    assert "relaunch on" not in text
    assert "the catalogue has not been read yet" in text


def test_while_it_is_read_the_catalogue_is_kept_fresh() -> None:
    assert ACTION.kinds
