"""The journal on a real disk: what it keeps, what it notices, and when it refuses."""

import contextlib
import fcntl
import json
import os
import pwd
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui import __version__
from rgt_tui.clients import journal_read
from rgt_tui.clients.journal import LONGEST_LINE, VERSION, Journal, NotRecorded
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.journal import JournalReport
from tests.guard.finished import finished
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


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, as on a full disk."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.hazard(65)
@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_refuses_and_leaves_the_chain_whole(journal: Journal, room: int) -> None:
    filled(journal, 3)
    before = journal.path.read_bytes()
    with room_for(len(before) + room), pytest.raises(NotRecorded) as refused:
        journal.intend("op", "stop", ("POST", "/v2/pods/p/action", b""))
    assert refused.value.code == "not_recorded"
    assert journal.path.read_bytes() == before
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


def raw_of(journal: Journal, number: int = -1) -> dict[str, Any]:
    return dict(journal.read().entries[number].raw)


def test_a_line_holds_everything_that_is_asked_of_an_audit(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "s" / "j", account="abc", clock=lambda: 1.23456)
    journal.intend("op1", "stop \u00fc", WIRE)
    body = journal.intend("op2", "stop", WIRE).body_digest
    first = raw_of(journal, 0)
    assert first == {
        "v": VERSION,
        "seq": 1,
        "prev": "0" * 64,
        "ts": 1.235,
        "host": socket.gethostname(),
        "user": pwd.getpwuid(os.geteuid()).pw_name,
        "from": first["from"],
        "pid": os.getpid(),
        "tool": f"rgt-tui {__version__}",
        "account": "abc",
        "op": "op1",
        "event": "intent",
        "what": "stop \u00fc",
        "http": {"method": "POST", "path": "/v2/pods/p1/action", "body": body},
    }
    assert raw_of(journal)["prev"] == journal_read.digest(lines_of(journal)[0].rstrip(b"\n"))


def test_the_sizes_are_those_the_documents_state() -> None:
    assert (VERSION, LONGEST_LINE, journal_read.LARGEST) == (1, 1 << 18, 1 << 26)
    assert journal_read.Last(0, "0" * 64) == journal_read.NOTHING


def test_a_permits_number_is_written_down_once_and_never_again(tmp_path: Path) -> None:
    permit = finished("7h9k2m4n6p", NOW).permit()
    journal = a_journal(tmp_path)
    journal.note("note", "op", "before")
    record = journal.intend_delete("op", "terminate", permit, pod={"id": permit.pod_id})
    assert record.permit == permit.nonce
    line = raw_of(journal)
    assert line["http"] == {
        "method": "DELETE",
        "path": permit.path,
        "body": record.body_digest,
    }
    assert line["permit"] == {
        "nonce": permit.nonce,
        "start": permit.grounds.incarnation,
        "manifest": permit.grounds.manifest,
        "digest": permit.grounds.digest,
    }
    assert (line["op"], line["event"], line["what"]) == ("op", "intent", "terminate")
    assert line["pod"] == {"id": permit.pod_id}
    before = journal.path.read_bytes()
    for again in (journal, a_journal(tmp_path)):
        with pytest.raises(GuardRefused, match="used already, as the journal shows"):
            again.intend_delete("op2", "terminate", permit)
    assert journal.path.read_bytes() == before
    journal.intend_delete("op3", "terminate", finished("7h9k2m4n6p", NOW).permit())


@pytest.mark.parametrize("place", [-40, -31, -16, -1, 0, 1])
def test_a_number_is_found_wherever_it_lies_in_a_long_journal(journal: Journal, place: int) -> None:
    """It is read in pieces of a MiB, and may lie across two of them."""
    permit = finished("7h9k2m4n6p", NOW).permit()
    filled(journal, 1)
    start = (1 << 20) + place - journal.path.stat().st_size
    with journal.path.open("ab") as file:
        file.write(b"x" * start + permit.nonce.encode() + b"y" * 5000)
    with pytest.raises(GuardRefused, match="used already"):
        journal.intend_delete("op", "terminate", permit)


def test_a_number_at_the_very_start_is_found(journal: Journal) -> None:
    permit = finished("7h9k2m4n6p", NOW).permit()
    filled(journal, 1)
    journal.path.write_bytes(permit.nonce.encode() + journal.path.read_bytes())
    with pytest.raises(GuardRefused, match="used already"):
        journal.intend_delete("op", "terminate", permit)


def test_a_line_may_be_as_long_as_a_line_may_be(tmp_path: Path) -> None:
    a_journal(tmp_path / "1").note("note", "op", "")
    rest = LONGEST_LINE - len(lines_of(a_journal(tmp_path / "1"))[0]) + 1
    a_journal(tmp_path / "2").note("note", "op", "x" * rest)
    assert len(lines_of(a_journal(tmp_path / "2"))[0]) == LONGEST_LINE + 1
    with pytest.raises(NotRecorded):
        a_journal(tmp_path / "3").note("note", "op", "x" * (rest + 1))


def test_what_json_does_not_know_is_not_written(journal: Journal) -> None:
    with pytest.raises(ValueError, match="JSON"):
        journal.note("note", "op", "x", value=float("nan"))
    assert journal.read() == JournalReport()


def test_nothing_counts_as_written_before_file_and_folder_are_on_the_disk(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, int]] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        is_folder = stat.S_ISDIR(found.st_mode)
        if is_folder or found.st_ino == os.stat(journal.path).st_ino:
            synced.append(("folder" if is_folder else "file", 0 if is_folder else found.st_size))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    journal.note("note", "op", "one")
    first = journal.path.stat().st_size
    assert synced[:2] == [("folder", 0), ("file", first)]
    synced.clear()
    journal.note("note", "op", "two")
    assert synced[0] == ("file", journal.path.stat().st_size)


def test_a_line_waits_for_whoever_holds_the_journal(journal: Journal) -> None:
    filled(journal, 1)
    holder = os.open(journal.path, os.O_RDWR)
    fcntl.flock(holder, fcntl.LOCK_EX)
    writer = threading.Thread(target=filled, args=(journal, 1))
    writer.start()
    writer.join(0.05)
    assert writer.is_alive()
    os.close(holder)
    writer.join(10)
    assert [entry.seq for entry in journal.read().entries] == [1, 2]


def test_no_file_is_left_open(journal: Journal) -> None:
    filled(journal, 1)
    before = len(os.listdir("/proc/self/fd"))
    filled(journal, 2)
    journal.path.unlink()
    filled(journal, 1)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("mode", [0o644, 0o777, 0o601])
def test_a_journal_that_others_can_read_is_closed_to_them(journal: Journal, mode: int) -> None:
    filled(journal, 1)
    journal.path.chmod(mode)
    filled(journal, 1)
    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert journal.read().faults == ()


def test_what_is_no_file_is_no_journal(journal: Journal) -> None:
    journal.path.parent.mkdir(mode=0o700)
    os.mkfifo(journal.path)
    with pytest.raises(NotRecorded, match="not a regular file"):
        journal.note("note", "op", "x")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_journal_of_another_user_is_not_written(journal: Journal) -> None:
    filled(journal, 1)
    os.chown(journal.path, 12345, -1)
    with pytest.raises(NotRecorded, match="another user"):
        journal.note("note", "op", "x")


def test_an_address_of_a_client_is_cut(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", f"{'a' * 100} 1 2 3")
    filled(journal, 1)
    assert raw_of(journal)["from"] == f"{'a' * 64}\N{HORIZONTAL ELLIPSIS} (+36 characters)"


@pytest.mark.parametrize(("size", "is_read"), [(4096, True), (4097, False)])
def test_a_head_that_is_too_long_is_none(journal: Journal, size: int, is_read: bool) -> None:
    filled(journal, 1)
    head = journal.path.with_name("journal.jsonl.head")
    head.write_bytes(head.read_bytes().ljust(size))
    assert ("the head file is missing" in str(journal.read().notes)) is not is_read


def test_what_ends_a_torn_line_or_tells_a_gap_is_whole() -> None:
    assert journal_read.torn_fields(b"abc") == {
        "op": "",
        "event": "torn",
        "what": "",
        "said": "a line of 3 bytes was cut off; nothing was sent on the strength of it",
        "sha256": journal_read.digest(b"abc"),
    }
    assert journal_read.gap_fields(journal_read.Last(7, "ab")) == {
        "op": "",
        "event": "gap",
        "what": "",
        "said": "line 7 was here and is not, or is another",
        "sha256": "ab",
    }


def test_the_last_line_is_the_last_of_ours() -> None:
    one, two = b'{"seq":1}', b'{"seq":2}'
    wanted = journal_read.Last(2, journal_read.digest(two))
    for content in (one + b"\n" + two + b"\n", two + b"\ngarbage\n", b"ne\n" + two + b"\n"):
        assert journal_read.last_of(content, is_start=True) == wanted
    assert journal_read.last_of(b"ne\n" + two + b"\n", is_start=False) == wanted
    assert journal_read.last_of(b"", is_start=True) == journal_read.NOTHING
    for content in (b"garbage\n", two + b"\n"):
        with pytest.raises(OSError, match="not what this program writes"):
            journal_read.last_of(content, is_start=content != two + b"\n")


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"[]", b'{"seq":1}', b'{"seq":1,"sha256":5}', b'{"sha256":null}']
)
def test_a_head_that_makes_no_sense_is_none(content: bytes) -> None:
    assert journal_read.head_of(content) is None


def test_a_head_names_a_line_by_number_and_hash() -> None:
    assert journal_read.head_of(b'{"seq":3,"sha256":"ab"}') == journal_read.Last(3, "ab")
    for strange in (b"true", b'"3"', b"1.5"):
        found = journal_read.head_of(b'{"seq":%s,"sha256":"ab"}' % strange)
        assert found == journal_read.Last(0, "ab")


def test_a_number_that_does_not_follow_is_a_fault_even_where_the_hashes_do(
    journal: Journal,
) -> None:
    filled(journal, 1)
    first = lines_of(journal)[0]
    second = {"seq": 3, "prev": journal_read.digest(first.rstrip(b"\n"))}
    content = first + json.dumps(second).encode() + b"\n"
    assert journal_read.read(content, None).faults == (
        "line 2 of the file does not follow the one before it",
    )


def test_an_entry_takes_only_what_it_expects() -> None:
    strange: dict[str, object] = {
        "seq": True, "ts": True, "op": 1, "event": None, "what": ["x"], "user": 5, "from": {},
        "pod": "p1", "said": 0, "pid": "7", "host": 1.5,
    }  # fmt: skip
    (entry,) = journal_read.read(json.dumps(strange).encode() + b"\n", None).entries
    assert (entry.seq, entry.at, entry.op, entry.event, entry.what) == (0, None, "", "", "")
    assert (entry.who, entry.pod, entry.said, entry.pid, entry.host) == ("", "", "", 0, "")
    usual = {"ts": 5, "user": "u", "outcome": "done", "pod": {"id": "x" * 400}, "host": "h"}
    (entry,) = journal_read.read(json.dumps(usual).encode() + b"\n", None).entries
    assert (entry.at, entry.who, entry.said, entry.host) == (5.0, "u", "done", "h")
    assert entry.pod == f"{'x' * 300}\N{HORIZONTAL ELLIPSIS} (+100 characters)"


def test_a_missing_head_is_told_and_is_no_fault(journal: Journal) -> None:
    assert journal.read().notes == ()
    filled(journal, 1)
    journal.path.with_name("journal.jsonl.head").unlink()
    report = journal.read()
    assert report.faults == ()
    assert report.notes == ("the head file is missing: lines cut off at the end would not be seen",)


def test_a_gap_is_told_with_what_is_missing_and_not_at_any_length() -> None:
    gap = {"seq": 1, "prev": "0" * 64, "event": "gap", "said": "x" * 300}
    (fault,) = journal_read.read(json.dumps(gap).encode() + b"\n", None).faults
    assert fault.startswith(f"line 1 of the file: {'x' * 200}\N{HORIZONTAL ELLIPSIS}")


def test_a_line_that_is_said_to_be_cut_off_is_so_only_by_its_hash() -> None:
    for of, faults in ((b"abc", 0), (b"abd", 1)):
        told = {"seq": 1, "prev": "0" * 64, **journal_read.torn_fields(of)}
        content = b"abc\n" + json.dumps(told).encode() + b"\n"
        assert len(journal_read.read(content, None).faults) == faults
    other = {"seq": 1, "prev": "0" * 64, **journal_read.torn_fields(b"abc"), "event": "note"}
    content = b"abc\n" + json.dumps(other).encode() + b"\n"
    assert len(journal_read.read(content, None).faults) == 1


def test_a_reason_is_told_before_an_outcome_and_an_address_after_the_user() -> None:
    line = {"said": "it was locked", "outcome": "not done", "user": "ann", "from": "10.0.0.1"}
    (entry,) = journal_read.read(json.dumps(line).encode() + b"\n", None).entries
    assert (entry.said, entry.who) == ("it was locked", "ann from 10.0.0.1")
