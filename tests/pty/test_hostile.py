"""Hostile text from the account, through the real console: none of it reaches the terminal raw."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from rgt_tui.domain.text import clean
from rgt_tui.simulator import Simulator, World, build_world
from rgt_tui.simulator.placing import Life, place
from rgt_tui.simulator.pod import Spec
from tests.pty.harness import PYTHON, Terminal
from tests.shared import shared_file

OURS: Final = re.compile(
    r"\x1b\[\?(?:7|25|1004|1049|2004|2026|2048)(?:[hl]|\$p)"
    r"|\x1b\[(?:[0-9;]*[mHKXCG]|r)|\x1b\]22;default\x07|\x1b\(B\x0f"
)
"""Every sequence that this program writes on its own account."""
KINDS: Final = ("terminal-escape", "markup", "spoof", "size-encoding")
LONGEST: Final = 6000


def hostile_texts() -> list[str]:
    cases = json.loads(shared_file("design/hostile.json").read_text(encoding="utf-8"))["cases"]
    texts = [case.get("value") for case in cases if case["kind"] in KINDS]
    own = ["[/]", "[@click=app.leave]x[/]", "[bold red]x", "a\x1b]8;;https://x.invalid\x07b"]
    whole = [text for text in texts if isinstance(text, str) and "\ud800" not in text]
    return [text.encode("utf-8", "replace").decode()[:LONGEST] for text in [*whole, *own]]


def hostile_world(texts: list[str]) -> World:
    world = build_world(pods=0, seed=3, scenarios=["stopped"])
    for number, text in enumerate(texts):
        spec = Spec(name=text, image=f"x{text}", gpu=(f"gpu {text}", 1), ports=("8888/http",))
        life = Life(created_s=7200, up_s=7000)
        hangs = Life(created_s=7200, running_s=7000)
        pod = place(world, spec, hangs if number < 3 else life, data_center="US-MD-1")
        pod.logs.write(world.now - 60, "system", f"error starting container: {text}")
    return world


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(hostile_world(hostile_texts()))


def walk(terminal: Terminal) -> None:
    """Every pane, every row, and the details of some."""
    terminal.wait_for("Pods(")
    terminal.wait_for("api now")
    for key in ("1", "3", "4"):
        terminal.press(key, "g")
        for _ in range(6):
            terminal.press("pagedown")
            terminal.settle(quiet_s=0.1)
    terminal.press("1", "g")
    for _ in range(12):
        terminal.press("enter")
        terminal.settle(quiet_s=0.1)
        terminal.press("escape", "down")
    terminal.press("n")
    terminal.wait_for("Messages")
    terminal.press("escape")
    terminal.wait_gone("Messages")


def test_no_sequence_of_the_account_reaches_the_terminal_and_nothing_is_written(
    simulator: Simulator, tmp_path: Path
) -> None:
    with simulator:
        env = {
            "HOME": str(tmp_path),
            "RUNPOD_API_BASE_URL": simulator.url,
            "RUNPOD_API_KEY": simulator.api_key,
        }
        with Terminal([PYTHON, "-m", "rgt_tui"], size=(150, 45), env=env) as terminal:
            walk(terminal)
            terminal.press("q")
            assert terminal.wait_exit() == 0
            rest = OURS.sub("", bytes(terminal.raw).decode("utf-8"))
            assert terminal.left_on() == set()
        methods = {(asked.method, asked.path) for asked in simulator.requests}
    assert {clean(c) for c in rest if not c.isprintable() and c not in "\r\n"} == set()
    assert {path for method, path in methods if method != "GET"} <= {"/graphql"}
    assert simulator.mutations_refused == 0
