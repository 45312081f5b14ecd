"""The table repaints what changed, keeps its cursor on a key, and its row on its line."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from textual.app import App, ComposeResult
from textual.geometry import Region

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import PodList
from rgt_tui.panes import Cell, Column, Row, Scene, Tone
from rgt_tui.ui.styles import stylesheets
from rgt_tui.ui.widgets.lines import ASCII, Piece
from rgt_tui.ui.widgets.table import Listed, Table
from tests.ui import scenes
from tests.ui.driving import console

COLUMNS = (
    Column(title="NAME", width=8, rank=0, grows=True),
    Column(title="N", width=4, rank=1, align="right"),
)
LISTED = Listed(columns=COLUMNS, rows=(), glyphs=ASCII)


class TableApp(App[int]):
    """Nothing but a table."""

    def __init__(self) -> None:
        super().__init__(css_path=list(stylesheets()))
        self.table = Table("list")

    def compose(self) -> ComposeResult:
        yield self.table


def _rows(*names: str) -> tuple[Row, ...]:
    return tuple(Row(name, (Cell(name), Cell(str(n)))) for n, name in enumerate(names))


def _text(table: Table) -> list[str]:
    return ["".join(piece.text for piece in line) for line in table.lines]


async def test_one_changed_row_repaints_one_line() -> None:
    rows = _rows("a", "b", "c", "d")
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=rows), None)
        changed = (*rows[:2], Row("c", (Cell("c"), Cell("99"))), rows[3])
        assert table.show(replace(LISTED, rows=changed), table.cursor) == (4,)


async def test_equal_rows_repaint_nothing_even_when_made_anew() -> None:
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=_rows("a", "b")), "b")
        assert table.show(replace(LISTED, rows=_rows("a", "b")), "b") == ()


async def test_a_cursor_step_repaints_the_two_rows_it_left_and_reached() -> None:
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=_rows("a", "b", "c")), None)
        painted: list[Region] = []
        refresh = table.refresh

        def watch(*regions: Region, **options: Any) -> Table:
            painted.extend(regions)
            return refresh(*regions, **options)

        table.refresh = watch  # type: ignore[method-assign]  # watched, and called all the same
        table.move(1)
        assert sorted(region.y for region in painted) == [2, 3]


async def test_only_the_changed_pod_is_repainted_in_the_whole_console() -> None:
    async with console(scenes.fleet(50)) as running:
        before = running.table.lines
        await running.put(_dearer(scenes.fleet(50), "train-0003"))
        after = running.table.lines
        assert [y for y, line in enumerate(after) if line != before[y]] == [5]


async def test_rows_out_of_sight_are_not_made_into_lines() -> None:
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        asked: list[str] = []

        def old(row: Row) -> tuple[bool, ...]:
            asked.append(row.key)
            return ()

        rows = _rows(*(f"r{n}" for n in range(1000)))
        table.show(replace(LISTED, rows=rows, old=old), None)
        assert len(asked) == table.page


async def test_the_cursors_row_keeps_its_line_when_rows_come_before_it() -> None:
    names = [f"r{n:03}" for n in range(100)]
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=_rows(*names)), "r050")
        where = next(y for y, text in enumerate(_text(table)) if text.startswith(">"))
        table.show(replace(LISTED, rows=_rows("new1", "new2", *names)), "r050")
        assert _text(table)[where].startswith("> r050")


async def test_a_vanished_row_leaves_the_cursor_to_the_next_one() -> None:
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=_rows("a", "b", "c")), "b")
        table.show(replace(LISTED, rows=_rows("a", "c")), "b")
        assert table.cursor == "c"


async def test_the_cursor_row_is_marked_by_a_sign_and_not_by_colour_alone() -> None:
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=_rows("a", "b")), "b")
        assert [text[0] for text in _text(table)[2:4]] == ["|", ">"]


async def test_an_old_value_is_dimmed_and_marked_in_a_column_it_fills() -> None:
    rows = (Row("a", (Cell("a"), Cell("1234", Tone.BAD))), Row("b", (Cell("b"), Cell("--"))))
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=rows, old=lambda row: (False, True)), "b")
        assert Piece("~1234", Tone.DIM) in table.lines[2]
        assert "~" not in _text(table)[3]


async def test_wide_characters_do_not_shift_the_frame() -> None:
    rows = _rows(
        "训练实验训练实验训练实验训练实验训练实验训练实验", "日本", "e\u0301clair", "plain"
    )
    async with TableApp().run_test(size=(41, 12)) as pilot:
        table = pilot.app.query_one(Table)
        table.show(replace(LISTED, rows=rows), None)
        assert all(strip.cell_length == 41 for strip in map(table.render_line, range(12)))
        assert all(_text(table)[y].endswith("|") for y in range(2, 6))


async def test_a_terminal_of_one_cell_is_survived() -> None:
    async with console(scenes.demo(), (1, 1)) as running:
        await running.press("j", "3")
        await running.pilot.resize_terminal(500, 200)
        await running.settle()
        assert running.table.cursor is not None


def _dearer(scene: Scene, name: str) -> Scene:
    pods = tuple(
        replace(pod, cost_per_hour=Decimal(9)) if pod.name == name else pod
        for pod in scene.account.pods
    )
    change = Change(PodList, Observed(PodList(pods), scene.now - 2))
    return replace(scene, account=scene.account.after(change))
