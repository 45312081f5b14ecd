"""The table of transitions: the diagram in the documents is it, and every edge it needs is needed."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rgt_tui.guard.checklist import UNDO_S, Checklist
from rgt_tui.guard.events import (
    Event,
    Fenced,
    Gathered,
    Looking,
    Ticked,
    Typed,
    Waived,
)
from rgt_tui.guard.items import PROVEN, Found, Item
from rgt_tui.guard.step import open_checklist, step
from rgt_tui.guard.table import TABLE, Mark, Phase, Signal, State, Table, diagram
from tests.guard.finished import dossier, exhibit
from tests.shared import ROOT

BEGAN = 1000.0
Edge = tuple[str, State, Signal]


def without(edge: Edge) -> Table:
    """The table without one edge."""
    part, state, signal = edge
    moves = {k: v for k, v in TABLE[part][state].items() if k is not signal}
    return {**TABLE, part: {**TABLE[part], state: moves}}


def events_of(checklist: Checklist, found: dict[Item, Found]) -> Iterator[Event]:
    """Everything a person, the engine and the clock can do next, in a world where looks come to `found`."""
    now, text = checklist.now, checklist.challenge.text
    marks = [line.mark for line in checklist.lines]
    item = next((it for it, mark in zip(PROVEN, marks, strict=True) if not mark.opens), None)
    facts = replace(checklist.dossier, exhibits=())
    if item is not None:
        yield Looking(item=item)
        one = exhibit(item, now, found.get(item, Found.PROVED))
        yield Gathered(dossier=replace(facts, exhibits=(one,)), now=now)
        yield Waived(item=item, reason=f"I know better about {item}", can_write=True)
    if checklist.phase is Phase.COUNTING:
        yield Ticked(now=now + UNDO_S)
    yield Typed(text=text, keys=len(text), now=now + UNDO_S, can_write=True)
    everything = tuple(exhibit(it, now, found.get(it, Found.PROVED)) for it in PROVEN)
    yield Fenced(dossier=replace(facts, exhibits=everything), now=now)


def shape(checklist: Checklist) -> tuple[object, ...]:
    """What decides how a checklist can go on; times are left out."""
    marks = tuple(line.mark for line in checklist.lines)
    return (checklist.phase, marks, checklist.approval is None, checklist.fenced_at is None)


def reaches_permitted(table: Table, found: dict[Item, Found]) -> bool:
    """Whether any order of events leads to the permitted state."""
    facts = replace(dossier(BEGAN), exhibits=())
    start = open_checklist(facts, BEGAN, seed=0, table=table)
    seen, queue = {shape(start)}, deque([start])
    while queue:
        checklist = queue.popleft()
        if checklist.phase is Phase.PERMITTED:
            return checklist.why_not_permitted(checklist.now) is None
        for event in events_of(checklist, found):
            after = step(checklist, event, table=table)
            if shape(after) not in seen:
                seen.add(shape(after))
                queue.append(after)
    return False


WORLDS: dict[str, tuple[dict[Item, Found], list[Edge]]] = {
    "all proven": (
        {},
        [
            ("line", Mark.OPEN, Signal.LOOK),
            ("line", Mark.RUNNING, Signal.PROVED),
            ("list", Phase.GATHERING, Signal.COMPLETE),
            ("list", Phase.READY, Signal.TYPED),
            ("list", Phase.COUNTING, Signal.WINDOW_OVER),
            ("list", Phase.FENCING, Signal.FENCED),
        ],
    ),
    "not durable": (
        {Item.DURABLE: Found.REFUTED},
        [("line", Mark.RUNNING, Signal.REFUTED), ("line", Mark.FAILED, Signal.WAIVE)],
    ),
    "not seen": (
        {Item.QUIET: Found.UNSEEN},
        [("line", Mark.RUNNING, Signal.UNSEEN), ("line", Mark.UNSEEN, Signal.WAIVE)],
    ),
}
REQUIRED = [(name, edge) for name, (_, edges) in WORLDS.items() for edge in edges]


@pytest.mark.parametrize("name", WORLDS)
def test_with_the_whole_table_the_permitted_state_is_reached(name: str) -> None:
    assert reaches_permitted(TABLE, WORLDS[name][0])


def test_each_edge_that_is_needed_is_among_the_required_ones_and_no_other() -> None:
    """By construction: of all edges of the table, exactly those lock some world out when they go."""
    every = [
        (part, state, signal)
        for part, states in TABLE.items()
        for state, moves in states.items()
        for signal in moves
    ]
    needed = {
        (name, edge)
        for name, (found, _) in WORLDS.items()
        for edge in every
        if not reaches_permitted(without(edge), found)
    }
    common = {(name, edge) for name in WORLDS for edge in WORLDS["all proven"][1]}
    assert needed == {*REQUIRED, *common}


@pytest.mark.parametrize(("name", "edge"), REQUIRED, ids=str)
def test_without_a_required_edge_the_permitted_state_is_not_reached(name: str, edge: Edge) -> None:
    assert not reaches_permitted(without(edge), WORLDS[name][0])


def test_what_cannot_be_waived_is_never_permitted_unproven() -> None:
    for found in (Found.REFUTED, Found.UNSEEN):
        assert not reaches_permitted(TABLE, {Item.IDENTITY: found})


def test_every_state_of_the_table_is_known_and_every_ending_is_final() -> None:
    assert set(TABLE["line"]) == set(Mark)
    assert set(TABLE["list"]) == set(Phase)
    endings = {state for state, moves in TABLE["list"].items() if not moves}
    assert endings == {Phase.GONE, Phase.KEPT, Phase.CANCELLED, Phase.VANISHED}


def test_every_way_into_permitted_is_the_fence_and_every_way_to_sent_is_permitted() -> None:
    into = {
        target: {
            (state, signal)
            for state, moves in TABLE["list"].items()
            for signal, to in moves.items()
            if to is target
        }
        for target in (Phase.PERMITTED, Phase.SENT)
    }
    assert into[Phase.PERMITTED] == {(Phase.FENCING, Signal.FENCED)}
    assert into[Phase.SENT] == {(Phase.PERMITTED, Signal.SEND)}


@pytest.mark.parametrize("part", ["line", "list"])
def test_the_diagram_in_the_documents_is_the_table(part: str) -> None:
    assert f"```mermaid\n{diagram(part)}\n```" in (ROOT / "ARCHITECTURE.md").read_text()
