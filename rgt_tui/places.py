"""Where the program keeps its files, and how it keeps them from others.

Folders follow the XDG Base Directory specification 0.8; `RGT_TUI_HOME` puts all of them below
one folder. This module is imported before the first frame, so it imports `os` alone.
"""

import os

TYPE_CHECKING = False  # as type checkers know it, without the 5 ms that importing typing costs
if TYPE_CHECKING:
    from pathlib import Path

NAME = "rgt-tui"
NOWHERE = "/nonexistent"
"""Stands for the home folder of an account that has none (Debian's name for it)."""
_XDG = {
    "config": ("XDG_CONFIG_HOME", (".config",)),
    "state": ("XDG_STATE_HOME", (".local", "state")),
    "cache": ("XDG_CACHE_HOME", (".cache",)),
}
_OTHERS_WRITE = 0o022
_OTHERS = 0o077
_STICKY = 0o1000
_KIND = 0o170000
_FOLDER = 0o040000
_REGULAR = 0o100000


class NotPrivate(OSError):
    """A folder or file that others own or could change; the message says which and what to do."""


def folder(kind: str) -> str:
    """The path of the `config`, `state` or `cache` folder; nothing is created."""
    root = os.environ.get("RGT_TUI_HOME", "")
    if root:
        return os.path.join(os.path.abspath(root), kind)
    variable, below = _XDG[kind]
    base = os.environ.get(variable, "")
    # The specification: a relative path there is to be ignored.
    return os.path.join(base if base.startswith("/") else os.path.join(home(), *below), NAME)


def home() -> str:
    """The home folder: `HOME`, else the user database's, else a path that does not exist."""
    named = os.environ.get("HOME", "")
    if named.startswith("/"):
        return named
    import pwd  # only where HOME is missing

    try:
        found = pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return NOWHERE
    return found if found.startswith("/") and os.path.isdir(found) else NOWHERE


def home_note() -> str:
    """One sentence on a missing `HOME`; empty when nothing is missing."""
    if os.environ.get("HOME", "").startswith("/") or os.environ.get("RGT_TUI_HOME"):
        return ""
    found = home()
    if found == NOWHERE:
        return "There is no home folder: nothing is kept between runs. Set HOME or RGT_TUI_HOME."
    return f"HOME is not set: {found} is used, as the user database says."


def config_dir() -> "Path":
    """The folder of the configuration."""
    return _path(folder("config"))


def state_dir() -> "Path":
    """The folder of what is remembered from run to run."""
    return _path(folder("state"))


def cache_dir() -> "Path":
    """The folder of what can be lost without loss."""
    return _path(folder("cache"))


def config_file() -> "Path":
    """The configuration; need not exist."""
    return config_dir() / "config.toml"


def credentials_file() -> "Path":
    """The API key in clear text, there only if `login --insecure-storage` was asked for."""
    return config_dir() / "credentials"


def account_file(tag: str) -> "Path":
    """The last known state of the account whose key has this tag."""
    return state_dir() / f"account-{tag}.json"


def history_file(tag: str) -> "Path":
    """What is remembered of the account whose key has this tag: states, balances, symptoms."""
    return state_dir() / f"history-{tag}.sqlite"


def host_keys_file() -> "Path":
    """The pinned SSH host keys."""
    return state_dir() / "hostkeys.json"


def journal_file() -> "Path":
    """The audit log of every change that was asked for."""
    return state_dir() / "journal.jsonl"


def frame_file() -> str:
    """The last frame on screen, for the first picture of the next start."""
    return os.path.join(folder("state"), "frame")


def ensure_private(path: "Path | str") -> None:
    """Makes the folder with mode 0700, or makes sure that the one there is ours alone.

    One that others may read is closed to them; one that they could have changed is refused.

    Raises:
        NotPrivate: a link, no folder, owned by somebody else, or writable by others.
        OSError: it cannot be made.
    """
    name = str(path)
    os.makedirs(os.path.dirname(name) or ".", mode=0o700, exist_ok=True)
    try:  # noqa: SIM105  # contextlib is not for the first frame
        os.mkdir(name, 0o700)
    except FileExistsError:
        pass
    found = os.lstat(name)
    if found.st_mode & _KIND != _FOLDER:
        raise NotPrivate(f"{name} is not a folder (a link is not followed)")
    _refuse_strangers(name, found)
    if found.st_mode & _OTHERS:
        os.chmod(name, 0o700)
    above = os.path.dirname(name) or "."
    mode = os.stat(above).st_mode
    if mode & 0o002 and not mode & _STICKY:
        raise NotPrivate(f"{above} can be changed by everybody; run: chmod o-w {above}")


def write_private(path: "Path | str", content: bytes) -> None:
    """Replaces a file in one step; it is readable by its owner only, and whole or not there.

    Raises:
        NotPrivate: the folder is not ours alone.
        OSError: it cannot be written; what was there before is still there.
    """
    name = str(path)
    ensure_private(os.path.dirname(name))
    replace_file(name, content, 0o600)


def replace_file(path: "Path | str", content: bytes, mode: int) -> None:
    """Writes a new file beside the old one and gives it the name: no reader sees a part of it.

    What is half written has a name that node_exporter's collector does not take: it ends in `.tmp`.

    Args:
        path: in a folder that is there.
        content: all of it.
        mode: permissions, whatever the umask says.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    name = str(path)
    fresh = f"{name}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(fresh, flags, 0o600)
    try:
        try:
            os.fchmod(descriptor, mode)
            write_whole(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(fresh, name)
    except BaseException:  # a signal's exception as well
        _remove(fresh)
        raise


def create_private(path: "Path | str", content: bytes) -> None:
    """Writes a new file of mode 0600; one that exists is left as it is, and so is the folder.

    Raises:
        FileExistsError: there is something of that name, be it a dangling link.
        OSError: it cannot be written.
    """
    name = str(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o600)
    try:
        try:
            write_whole(descriptor, content)
        finally:
            os.close(descriptor)
    except OSError:
        _remove(name)
        raise


def read_regular(path: "Path | str", limit: int) -> tuple[bytes, os.stat_result]:
    """The content of a regular file and its status; never waits, whatever lies there.

    Args:
        path: links are followed.
        limit: bytes a longer file is refused for.

    Raises:
        FileNotFoundError: it is not there.
        NotPrivate: it can be changed by everybody, or belongs to another user.
        OSError: it is no regular file, too long, or cannot be read.
    """
    name = str(path)
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except ValueError as error:  # a NUL in the name
        raise OSError("that is no file name") from error
    try:
        found = os.fstat(descriptor)
        if found.st_mode & _KIND != _REGULAR:
            raise OSError("it is not a regular file")
        if found.st_uid not in (os.geteuid(), 0):
            raise NotPrivate(f"it belongs to another user (uid {found.st_uid})")
        if found.st_mode & 0o002:
            raise NotPrivate(f"everybody can change it (mode {found.st_mode & 0o777:04o})")
        return read_whole(descriptor, limit), found
    finally:
        os.close(descriptor)


def read_whole(descriptor: int, limit: int) -> bytes:
    """What a descriptor gives up to its end.

    Raises:
        OSError: more than `limit` bytes, or it cannot be read.
    """
    content = b""
    while part := os.read(descriptor, limit + 1 - len(content)):
        content += part
        if len(content) > limit:
            raise OSError(f"it is longer than {limit} bytes")
    return content


def write_whole(descriptor: int, content: bytes) -> None:
    """Writes all of it, in as many steps as the system takes."""
    while content:
        content = content[os.write(descriptor, content) :]


def why(error: OSError) -> str:
    """The reason alone, without number and file name."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def _refuse_strangers(name: str, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise NotPrivate(f"{name} belongs to another user (uid {found.st_uid})")
    if found.st_mode & _OTHERS_WRITE:
        mode = found.st_mode & 0o777
        raise NotPrivate(
            f"{name} can be changed by others (mode {mode:04o}); run: chmod 700 {name}"
        )


def _remove(name: str) -> None:
    try:
        os.unlink(name)
    except OSError:
        return


def _path(name: str) -> "Path":
    from pathlib import Path  # a few milliseconds that the first frame does not pay

    return Path(name)
