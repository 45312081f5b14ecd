"""The last known state of the account on disk, for the first frame of the next start.

A copy and never a source: what is read back is marked `cache`, keeps the time at which it was
seen, and the first live read replaces it. A file that cannot be understood is set aside, said
once, and started fresh; a disk that cannot be written to costs a sentence and nothing else.

    {"schema": 1, "program": "rgt-tui", "saved_at": 1780315200.0,
     "account": {"PodList": {"at": 1780315190.0, "value": {"pods": [...]}}},
     "pods": {"7h9k2m4n6p": {"DiskReport": {"at": ..., "value": ...}}}}

No secret is written: values of environment variables are gone since decoding, and a Pod's
arguments, log lines and arguments of processes, where people put tokens, stay out of the file.
"""

import contextlib
import fcntl
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rgt_tui import places
from rgt_tui.clients.record_json import Misfit, decode, encode
from rgt_tui.clients.strict_json import BadJson, Json, parse
from rgt_tui.domain.account import Account
from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Evidence, Observed
from rgt_tui.domain.idle import GpuIdle
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.printed_keys import PrintedKeys
from rgt_tui.domain.readiness import Restarts
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.domain.volume import VolumeList
from rgt_tui.probes import all_probes

SCHEMA: Final = 1
PROGRAM: Final = "rgt-tui"
LARGEST_FILE: Final = 16 * 1024 * 1024
"""Bytes; a Pod with disk and GPU readings takes about four thousand."""
SET_ASIDE: Final = 9
"""Damaged files kept; the newest replaces the ninth."""
CLOCK_SLACK_S: Final = 60.0
"""How far in the future a reading may lie: clocks are set back by a little now and then."""
_LEFT_OUT: Final = frozenset(
    {
        ("Pod", "args"),
        ("Process", "args"),
        ("BootLog", "pull_line"),
        ("BootLog", "trouble"),
        ("BootLog", "trouble_at"),
        ("BootLog", "last_line"),
        ("BootLog", "last_at"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was on disk.

    Attributes:
        account: the last known state; None when there is none.
        problems: one sentence each on what was wrong; empty when all was well.
    """

    account: Account | None = None
    problems: tuple[str, ...] = ()


class _Damaged(Exception):
    """The file is not ours to read; the message is a reason. `suffix` names the set-aside file."""

    def __init__(self, reason: str, suffix: str = "broken") -> None:
        super().__init__(reason)
        self.suffix: Final = suffix


def saved_kinds() -> tuple[type, ...]:
    """The report types that are kept: the account's, and what probes and logs say of Pods.

    Whether a shell answers is not among them: that is worth knowing for a minute only.
    """
    return (
        PodList,
        VolumeList,
        Balance,
        BootLog,
        Restarts,
        GpuIdle,
        PrintedKeys,
        *(probe.report for probe in all_probes()),
    )


def save_account(path: Path, account: Account, now: float) -> str:
    """Writes the last known state; gives a sentence when that failed, else an empty text.

    Args:
        path: the file; its folder is made.
        account: what is known. Readings that came from the file keep their time.
        now: Unix seconds.
    """
    kinds = frozenset(saved_kinds())
    record = {
        "schema": SCHEMA,
        "program": PROGRAM,
        "saved_at": now,
        "account": _encode(account.evidence, kinds),
        "pods": {pod: _encode(about, kinds) for pod, about in account.by_pod.items()},
    }
    content = json.dumps(record, allow_nan=False, separators=(",", ":")).encode()
    if len(content) > LARGEST_FILE:
        return f"The last known state is too large to be kept ({len(content)} bytes)."
    try:
        with _sole_writer(path) as is_ours:
            if is_ours:
                places.write_private(path, content)
    except OSError as error:
        return f"The last known state is not kept in {path.parent}: {places.why(error)}."
    return ""


def load_account(path: Path, now: float, kinds: Iterable[type] | None = None) -> Loaded:
    """The last known state, with every reading marked as from the cache.

    Args:
        path: the file; need not exist.
        now: Unix seconds; readings from the future are left out.
        kinds: report types to read back; None is `saved_kinds`.
    """
    try:
        content, _ = places.read_regular(path, LARGEST_FILE)
        record = _record(content)
    except (FileNotFoundError, NotADirectoryError):
        return Loaded()
    except PermissionError as error:
        return Loaded(problems=(f"The last known state cannot be read: {places.why(error)}.",))
    except OSError as error:
        return Loaded(problems=(_set_aside(path, places.why(error), "broken"),))
    except _Damaged as error:
        return Loaded(problems=(_set_aside(path, str(error), error.suffix),))
    reader = _Reader(saved_kinds() if kinds is None else kinds, now)
    evidence = reader.evidence(record.get("account"))
    listed = evidence.value(PodList)
    ids = [pod.id for pod in listed.pods] if listed is not None else []
    by_pod = reader.by_pod(record.get("pods"), ids)
    account = Account(evidence=evidence, by_pod=MappingProxyType(by_pod))
    return Loaded(account=account if evidence.readings else None, problems=reader.problems())


def _encode(evidence: Evidence, kinds: frozenset[type]) -> dict[str, Json]:
    written = {}
    for kind in evidence:
        seen: Observed[object] | None = evidence.latest(kind)
        if seen is None or kind not in kinds:
            continue
        with contextlib.suppress(Misfit):  # a copy: what cannot be kept is read anew
            written[kind.__name__] = {"at": seen.at, "value": encode(seen.value, _keep)}
    return written


def _keep(owner: str, name: str, value: object) -> object:
    if (owner, name) in _LEFT_OUT:
        return None
    if (owner, name) == ("GpuProcess", "name") and isinstance(value, str):
        return value.split(" ", 1)[0]
    return value


@contextlib.contextmanager
def _sole_writer(path: Path) -> Iterator[bool]:
    """Whether no other console is writing just now; if one is, its copy is as good as ours."""
    places.ensure_private(path.parent)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    lock = os.open(path.with_name(f"{path.name}.lock"), flags, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)


def _record(content: bytes) -> Mapping[str, Json]:
    """The JSON object of the file.

    Raises:
        _Damaged: it is none of ours, or of a version to come.
    """
    try:
        record = parse(content)
    except BadJson as error:
        raise _Damaged(f"it is {error}") from None
    if not isinstance(record, dict) or record.get("program") != PROGRAM:
        raise _Damaged("it was not written by this program")
    schema = record.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise _Damaged("it does not say its version")
    if schema > SCHEMA:
        raise _Damaged("it was written by a newer version", "newer")
    return record


def _set_aside(path: Path, reason: str, suffix: str) -> str:
    """Renames the file, and says so in one sentence."""
    names = [path.with_name(f"{path.name}.{suffix}")]
    if suffix == "broken":
        names = [path.with_name(f"{path.name}.broken-{n}") for n in range(1, SET_ASIDE + 1)]
    target = next((name for name in names if not os.path.lexists(name)), names[-1])
    said = f"The last known state was not understood ({reason}); starting fresh"
    try:
        os.replace(path, target)
    except OSError as error:
        return f"{said}. It could not be set aside: {places.why(error)}."
    return f"{said}, the file is kept as {target.name}."


class _Reader:
    """Reads evidence back and counts what had to be left out."""

    def __init__(self, kinds: Iterable[type], now: float) -> None:
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._now = now
        self._misfits = 0
        self._ahead = 0

    def evidence(self, written: Json) -> Evidence:
        """The readings of one record; those of unknown types are passed by."""
        found = Evidence()
        for name, reading in written.items() if isinstance(written, dict) else ():
            kind = self._kinds.get(name)
            seen = self._observed(kind, reading) if kind is not None else None
            if kind is not None and seen is not None:
                found = found.after(kind, seen)
        return found

    def by_pod(self, written: Json, ids: Iterable[PodId]) -> dict[PodId, Evidence]:
        """The readings of each listed Pod."""
        if not isinstance(written, dict):
            return {}
        return {pod: self.evidence(written[pod]) for pod in ids if pod in written}

    def problems(self) -> tuple[str, ...]:
        """One sentence for each kind of thing that was left out."""
        said = []
        if self._misfits:
            said.append(f"Saved readings that could not be understood: {self._misfits}.")
        if self._ahead:
            said.append(
                f"Saved readings from the future: {self._ahead}. They are left out; "
                "the clock was set back."
            )
        return tuple(said)

    def _observed(self, kind: type, reading: Json) -> Observed[object] | None:
        at = reading.get("at") if isinstance(reading, dict) else None
        if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < math.inf:
            self._misfits += 1
            return None
        if at > self._now + CLOCK_SLACK_S:
            self._ahead += 1
            return None
        try:
            value = decode(kind, reading.get("value"))
        except Misfit:
            self._misfits += 1
            return None
        return Observed(value, min(float(at), self._now), "cache")
