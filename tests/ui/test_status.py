from dataclasses import replace
from decimal import Decimal

import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.panes import Scene
from rgt_tui.ui.layout import Shape, shape_of
from rgt_tui.ui.widgets.lines import length
from rgt_tui.ui.widgets.status import message_line, status_line
from tests.ui import scenes
from tests.values import NOW, a_pod


def _status(scene: Scene, width: int = 160) -> str:
    return "".join(piece.text for piece in status_line(scene, width))


@pytest.mark.parametrize("width", [1, 10, 20, 40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("scene", [scenes.demo, scenes.no_key, scenes.cached, scenes.away])
def test_the_status_line_fills_any_width(width: int, scene: object) -> None:
    line = status_line(scene(), width)  # type: ignore[operator]  # parametrised by makers
    assert length(line) in (width, max(2, width))


def test_the_status_line_says_who_what_and_how_long() -> None:
    text = _status(scenes.demo())
    assert "rgt-tui demo" in text
    assert "2 up 1 stopped 1 not up!" in text
    assert "burn $8.20/h" in text
    assert "balance $42.17, lasts ~5h08m!" in text
    assert "READ-ONLY" in text
    assert "api 54/60 left" in text
    assert "ssh 2/3" in text


def test_a_narrow_status_line_keeps_counts_money_and_the_read_only_chip() -> None:
    text = _status(scenes.demo(), 50)
    assert "2 up 1 stop 1 not up!" in text
    assert "$8.20/h" in text
    assert "RO" in text


def test_what_was_never_read_is_unknown_and_not_zero() -> None:
    text = _status(scenes.no_key())
    assert "Pods ?" in text
    assert "burn ?" in text
    assert "balance ?" in text
    assert "0" not in text


def test_a_refused_balance_is_unknown() -> None:
    account = scenes.demo_account().after(
        Change(Balance, Observed(Balance(balance=None, spend_per_hour=None), NOW))
    )
    assert "balance ?" in _status(scenes.scene_of(account))


def test_a_running_pod_without_a_price_makes_the_burn_unknown() -> None:
    account = Account().after(Change(PodList, Observed(PodList((a_pod(cost_per_hour=None),)), NOW)))
    assert "burn ?" in _status(scenes.scene_of(account))


def test_a_burn_without_the_volume_list_is_a_lower_bound() -> None:
    pod = a_pod(cost_per_hour=Decimal("1.00"))
    account = Account().after(Change(PodList, Observed(PodList((pod,)), NOW)))
    assert "burn >=$1.03/h" in _status(scenes.scene_of(account))


def test_whatever_is_neither_up_nor_stopped_is_counted_as_not_up() -> None:
    waiting = a_pod(id="p3", runtime=None)
    pods = (a_pod(status="MIGRATING"), a_pod(id="p2", status="ERROR"), waiting)
    assert "3 not up!" in _status(_listed(*pods))
    assert "not up" not in _status(_listed(a_pod(), a_pod(id="p2", status="EXITED")))


def test_a_pod_that_is_gone_is_not_counted() -> None:
    assert "no Pods" in _status(_listed(a_pod(status="TERMINATED")))


def _listed(*pods: Pod) -> Scene:
    return scenes.scene_of(Account().after(Change(PodList, Observed(PodList(pods), NOW))))


def test_a_console_that_may_write_carries_no_read_only_chip() -> None:
    assert "READ-ONLY" not in _status(replace(scenes.demo(), read_only=False))


def test_the_newest_message_stands_with_its_time_and_the_way_to_the_others() -> None:
    line = message_line(((NOW, "w one"), (NOW - 60, "two")), 60)
    text = "".join(piece.text for piece in line)
    assert text.startswith(" 12:00:00 w one")
    assert text.rstrip().endswith("n: all 2")


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((59, 40), Shape.TINY),
        ((200, 17), Shape.TINY),
        ((60, 18), Shape.BARE),
        ((79, 40), Shape.BARE),
        ((120, 23), Shape.BARE),
        ((80, 24), Shape.STRIP),
        ((99, 60), Shape.STRIP),
        ((100, 24), Shape.SIDES),
        ((159, 60), Shape.SIDES),
        ((160, 24), Shape.COLUMN),
    ],
)
def test_layouts_turn_at_the_sizes_that_are_promised(size: tuple[int, int], shape: Shape) -> None:
    assert shape_of(*size) is shape
