"""The journal on a real disk: what it keeps, what it notices, and when it refuses."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rgt_tui.clients.journal import Journal, NotRecorded
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.journal import JournalReport
from tests.values import NOW

BODY = b'{"action":"stop"}'
WIRE = ("POST", "/v2/pods/p1/action", BODY)


def a_journal(folder: Path) -> Journal:
    return Journal(folder / "state" / "journal.jsonl", account="abc", clock=lambda: NOW)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return a_journal(tmp_path)


def filled(journal: Journal, count: int = 4) -> Journal:
    for number in range(count):
        journal.note("note", f"op{number}", f"stop p{number}")
    return journal


def lines_of(journal: Journal) -> list[bytes]:
    return journal.path.read_bytes().splitlines(keepends=True)


def test_an_absent_journal_is_an_empty_one(journal: Journal) -> None:
    assert journal.read() == JournalReport()


def test_lines_follow_one_another_in_an_unbroken_chain(journal: Journal) -> None:
    report = filled(journal).read()
    assert [entry.seq for entry in report.entries] == [1, 2, 3, 4]
    assert report.faults == ()
    assert report.notes == ()


def test_the_file_is_for_its_owner_alone(journal: Journal) -> None:
    filled(journal)
    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert journal.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_line_says_who_did_what_from_where(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.1.2.3 55555 10.0.0.1 22")
    journal.intend("op", "stop a", WIRE, pod={"id": "p1"}, approval="typed: stop a")
    entry = journal.read().entries[0]
    assert entry.what == "stop a"
    assert entry.pod == "p1"
    assert entry.who.endswith(" from 10.1.2.3")
    assert entry.pid == os.getpid()
    assert entry.raw["approval"] == "typed: stop a"


def test_a_body_is_kept_as_a_digest_only(journal: Journal) -> None:
    journal.intend("op", "edit", ("PATCH", "/v2/pods/p1", b'{"env":{"K":"CANARY"}}'))
    assert b"CANARY" not in journal.path.read_bytes()


def test_an_intent_gives_leave_for_exactly_what_it_says_and_once(journal: Journal) -> None:
    record = journal.intend("op", "stop", WIRE)
    for method, path, body in [
        ("DELETE", "/v2/pods/p1", b""),
        ("POST", "/v2/pods/p2/action", BODY),
        ("POST", "/v2/pods/p1/action", b'{"action":"start"}'),
    ]:
        with pytest.raises(GuardRefused, match="another intent"):
            record.spend(method, path, body)
    record.spend(*WIRE)
    with pytest.raises(GuardRefused, match="used already"):
        record.spend(*WIRE)


def edit(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b"stop p1", b"stop p9"), *lines[2:]]


def delete_one(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def swap(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def cut_tail(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def edit_last(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1].replace(b"stop p3", b"stop p8")]


def empty(lines: list[bytes]) -> list[bytes]:
    return []


def garbage(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b"garbage\n", *lines[1:]]


def repeat(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


TAMPERINGS = [edit, delete_one, swap, cut_tail, edit_last, empty, garbage, repeat]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampering_is_noticed(
    journal: Journal, tamper: Callable[[list[bytes]], list[bytes]]
) -> None:
    filled(journal)
    journal.path.write_bytes(b"".join(tamper(lines_of(journal))))
    assert journal.read().faults


@pytest.mark.parametrize("tamper", [cut_tail, edit_last, empty])
def test_a_missing_end_is_still_noticed_after_more_was_written(
    journal: Journal, tamper: Callable[[list[bytes]], list[bytes]]
) -> None:
    filled(journal)
    journal.path.write_bytes(b"".join(tamper(lines_of(journal))))
    filled(journal, 2)
    assert journal.read().faults


@pytest.mark.hazard(65)
@pytest.mark.parametrize("kept", [1, 20, -1])
def test_a_line_cut_off_by_a_crash_is_told_and_breaks_nothing(journal: Journal, kept: int) -> None:
    filled(journal, 2)
    third = filled(journal, 1).path.read_bytes().splitlines()[2]
    whole = b"".join(lines_of(journal)[:2])
    # The head is as it was before the crash: it is written after the line is on the disk.
    report_head = json.loads(journal.path.with_name("journal.jsonl.head").read_bytes())
    assert report_head["seq"] == 3
    import hashlib

    second = lines_of(journal)[1].rstrip(b"\n")
    head = {"seq": 2, "sha256": hashlib.sha256(second).hexdigest()}
    journal.path.with_name("journal.jsonl.head").write_text(json.dumps(head))
    journal.path.write_bytes(whole + third[:kept])
    before = journal.read()
    assert before.faults == ()
    assert any("cut off" in note for note in before.notes)
    journal.note("note", "op", "after the crash")
    after = journal.read()
    assert after.faults == ()
    assert [e.event for e in after.entries] == ["note", "note", "torn", "note"]


def test_a_head_that_lags_behind_is_no_fault(journal: Journal) -> None:
    filled(journal, 2)
    head = journal.path.with_name("journal.jsonl.head")
    before = head.read_bytes()
    filled(journal, 1)
    head.write_bytes(before)
    assert journal.read().faults == ()
    journal.note("note", "op", "more")
    assert journal.read().faults == ()


@pytest.mark.hazard(65)
def test_a_link_in_its_place_is_refused(journal: Journal, tmp_path: Path) -> None:
    journal.path.parent.mkdir(mode=0o700)
    (tmp_path / "elsewhere").touch()
    journal.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotRecorded):
        journal.intend("op", "stop", WIRE)
    assert (tmp_path / "elsewhere").read_bytes() == b""


def test_a_folder_that_others_can_change_is_refused(journal: Journal) -> None:
    journal.path.parent.mkdir(mode=0o700)
    journal.path.parent.chmod(0o777)
    with pytest.raises(NotRecorded, match="chmod 700"):
        journal.intend("op", "stop", WIRE)


FULL = """
import resource, signal, sys
from pathlib import Path
from rgt_tui.clients.journal import Journal, NotRecorded
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]), account="a", clock=lambda: 0.0)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    journal.intend("op", "stop", ("POST", "/v2/pods/p/action", b""))
except NotRecorded as error:
    print("refused", error.code)
"""


@pytest.mark.hazard(65)
@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_refuses_and_leaves_the_chain_whole(journal: Journal, room: int) -> None:
    filled(journal, 3)
    size = journal.path.stat().st_size
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(journal.path), str(size + room)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "refused not_recorded"
    assert journal.path.stat().st_size == size
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    journal.note("note", "op", "room again")
    assert journal.read().faults == ()
    assert len(journal.read().entries) == 4


MANY = """
import sys
from pathlib import Path
from rgt_tui.clients.journal import Journal
journal = Journal(Path(sys.argv[1]), account="a", clock=lambda: 0.0)
for number in range(25):
    journal.note("note", f"{sys.argv[2]}-{number}", "x" * 500)
"""


def test_four_processes_write_one_chain(journal: Journal) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", MANY, str(journal.path), str(number)])
        for number in range(4)
    ]
    assert [process.wait(60) for process in running] == [0] * 4
    report = journal.read()
    assert report.faults == ()
    assert len({entry.op for entry in report.entries}) == 100


def test_a_line_too_long_is_refused(journal: Journal) -> None:
    with pytest.raises(NotRecorded):
        journal.note("note", "op", "x" * 300_000)
    assert journal.read() == JournalReport()


def test_an_intent_without_an_outcome_is_unsettled(journal: Journal) -> None:
    journal.intend("a", "stop a", WIRE)
    journal.intend("b", "stop b", WIRE)
    journal.note("outcome", "a", "stop a", outcome="done")
    assert [entry.what for entry in journal.read().unsettled] == ["stop b"]
