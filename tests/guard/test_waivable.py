"""What the configuration lets be waived; what never is stays so, whatever a file or a caller says."""

from pathlib import Path

import pytest

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.secret import Secret
from rgt_tui.guard.checklist import Policy
from rgt_tui.guard.events import Waived
from rgt_tui.guard.items import PROVEN, WAIVABLE, Found, Item
from rgt_tui.guard.step import open_checklist, step
from rgt_tui.guard.table import Mark
from rgt_tui.guard.waivable import NAMES, NEVER, policy_of
from rgt_tui.opening import Address, open_session
from rgt_tui.store import Store
from tests.guard.finished import dossier, exhibit

AT = 1000.0


def marks(policy: Policy) -> dict[Item, Mark]:
    """The lines after each was refuted and a person tried to waive all of them."""
    refuted = [exhibit(item, AT, Found.REFUTED) for item in PROVEN]
    checklist = open_checklist(dossier(AT, *refuted), AT, seed=0, policy=policy)
    for item in Item:
        reason = f"I know about {item}, truly"
        checklist = step(checklist, Waived(item=item, reason=reason, can_write=True))
    return {line.item: line.mark for line in checklist.lines}


def test_the_names_are_those_of_the_lines() -> None:
    assert {Item(name) for name in NAMES} == WAIVABLE
    assert {it.value for it in Item} <= {*NAMES, *NEVER}
    assert policy_of(None) == Policy() == policy_of(NAMES)


@pytest.mark.parametrize("names", [(), ("loads",), ("quiet", "durable"), NAMES])
def test_only_what_is_named_can_be_waived(names: tuple[str, ...]) -> None:
    waived = {item for item, mark in marks(policy_of(names)).items() if mark is Mark.WAIVED}
    assert waived == {Item(name) for name in names}


def test_identity_is_never_waived_by_whatever_policy() -> None:
    assert policy_of((*NAMES, *NEVER)).waivable == WAIVABLE
    assert marks(Policy(waivable=frozenset(Item)))[Item.IDENTITY] is Mark.FAILED


async def test_the_setting_reaches_the_checklists_of_a_session(tmp_path: Path) -> None:
    where = Address(
        base_url="http://127.0.0.1:9",
        key=Secret("k"),
        source="test",
        host_keys=tmp_path / "hostkeys.json",
        journal=tmp_path / "state" / "journal.jsonl",
    )
    config = Config(waivable=("quiet",))
    async with open_session(where, config, Store(), session_clock()) as session:
        assert session.desk.hands.policy == Policy(waivable=frozenset({Item.QUIET}))
