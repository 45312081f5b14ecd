"""The history on a real disk: kept apart, private, whole after a full disk, shared by two consoles."""

import asyncio
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from rgt_tui.clients.history import HistoryBook
from rgt_tui.clients.history_file import SCHEMA, HistoryFile
from rgt_tui.domain.finding import Finding, Said, Severity
from rgt_tui.domain.history import Happening, History, MoneyPoint
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from tests.shared import ROOT
from tests.values import NOW, a_pod

RUNNING = a_pod()
STOPPED = a_pod(status="EXITED", cost_per_hour=Decimal(0), runtime=None)


def the_file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history-abc.sqlite"


def a_point(at: float, balance: str | None = "42.17") -> MoneyPoint:
    left = None if balance is None else Decimal(balance)
    return MoneyPoint(
        at=at, balance=left, spend_per_hour=Decimal("7.92"), burn_per_hour=Decimal("7.901")
    )


def a_finding(code: str = "RP11", verdict: str = "present") -> Finding:
    return Finding(
        code=code,
        title="Container disk full",
        verdict=verdict,
        severity=Severity.CRITICAL,
        cause="",
        fix=(),
        source="",
        evidence=(Said("ssh", "/ is 98% full", NOW),),
    )


async def seen(path: Path, *looks: tuple[Pod, float]) -> History:
    """What is remembered after these looks at one Pod, each a run of its own."""
    history = History()
    for pod, at in looks:
        async with HistoryBook(path) as book:
            await book.keep([pod], at)
            history = await book.remembered([pod], at)
    return history


async def test_when_a_pod_was_first_seen_stopped_outlives_the_program(tmp_path: Path) -> None:
    looks = ((RUNNING, NOW), (STOPPED, NOW + 60), (STOPPED, NOW + 7200), (STOPPED, NOW + 9999))
    history = await seen(the_file(tmp_path), *looks)
    assert history.exited_since(RUNNING.id) == NOW + 60
    assert [(s.billed.status, s.since, s.until) for s in history.stretches] == [
        ("RUNNING", NOW, NOW),
        ("EXITED", NOW + 60, NOW + 9999),
    ]
    assert history.trouble == ""
    assert history.since == NOW


async def test_a_change_of_price_or_size_begins_a_stretch_of_its_own(tmp_path: Path) -> None:
    larger = a_pod(disk_gb=40)
    history = await seen(the_file(tmp_path), (RUNNING, NOW), (larger, NOW + 9))
    assert [s.billed.disk_gb for s in history.stretches] == [20, 40]


async def test_money_is_kept_to_the_digit_and_thinned_to_an_hour_after_a_day(
    tmp_path: Path,
) -> None:
    async with HistoryBook(the_file(tmp_path)) as book:
        for minutes in range(0, 48 * 60, 20):
            await book.keep_money(a_point(NOW + minutes * 60))
    async with HistoryBook(the_file(tmp_path)) as book:
        history = await book.remembered([], NOW + 48 * 3600)
    assert len(history.points) == 24 + 24 * 3
    assert history.points[-1] == a_point(NOW + (48 * 60 - 20) * 60)


async def test_an_unknown_balance_stays_unknown(tmp_path: Path) -> None:
    async with HistoryBook(the_file(tmp_path)) as book:
        await book.keep_money(a_point(NOW, None))
        history = await book.remembered([], NOW)
    assert history.points[0].balance is None


async def test_symptoms_are_raised_once_and_cleared_when_they_are_absent(tmp_path: Path) -> None:
    pod = RUNNING.id
    steps: tuple[tuple[str, float], ...] = (
        ("present", NOW),
        ("present", NOW + 5),
        ("unknown", NOW + 10),
        ("absent", NOW + 15),
        ("present", NOW + 20),
    )
    for verdict, at in steps:
        async with HistoryBook(the_file(tmp_path)) as book:
            await book.conclude({pod: (a_finding(verdict=verdict),), None: ()}, at)
    async with HistoryBook(the_file(tmp_path)) as book:
        spells = await book.spells(pod)
        told = await book.timeline(pod)
    assert [(s.code, s.raised_at, s.cleared_at) for s in spells] == [
        ("RP11", NOW + 20, None),
        ("RP11", NOW, NOW + 15),
    ]
    assert (spells[0].severity, spells[0].said) == ("critical", "/ is 98% full")
    assert [(event.kind, event.text) for event in told][:2] == [
        ("cleared", "RP11"),
        ("raised", "RP11 / is 98% full"),
    ]


async def test_symptoms_of_a_pod_that_is_gone_go_with_it(tmp_path: Path) -> None:
    async with HistoryBook(the_file(tmp_path)) as book:
        await book.conclude({RUNNING.id: (a_finding(),)}, NOW)
        await book.conclude({None: ()}, NOW + 5)
        assert [s.cleared_at for s in await book.spells(RUNNING.id)] == [NOW + 5]


async def test_the_timeline_tells_of_states_and_of_what_others_add(tmp_path: Path) -> None:
    async with HistoryBook(the_file(tmp_path)) as book:
        await book.keep([RUNNING], NOW)
        await book.keep([STOPPED], NOW + 60)
        await book.keep([], NOW + 120)
        await book.tell(Happening(at=NOW + 130, pod_id=None, kind="note", text="paid in"))
        everything = await book.timeline()
    assert [(event.kind, event.text) for event in reversed(everything)] == [
        ("state", "seen RUNNING"),
        ("state", "RUNNING -> EXITED"),
        ("state", "gone from the list"),
        ("note", "paid in"),
    ]


async def test_two_consoles_on_one_file_agree(tmp_path: Path) -> None:
    path = the_file(tmp_path)
    async with HistoryBook(path) as one, HistoryBook(path) as other:
        for book, delay in ((one, 0.0), (other, 2.0)):
            await book.keep([RUNNING], NOW + delay)
        for book, delay in ((one, 60.0), (other, 63.0)):
            await book.keep([STOPPED], NOW + delay)
            await book.conclude({RUNNING.id: (a_finding(),)}, NOW + delay)
        first = await one.remembered([STOPPED], NOW + 70)
        second = await other.remembered([STOPPED], NOW + 70)
        spells, told = await other.spells(RUNNING.id), await one.timeline(RUNNING.id)
    assert first.exited_since(RUNNING.id) == second.exited_since(RUNNING.id) == NOW + 60
    assert len(first.stretches) == len(second.stretches) == 2
    assert len(spells) == 1
    assert [event.kind for event in told].count("raised") == 1
    assert [event.text for event in told].count("RUNNING -> EXITED") == 1


async def test_the_file_is_for_its_owner_alone_and_says_its_version(tmp_path: Path) -> None:
    path = the_file(tmp_path)
    async with HistoryBook(path) as book:
        await book.keep([RUNNING], NOW)
        modes = {file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == {0o600}
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()


async def test_no_environment_argument_or_key_of_a_pod_is_written(tmp_path: Path) -> None:
    path = the_file(tmp_path)
    await seen(path, (a_pod(args="--token s3cret", env_names=("HF_TOKEN",)), NOW))
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"s3cret" not in content
    assert b"HF_TOKEN" not in content


async def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path) -> None:
    path = the_file(tmp_path)
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"this is no database, and longer than a header of SQLite " * 40)
    history = await seen(path, (RUNNING, NOW), (RUNNING, NOW + 5))
    assert history.exited_since(RUNNING.id) is None
    assert len(history.stretches) == 1
    assert [file.name for file in path.parent.glob("*broken*")] == [f"{path.name}.broken-1"]


async def test_a_file_of_a_newer_version_is_left_alone_and_said(tmp_path: Path) -> None:
    path = the_file(tmp_path)
    HistoryFile(path).close()
    with sqlite3.connect(path) as plain:
        plain.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    plain.close()
    before = path.read_bytes()
    history = await seen(path, (STOPPED, NOW))
    assert "newer version" in history.trouble
    assert history.exited_since(RUNNING.id) == NOW
    assert path.read_bytes() == before


async def test_a_folder_that_cannot_be_made_costs_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = await seen(tmp_path / "file" / "state" / "h.sqlite", (STOPPED, NOW))
    assert history.trouble.startswith("The history is not kept")
    assert history.exited_since(RUNNING.id) == NOW


FULL_DISK = """
import asyncio, resource, signal, sys
from decimal import Decimal
from pathlib import Path
from rgt_tui.clients.history import HistoryBook
from tests.values import NOW, a_pod

stopped = a_pod(status="EXITED", cost_per_hour=Decimal(0), runtime=None)

async def main():
    path = Path(sys.argv[1])
    async with HistoryBook(path) as book:
        await book.keep([a_pod()], NOW)
        room = max(f.stat().st_size for f in path.parent.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        await book.keep([stopped], NOW + 60)
        full = await book.remembered([stopped], NOW + 60)
        print(bool(full.trouble), full.exited_since(stopped.id) == NOW + 60)
        await book.keep([stopped], NOW + 600)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        await book.keep([stopped], NOW + 700)
        print(repr((await book.remembered([stopped], NOW + 700)).trouble))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
asyncio.run(main())
"""


async def test_what_was_seen_while_the_disk_was_full_is_written_when_it_is_not(
    tmp_path: Path,
) -> None:
    path = the_file(tmp_path)
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", FULL_DISK, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.split("\n")[:2] == ["True True", "''"], ran.stderr
    async with HistoryBook(path) as book:
        history = await book.remembered([STOPPED], NOW + 800)
    assert history.exited_since(RUNNING.id) == NOW + 60


async def test_one_account_is_never_remembered_as_another(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    await seen(folder / "history-one.sqlite", (STOPPED, NOW))
    history = await seen(folder / "history-two.sqlite", (RUNNING, NOW))
    assert [s.billed.status for s in history.stretches] == ["RUNNING"]


def test_a_pod_id_is_a_value_and_never_part_of_a_statement(tmp_path: Path) -> None:
    file = HistoryFile(the_file(tmp_path))
    assert file.timeline(PodId("x' OR '1'='1"), 0, 10) == ()
    file.close()


async def test_what_came_and_went_of_all_pods_is_remembered_with_the_history(
    tmp_path: Path,
) -> None:
    pod, other = RUNNING.id, PodId("other")
    async with HistoryBook(the_file(tmp_path)) as book:
        await book.conclude({pod: [a_finding()], other: [a_finding("RP6")]}, NOW)
        await book.conclude(
            {pod: [a_finding(verdict="absent")], other: [a_finding("RP6")]}, NOW + 60
        )
        first = await book.remembered([RUNNING], NOW + 61)
        assert await book.remembered([RUNNING], NOW + 62) is first
    async with HistoryBook(the_file(tmp_path)) as again:
        history = await again.remembered([RUNNING], NOW + 90)
    assert [(s.pod_id, s.code, s.cleared_at) for s in history.spells] == [
        (other, "RP6", None),
        (pod, "RP11", NOW + 60),
    ]
    assert history.spells == first.spells
