"""The shell variables that make a script fit one Pod: where data, caches and scratch should lie.

Each comes with the reason, from what the API, the mount table and the shell of this Pod say. What
is not known is said and not guessed. Values are quoted for the shell; none of them is a secret:
the only ones read from the Pod are the folders of caches.
"""

import shlex
from collections.abc import Iterator
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import GIB, show_bytes, show_percent
from rgt_tui.domain.volume import MountKind
from rgt_tui.facts import root_store, stores, unreachable_why
from rgt_tui.probes.cgroup import CgroupReport
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.environment import EnvironmentReport
from rgt_tui.probes.tools import ToolsReport
from rgt_tui.storage import Store

TIGHT_PERCENT: Final = 85.0
"""A disk that is fuller than this is no place for scratch files."""
ROOMY_BYTES: Final = 64 * GIB
"""Memory from which hf-xet's fast mode does no harm to a run beside it."""
_SCRATCH: Final = "/root/scratch"
_CACHES: Final = (("HF_HOME", "huggingface"), ("PIP_CACHE_DIR", "pip"), ("UV_CACHE_DIR", "uv"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One variable.

    Attributes:
        value: what it should be; None where it should be unset, or is not known.
        why: half a sentence.
        is_known: whether the Pod's facts say what it should be.
    """

    name: str
    value: str | None
    why: str
    is_known: bool = True

    @property
    def shell(self) -> str:
        """A line for any POSIX shell; a comment where the value is not known."""
        if not self.is_known:
            return f"# {self.name}: not set here"
        if self.value is None:
            return f"unset {self.name}"
        return f"export {self.name}={shlex.quote(self.value)}"


@dataclass(frozen=True, slots=True)
class _Place:
    """The disks of one Pod by what they are good for.

    Attributes:
        kept: outlives the Pod, by the API and by the mount table; None where nothing does.
        lasting: outlives a stop.
        root: the container disk.
        is_seen: whether the mount table was read.
    """

    kept: Store | None
    lasting: Store | None
    root: Store | None
    is_seen: bool
    torn: tuple[Store, ...]
    written_behind: Store | None


def overrides_of(pod: Pod, account: Account) -> tuple[Override, ...]:
    """What fits a Pod, in the order in which a script should read it."""
    evidence = account.about(pod.id)
    place = _place(pod, account)
    environment = evidence.value(EnvironmentReport)
    return (
        _durable(place),
        _data(place),
        _scratch(place),
        *_caches(place, environment),
        _temporary(place),
        *_downloads(environment, evidence.value(CgroupReport)),
        _workers(evidence.value(CgroupReport)),
        *_copies(place),
        _detach(evidence.value(ToolsReport)),
    )


def as_shell(pod: Pod, account: Account) -> str:
    """The overrides as a shell script to be sourced, each line under its reason."""
    found = overrides_of(pod, account)
    lines = [f"# {clean(pod.label, 80)} ({pod.id}): what fits this Pod. Source it, or eval it."]
    evidence = account.about(pod.id)
    why = unreachable_why(pod, evidence)
    if why is not None:
        is_partly_seen = any(evidence.value(kind) is not None for kind in _OF_A_SHELL)
        unseen = (
            "Its disks were not seen" if is_partly_seen and pod.is_running else "Not looked into"
        )
        lines.append(f"# {unseen} ({clean(why, 200)}): by the API's facts alone.")
    lines += _variables(evidence.value(EnvironmentReport))
    for override in found:
        lines += [f"# {override.why}", override.shell]
    folders = [o.name for o in found if o.name in _MADE and o.value and o.is_known]
    if folders:
        lines.append("# Those that are not there yet.")
        lines.append("mkdir -p -- " + " ".join(f'"${name}"' for name in folders))
    return "\n".join(lines) + "\n"


_OF_A_SHELL: Final = (EnvironmentReport, CgroupReport, ToolsReport)
_MADE: Final = ("DURABLE_DIR", "DATA_DIR", "SCRATCH", "TMPDIR")


def _place(pod: Pod, account: Account) -> _Place:
    disks = [store for store in stores(pod, account) if store.path.startswith("/")]
    is_seen = pod.is_running and account.about(pod.id).value(DiskReport) is not None
    sound = [store for store in disks if store.agrees and not store.hung and not store.is_read_only]
    lasting = [
        store for store in sound if store.survives_stop and store.kind is not MountKind.GLOBAL
    ]
    kept = [store for store in lasting if store.survives_terminate]
    return _Place(
        kept=kept[0] if kept else None,
        lasting=next((s for s in lasting if not s.survives_terminate), kept[0] if kept else None),
        root=root_store(disks),
        is_seen=is_seen,
        torn=tuple(
            s for s in disks if s not in sound and s.path != "/" and s.kind is not MountKind.SHM
        ),
        written_behind=next((s for s in disks if s.kind is MountKind.GLOBAL), None),
    )


def _durable(place: _Place) -> Override:
    if place.kept is not None:
        seen = "" if place.is_seen else ", which nobody has seen mounted yet"
        why = f"{_the(place.kept)} outlives stop and terminate{seen}: final results go there"
        return Override(name="DURABLE_DIR", value=_below(place.kept, "durable"), why=why)
    why = "nothing here outlives terminate: copy results off before it (rgt-tui pull POD --to DIR)"
    if place.torn:
        why = f"{_distrusted(place.torn[0])}; {why}"
    elif place.written_behind is not None:
        why = (
            f"{place.written_behind.path} is a global volume, written behind and without atomic "
            f"rename: no place for checkpoints; {why}"
        )
    return Override(name="DURABLE_DIR", value=None, why=why, is_known=False)


def _data(place: _Place) -> Override:
    if place.lasting is not None:
        fate = "outlives stop and terminate" if place.lasting.survives_terminate else _ENDS
        why = f"{_the(place.lasting)} {fate}{_room(place.lasting)}"
        if place.lasting.kind is MountKind.NETWORK:
            why += "; slow with many small files: pack them, or copy them to SCRATCH first"
        return Override(name="DATA_DIR", value=_below(place.lasting, "data"), why=why)
    why = "no disk here outlives a stop: this folder is wiped by it, so keep a copy elsewhere"
    if place.torn:
        why = f"{_distrusted(place.torn[0])}: this folder is wiped by a stop, so keep a copy elsewhere"
    return Override(name="DATA_DIR", value="/root/data", why=why)


_ENDS: Final = "outlives a stop, and is deleted with the Pod"


def _scratch(place: _Place) -> Override:
    tight = place.root is not None and (place.root.percent or 0) >= TIGHT_PERCENT
    local = place.lasting
    if tight and local is not None and (local.percent or 0) < TIGHT_PERCENT:
        assert place.root is not None  # noqa: S101  # `tight` says so
        why = f"/ is {show_percent(place.root.percent)} full, so scratch goes to {_the(local)}"
        return Override(name="SCRATCH", value=_below(local, "scratch"), why=why)
    if tight:
        why = "/ is nearly full and nothing else has room: clear it first (RP11)"
        return Override(name="SCRATCH", value=_SCRATCH, why=why)
    room = _room(place.root) if place.root is not None else ""
    why = f"the container disk is local and fast, and wiped by every stop{room}"
    return Override(name="SCRATCH", value=_SCRATCH, why=why)


def _caches(place: _Place, environment: EnvironmentReport | None) -> Iterator[Override]:
    disk = place.lasting
    for variable, folder in _CACHES:
        there = environment.cache(variable) if environment is not None else None
        if (
            there is not None
            and there.startswith("/")
            and disk is not None
            and _lies_on(there, disk)
        ):
            yield Override(name=variable, value=there, why=f"as the image has it, on {_the(disk)}")
        elif disk is not None:
            why = f"on {_the(disk)}, so that nothing is fetched again after a stop and / stays free"
            if there is not None:
                why += f" (it is {clean(there, 120)} now)"
            yield Override(name=variable, value=_below(disk, f".cache/{folder}"), why=why)
        else:
            why = "no other disk than / is there: it counts against the container disk (RP11)"
            if place.torn:
                why = f"{_distrusted(place.torn[0])}: it counts against the container disk (RP11)"
            yield Override(name=variable, value=f"/root/.cache/{folder}", why=why)


def _temporary(place: _Place) -> Override:
    root, disk = place.root, place.lasting
    if root is None or root.percent is None:
        return Override(name="TMPDIR", value="/tmp", why="how full / is was not seen")  # noqa: S108  # the Pod's, not ours
    if root.percent < TIGHT_PERCENT or disk is None:
        return Override(name="TMPDIR", value="/tmp", why=f"the container disk{_room(root)}")  # noqa: S108
    why = f"/ is {show_percent(root.percent)} full: pip, compilers and downloads would fail in /tmp"
    return Override(name="TMPDIR", value=_below(disk, "tmp"), why=why)


def _downloads(
    environment: EnvironmentReport | None, limits: CgroupReport | None
) -> Iterator[Override]:
    names = {*(environment.first or ()), *(environment.session or ())} if environment else set()
    if "HF_HUB_ENABLE_HF_TRANSFER" in names:
        why = "hf_transfer is not used anymore (huggingface_hub 1 and later only warn), see RP39"
        yield Override(name="HF_HUB_ENABLE_HF_TRANSFER", value=None, why=why)
    memory = limits.memory_limit_bytes if limits is not None else None
    if memory is None:
        why = "set it to 1 for fast downloads where memory is ample: the limit was not seen"
        yield Override(name="HF_XET_HIGH_PERFORMANCE", value=None, why=why, is_known=False)
    elif memory >= ROOMY_BYTES:
        why = f"the current accelerator of downloads, and {show_bytes(memory)} of memory are enough"
        yield Override(
            name="HF_XET_HIGH_PERFORMANCE", value="1", why=f"{why}; 0 beside a tight run"
        )
    else:
        why = f"fast downloads take much memory, and the limit is {show_bytes(memory)}"
        yield Override(name="HF_XET_HIGH_PERFORMANCE", value="0", why=why)


def _workers(limits: CgroupReport | None) -> Override:
    if limits is None:
        why = "how many CPUs the container may use was not seen; nproc shows the host's"
        return Override(name="OMP_NUM_THREADS", value=None, why=why, is_known=False)
    if limits.cpu_limit is None:
        why = "the container has no CPU limit of its own"
        return Override(name="OMP_NUM_THREADS", value=None, why=why, is_known=False)
    whole = max(1, int(limits.cpu_limit))
    host = f", nproc says {limits.host_cpus}" if limits.host_cpus else ""
    why = (
        f"the container may use {limits.cpu_limit:g} CPUs{host}: more threads are throttled (RP34)"
    )
    return Override(name="OMP_NUM_THREADS", value=str(whole), why=why)


def _copies(place: _Place) -> Iterator[Override]:
    if place.lasting is not None and place.lasting.kind is MountKind.NETWORK:
        why = "network volumes refuse chown (RP33): rsync -a would end with code 23"
        flags = "--no-owner --no-group --no-perms"
        yield Override(name="RSYNC_FLAGS", value=flags, why=why)
    if place.lasting is not None:
        why = "uv's cache lies on another disk than /, where it cannot link"
        yield Override(name="UV_LINK_MODE", value="copy", why=why)


def _detach(tools: ToolsReport | None) -> Override:
    if tools is None:
        why = "whether tmux is there was not seen; setsid nohup works everywhere"
        return Override(name="DETACH", value="setsid nohup", why=why)
    if tools.has("tmux"):
        why = "tmux is there: the job outlives the connection and can be looked at"
        return Override(name="DETACH", value="tmux new-session -d -s job", why=why)
    if tools.has("screen"):
        why = "tmux is not there, screen is: the job outlives the connection"
        return Override(name="DETACH", value="screen -dmS job", why=why)
    if tools.has("setsid"):
        why = "neither tmux nor screen is there: send the output to a file"
        return Override(name="DETACH", value="setsid nohup", why=why)
    why = "neither tmux, screen nor setsid is there: send the output to a file"
    return Override(name="DETACH", value="nohup", why=why)


def _variables(environment: EnvironmentReport | None) -> list[str]:
    """How to load the Pod's own variables where a session lacks them; never their values.

    It comes first, since the image's own folders of caches are among them.
    """
    missing = environment.missing if environment is not None else None
    if not missing:
        return []
    names = " ".join(clean(name, 60) for name in missing[:12])
    more = f" and {len(missing) - 12} more" if len(missing) > 12 else ""
    said = f"# A session over SSH lacks variables of this Pod (RP12): {names}{more}"
    if environment is not None and environment.has_export_file:
        return [said, "set -a; . /etc/rp_environment; set +a"]
    return [said, "# There is no /etc/rp_environment; they are in /proc/1/environ of the Pod."]


def _below(store: Store, folder: str) -> str:
    """A folder on a disk; the disk itself where it is mounted under that name already."""
    path = store.path.rstrip("/")
    return path if path.endswith(f"/{folder}") else f"{path}/{folder}"


def _the(store: Store) -> str:
    return f"the {store.label}"


def _distrusted(store: Store) -> str:
    return f"{store.path} is not to be trusted ({_fault(store)})"


def _lies_on(path: str, store: Store) -> bool:
    return path == store.path or path.startswith(f"{store.path.rstrip('/')}/")


def _room(store: Store) -> str:
    if store.used_bytes is None or store.size_bytes is None:
        size = f", {show_bytes(store.size_bytes)} in all" if store.size_bytes else ""
        return f"{size}, how full is not known"
    return f", {show_bytes(max(0, store.size_bytes - store.used_bytes))} free"


def _fault(store: Store) -> str:
    if store.hung:
        return "it does not answer"
    return "read-only" if store.is_read_only else "it should be mounted and is not"
