"""A console without a screen that terminates one Pod after the other; its test kills it."""

import asyncio
import sys
from pathlib import Path

from rgt_tui.clock import session_clock, steady
from rgt_tui.config import Config
from rgt_tui.domain.secret import Secret
from rgt_tui.guard import checklist as checklists
from rgt_tui.guard import step as steps
from rgt_tui.guard.events import Typed
from rgt_tui.guard.table import Phase
from rgt_tui.opening import Address, open_session
from rgt_tui.session import Session
from rgt_tui.store import Store
from rgt_tui.termination import case, ending


async def terminate(session: Session, name: str) -> None:
    """One Pod, from the first look to the outcome."""
    pod = next(it for it in session.store.state.account.pods if it.name == name)
    async with asyncio.TaskGroup() as tasks:
        print(f"open {name}", flush=True)
        session.desk.open(pod.id, tasks)
        while True:
            session.desk.watch()
            now = session.store.state.checklists[pod.id]
            if now.phase is Phase.READY:
                text = now.challenge.text
                typed = Typed(text=text, keys=len(text), now=steady(), can_write=True)
                session.desk.tell(pod.id, typed)
            if now.phase.is_over:
                break
            await asyncio.sleep(0.01)
    print(f"{now.phase} {name} {now.said}", flush=True)


async def main(url: str, key: str, folder: str, *names: str) -> None:
    """All of them."""
    for module in (checklists, steps):  # the person and the service are quick
        setattr(module, "UNDO_S", 0.05)  # noqa: B010
    setattr(checklists, "VIEW_S", 0.0)  # noqa: B010
    setattr(case, "TICK_S", 0.01)  # noqa: B010
    setattr(ending, "LOOKS_S", (0.0, 0.05))  # noqa: B010
    where = Address(
        base_url=url,
        key=Secret(key),
        source="test",
        host_keys=Path(folder) / "hostkeys.json",
        read_only=False,
        journal=Path(folder) / "journal.jsonl",
    )
    async with open_session(where, Config(), Store(), session_clock()) as session:
        session.writer.mode.unlock()
        await session.look(shells=False)
        for name in names:
            await terminate(session, name)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
