"""Each `rgt-tui ...` that a step, a hint or a page names is there and takes those arguments."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

import rgt_tui
from rgt_tui.cli import root
from rgt_tui.domain.finding import Detector
from rgt_tui.triage import all_detectors

PACKAGE: Final = Path(rgt_tui.__file__).parent
ROOT: Final = PACKAGE.parent
PAGES: Final = (
    "README.md",
    "docs/checkpoints.md",
    "docs/export.md",
    "docs/own-symptoms.md",
    "docs/watch.md",
)
_NAMED: Final = re.compile(r"\brgt-tui(?: --demo(?= \w))?((?: +[^\s`]+)+)")
_QUOTED: Final = re.compile(r"'[^']*'")
_PLACE: Final = re.compile(r"[A-Z]+\Z|/|\d|<|:\d")
"""What stands for an argument: POD, a path, a number or a duration."""
_SPOKEN: Final = frozenset(
    {"exists", "keeps", "again", "connects", "simulator", "stopped", "verifiers"}
)
"""Words of sentences about the program itself."""
_ENDS: Final = tuple(".,;:)")


def _argv(words: str) -> Iterator[str]:
    """The words behind `rgt-tui` up to where the sentence goes on; brackets and choices dropped."""
    for word in _QUOTED.sub("TEXT", words).replace("[LOCAL:]", "").replace(" N]", " 5]").split():
        bare = re.split(r"\\?\|", word.strip("[]"))[0].rstrip("".join(_ENDS)).removesuffix("]")
        yield bare
        if word.endswith(_ENDS) and not word.endswith(("...", "]...")):
            return


def _takes_value(command: click.Command, word: str) -> bool:
    found = (p for p in command.params if isinstance(p, click.Option) and word in p.opts)
    return any(not option.is_flag for option in found)


def why_not(words: str, *, whole: bool) -> str:
    """Why the real parser takes no such command; empty where it does.

    Args:
        words: what stands behind `rgt-tui`.
        whole: it must be complete as it stands, though no argument follows.
    """
    command: click.Command = root
    given: list[str] = []
    context = click.Context(root, info_name="rgt-tui")
    rest = list(_argv(words))
    while rest:
        word = rest.pop(0)
        sub = command.get_command(context, word) if isinstance(command, click.Group) else None
        if sub is not None:
            command = sub
        elif word == "--":
            given += ["--", "COMMAND"]
            break
        elif word.startswith("-"):
            given += [word, *([rest.pop(0)] if _takes_value(command, word) and rest else [])]
        elif _PLACE.match(word):
            given.append(word)
        elif command is root and not given and word not in _SPOKEN:
            return f"no command {word!r}"
        else:
            break
    if not given and not whole:
        return ""
    try:
        command.make_context(command.name, given, parent=context).close()
    except click.exceptions.Exit:
        return ""
    except click.UsageError as error:
        return f"{command.name} {' '.join(given)}: {error.format_message()}"
    return ""


def _strings(tree: ast.AST) -> Iterator[str]:
    """The texts of a module; what is put into one stands as VALUE."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "VALUE"
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _faults(text: str, *, whole: bool = False) -> list[str]:
    named = (found[1] for found in _NAMED.finditer(" ".join(text.split())))
    each = itertools.chain.from_iterable(re.split(r" rgt-tui(?= )", words) for words in named)
    return [why for words in each if (why := why_not(words, whole=whole))]


@pytest.mark.parametrize("detector", all_detectors(), ids=lambda detector: detector.code)
def test_a_step_names_whole_commands_that_the_parser_takes(detector: Detector) -> None:
    steps = detector.fix
    assert [fault for step in steps for fault in _faults(step, whole=True)] == []


def test_every_text_of_the_program_names_commands_that_are_there() -> None:
    faults = {}
    for file in PACKAGE.rglob("*.py"):
        source = file.read_text("utf-8")
        if "rgt-tui " in source:
            found = [fault for text in _strings(ast.parse(source)) for fault in _faults(text)]
            faults[str(file.relative_to(PACKAGE))] = found
    assert {name: found for name, found in faults.items() if found} == {}
    assert "triage/rp15_restart_loop.py" in faults


@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_commands_that_are_there(page: str) -> None:
    spans = re.findall(
        r"`(rgt-tui[^`]*)`|^ *(?:\$ )?(rgt-tui .*)$", (ROOT / page).read_text("utf-8"), re.MULTILINE
    )
    assert spans
    assert [fault for span in spans for fault in _faults("".join(span).split(" #")[0])] == []


@pytest.mark.parametrize("words", [" lgos POD", " logs POD --tial 5", " forward POD", " whatif"])
def test_what_is_not_there_is_noticed(words: str) -> None:
    assert why_not(words, whole=True)
