"""Text reaches the screen as segments. Nothing that Textual would read as markup is handed to it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

READS_MARKUP = {
    "Static", "Label", "Button", "OptionList", "Option", "RichLog", "Log", "DataTable", "Markdown",
    "Tabs", "Tab", "Collapsible", "Tree", "ListItem", "Header", "Footer", "Digits", "Link",
    "notify", "from_markup", "render_markup", "update", "write", "set_title",
}  # fmt: skip
"""Widgets and calls that take a string as markup, or pass it on unseen."""
TITLES = {"border_title", "border_subtitle", "title", "sub_title", "tooltip", "placeholder"}
"""Attributes that take markup, or that name the terminal's window."""
SOURCES = [
    ROOT / "rgt_tui" / "app.py",
    *sorted(
        path for path in (ROOT / "rgt_tui" / "ui").rglob("*.py") if "terminal" not in path.parts
    ),
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_given_to_a_reader_of_markup(path: Path) -> None:
    assert list(_offences(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "code",
    ["Static(name)", "self.notify(f'{pod}')", "self.border_title = name", "Content.from_markup(x)"],
)
def test_the_search_finds_what_it_is_for(code: str) -> None:
    assert list(_offences(ast.parse(code)))


def _offences(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in READS_MARKUP:
            yield f"line {node.lineno}: {_name(node.func)}()"
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if isinstance(target, ast.Attribute) and target.attr in TITLES:
                yield f"line {target.lineno}: .{target.attr} ="


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
