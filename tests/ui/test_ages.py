from dataclasses import replace

import pytest

from rgt_tui.domain.pod import PodList
from rgt_tui.panes import Scene, Tone
from rgt_tui.panes.disk import PANE as DISK
from rgt_tui.panes.pods import PANE as PODS
from rgt_tui.ui.widgets import ages
from rgt_tui.ui.widgets.ages import Freshness
from tests.conftest import screen_text
from tests.ui import scenes
from tests.ui.driving import console
from tests.values import NOW


def _words(line: object) -> str:
    assert isinstance(line, tuple)
    return "".join(piece.text for piece in line)


def _later(scene: Scene, seconds: float) -> Scene:
    return replace(scene, now=NOW + seconds)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (20.0, Freshness.FRESH),
        (20.1, Freshness.STALE),
        (50.0, Freshness.STALE),
        (50.1, Freshness.OLD),
        (None, Freshness.NEVER),
    ],
)
def test_two_periods_are_stale_and_five_are_old(age: float | None, expected: Freshness) -> None:
    assert ages.freshness(age, 10.0) is expected


def test_something_without_a_period_does_not_grow_old() -> None:
    assert ages.freshness(1e9, None) is Freshness.FRESH


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "api now  ssh 2/3 now"),
        (35, "api stale 30s  ssh 0/3 stale 30s"),
        (660, "api OLD 11m  ssh 0/3 OLD 11m"),
    ],
)
def test_a_title_says_how_old_each_source_is(seconds: float, words: str) -> None:
    assert _words(ages.pane_ages(PODS, _later(scenes.demo(), seconds))) == words


def test_nothing_seen_is_never_and_not_now() -> None:
    assert _words(ages.pane_ages(PODS, scenes.no_key())) == "api never  ssh -"


def test_a_value_from_the_disk_says_so() -> None:
    scene = scenes.demo()
    reading = scene.account.evidence.reading(PodList)
    assert reading.good is not None
    kept = replace(reading.good, source="cache")
    evidence = scene.account.evidence.after(PodList, kept)
    scene = replace(scene, account=replace(scene.account, evidence=evidence))
    assert _words(ages.pane_ages(PODS, scene)).startswith("cache now")


def test_while_only_the_kept_state_is_known_the_status_says_of_when() -> None:
    assert _words(ages.as_of(scenes.cached())) == "as of 12:00, connecting"
    away = replace(scenes.cached(), trouble="The API does not answer.")
    assert _words(ages.as_of(away)) == "as of 12:00, no live data"
    assert ages.as_of(scenes.demo()) == ()


def test_an_old_disk_reading_marks_its_columns_and_no_others() -> None:
    scene = _later(scenes.demo(), 100)
    fresh = replace(scene, periods={**scene.periods, PodList: 1000.0})
    row = next(row for row in PODS.rows(fresh) if row.cells[0].text == "sweep-07")
    flags = dict(
        zip(
            (column.title for column in PODS.columns),
            ages.old_cells(row, PODS.columns, PODS, fresh),
            strict=True,
        )
    )
    assert {title for title, is_old in flags.items() if is_old} == {"GPU%", "VRAM", "/", "WS"}


def test_the_name_of_a_row_is_never_marked_as_old() -> None:
    scene = _later(scenes.demo(), 1000)
    for pane in (PODS, DISK):
        for row in pane.rows(scene):
            assert not ages.old_cells(row, pane.columns, pane, scene)[0]


async def test_old_values_are_kept_and_marked_on_the_screen() -> None:
    async with console(scenes.away()) as running:
        text = screen_text(running.app)
        assert "~98%!" in text
        assert "~4.76" in text
        assert "! The API does not answer" in text


def test_the_count_of_answering_pods_is_a_warning_unless_all_do() -> None:
    piece = ages.shell_piece(scenes.demo())
    assert piece is not None
    assert (piece.text, piece.ink) == ("ssh 2/3", Tone.WARN)
    assert ages.shell_piece(scenes.empty()) is None
