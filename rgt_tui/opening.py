"""The composition root: from options and configuration to open connections.

Everything heavy is imported in here, when it is wanted and not before: httpx and asyncssh cost
half a second, and the console paints its first frame without them.
"""

import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rgt_tui.clock import Clock
from rgt_tui.config import Config, load
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.secret import Secret
from rgt_tui.invocation import Options
from rgt_tui.places import history_file, host_keys_file, journal_file
from rgt_tui.store import Store

if TYPE_CHECKING:
    from rgt_tui.clients.hostkeys import HostKeys
    from rgt_tui.clients.rest import Rest
    from rgt_tui.clients.ssh import SshPool
    from rgt_tui.clients.ssh_route import Routes
    from rgt_tui.pacing.pacer import Pacer
    from rgt_tui.session import Session
    from rgt_tui.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Whom to ask, and as whom.

    Attributes:
        base_url: origin of REST v2 and GraphQL.
        key: the API key.
        source: where the key came from; `demo` for the simulated account.
        notes: what is worth saying about the key's source.
        identities: private keys for SSH, beside the agent's.
        host_keys: file of the pinned host keys.
        read_only: whether no write can be sent.
        history: file in which the account is remembered; None remembers for this run only.
        journal: file of the audit log; lock files lie beside it.
    """

    base_url: str
    key: Secret
    source: str
    notes: tuple[str, ...] = ()
    identities: tuple[Path, ...] = ()
    host_keys: Path = field(default_factory=host_keys_file)
    read_only: bool = True
    history: Path | None = None
    journal: Path = field(default_factory=journal_file)

    @property
    def tag(self) -> str:
        """Tells accounts apart in file names: 48 bits of the key's SHA-256, which betray nothing."""
        return hashlib.sha256(self.key.reveal().encode()).hexdigest()[:12]


def configuration(options: Options) -> Config:
    """The configuration in force.

    Raises:
        BadConfig: the file cannot be followed.
    """
    return load(options.config_file)


@contextlib.contextmanager
def address(options: Options, config: Config) -> Iterator[Address]:
    """Where to go: the real service, or a simulated account that lives as long as the block.

    Raises:
        NoCredentials: no API key was found, and this is not a demo.
    """
    if options.demo:
        with _simulated(read_only=options.read_only or config.read_only) as simulated:
            yield with_identities(simulated, options.identities)
        return
    yield with_identities(real_address(options, config), options.identities)


def real_address(options: Options, config: Config) -> Address:
    """The account of the person's own key.

    Raises:
        NoCredentials: no API key was found.
    """
    from rgt_tui.clients.credentials import find_key  # reads files, perhaps a keyring: only now

    found = find_key(key_file=options.api_key_file, profile=config.runpod_profile)
    where = Address(
        base_url=config.base_url,
        key=found.key,
        source=found.source,
        notes=found.notes,
        identities=config.identity_files,
        read_only=options.read_only or config.read_only,
    )
    return replace(where, history=history_file(where.tag))


@contextlib.contextmanager
def _simulated(*, read_only: bool) -> Iterator[Address]:
    from rgt_tui.scratch import scratch
    from rgt_tui.simulator import Simulator, build_world  # aiohttp and asyncssh: only for the demo

    with (
        scratch("demo") as folder,
        Simulator(build_world()) as simulator,
        _no_s3_key(),
    ):
        yield Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="demo",
            identities=(Path(simulator.ssh_identity),),
            host_keys=folder / "hostkeys.json",
            history=folder / "history" / "history.sqlite",
            read_only=read_only,
            journal=folder / "state" / "journal.jsonl",
        )


@contextlib.contextmanager
def _no_s3_key() -> Iterator[None]:
    """Hides the person's own S3 key: the volumes are made up, yet their data centers' S3 is real."""
    from rgt_tui.clients.handed_down import ACCESS_VARIABLE, SECRET_VARIABLE

    hidden = {
        ACCESS_VARIABLE: None,
        SECRET_VARIABLE: None,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "RGT_TUI_S3_HIDDEN": "demo",
    }
    before = {name: os.environ.get(name) for name in hidden}
    _set(hidden)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextlib.asynccontextmanager
async def open_session(
    where: Address, config: Config, store: Store, clock: Clock
) -> "AsyncIterator[Session]":
    """Open connections and the session that reads over them."""
    from rgt_tui import own_symptoms  # with all symptoms: only where they are asked
    from rgt_tui.browsing import Browser
    from rgt_tui.clients.balance import read_balance
    from rgt_tui.clients.history import HistoryBook
    from rgt_tui.clients.hostkeys import HostKeys
    from rgt_tui.clients.verdicts import VerdictBook
    from rgt_tui.domain.account import Change
    from rgt_tui.domain.cadence import Cadence
    from rgt_tui.domain.evidence import Observed
    from rgt_tui.session import Session
    from rgt_tui.sources import Wires

    pacer = _pacer()
    rest = _rest(where, pacer, clock)
    host_keys = HostKeys(where.host_keys)
    faults = own_symptoms.adopt().faults
    cadence = Cadence(tuple((name, hours * 3600) for name, hours in config.cadence))
    store.apply((Change(Cadence, Observed(cadence, clock(), "config")),))
    _say(store, clock, (*where.notes, *config.notes, *host_keys.notes, *faults))
    shells = pool(where, config, host_keys, clock)
    writer = _writer(where, rest, shells, store, clock)
    async with rest, shells, HistoryBook(where.history) as history:
        _say(store, clock, [history.trouble])
        yield Session(
            wires=Wires(
                rest=rest,
                shells=shells,
                history=history,
                balance=lambda: read_balance(base_url=where.base_url, key=where.key),
                journal=writer.journal,
                verdicts=VerdictBook(where.journal.parent / "verdicts.sqlite"),
                holds=str(where.journal.parent / "holds"),
                globs=config.checkpoints,
            ),
            store=store,
            clock=clock,
            pacer=pacer,
            writer=writer,
            tag=where.tag,
            waivable=config.waivable,
            browser=Browser(store, clock),
        )


def _rest(where: Address, pacer: "Pacer", clock: Clock) -> "Rest":
    """The API, whose quota paces the calls."""
    from rgt_tui.clients.rest import Rest

    return Rest(
        base_url=where.base_url,
        key=where.key,
        read_only=where.read_only,
        on_quota=lambda quota: pacer.answered(quota, clock()),
    )


def _say(store: Store, clock: Clock, notes: Iterable[str]) -> None:
    for note in filter(None, notes):
        store.say(clock(), f"w {note}")


def pool(where: Address, config: Config, host_keys: "HostKeys", clock: Clock) -> "SshPool":
    """The connections to Pods; not yet open. A demo's Pods are on this machine: no jump host."""
    from rgt_tui.clients.ssh import SshPool

    return SshPool(
        identities=where.identities,
        host_keys=host_keys,
        connect_timeout_s=config.connect_timeout_s,
        clock=clock,
        routes=None if where.source == "demo" else _routes(where, config, host_keys),
    )


def _routes(where: Address, config: Config, host_keys: "HostKeys") -> "Routes":
    """The way to Pods by the person's own SSH configuration."""
    from rgt_tui.clients.ssh_route import Routes

    timeout_s = config.connect_timeout_s
    return Routes(
        book=host_keys,
        identities=where.identities,
        timeout_s=timeout_s,
        jump=config.jump_host,
    )


def _pacer() -> "Pacer":
    """The clock of all calls that spend the rate limit."""
    import random

    from rgt_tui.pacing.pacer import Pacer
    from rgt_tui.sources import all_sources

    intervals = {source.name: source.every_s for source in all_sources() if source.metered}
    return Pacer(intervals, random.Random())  # noqa: S311  # jitter, not a secret


def _writer(
    where: Address, rest: "Rest", shells: "SshPool", store: Store, clock: Clock
) -> "Writer":
    """The writing side: locked, and for ever so in a read-only session."""
    from rgt_tui.clients.journal import Journal
    from rgt_tui.guard.writemode import WriteMode
    from rgt_tui.writer import Writer

    return Writer(
        rest=rest,
        journal=Journal(where.journal, account=where.tag, clock=clock),
        mode=WriteMode(possible=not where.read_only, monotonic=clock),
        clock=clock,
        locks=where.journal.parent / "locks",
        say=lambda text: store.say(clock(), text),
        shells=shells,
    )


def with_identities(where: Address, identities: tuple[Path, ...]) -> Address:
    """The same address with more private keys for SSH, tried first."""
    return replace(where, identities=(*identities, *where.identities))
