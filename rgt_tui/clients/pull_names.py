"""Names from a Pod as names below the target folder, or the reason why they cannot be."""

from collections.abc import Iterable, Sequence
from typing import Final

from rgt_tui.domain.checkpoint import Checkpoint

STAGING: Final = ".rgt-pull"
"""Folder in the target in which files wait until they are whole; no file of a Pod may go there."""
JOURNAL: Final = "journal.jsonl"
"""What a pull has done so far, in that folder."""
NAME_MAX: Final = 255
PATH_MAX: Final = 3500
MANIFEST: Final = "rgt-manifest-"


class UnsafeName(Exception):
    """A name that could leave the target folder, or that this machine cannot have."""


def below(landing: str, relative: str) -> str:
    """The relative path here of a file that lies at `relative` below what lands at `landing`.

    An empty landing is the target itself: that of the Pod's `/`.

    Raises:
        UnsafeName: it is absolute, climbs, is empty, too long, or would go into the staging folder.
    """
    whole = f"{landing}/{relative}" if landing and relative else landing or relative
    if _is_plain(whole):
        return whole
    try:
        raw = whole.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UnsafeName("its name is no text that a file system can hold") from error
    parts = raw.split(b"/")
    if b"\0" in raw:
        raise UnsafeName("its name holds a NUL")
    if any(part in (b"", b".", b"..") for part in parts):
        raise UnsafeName("its name climbs or is absolute")
    if len(raw) > PATH_MAX or any(len(part) > NAME_MAX for part in parts):
        raise UnsafeName("its name is too long for this machine")
    if parts[0] == STAGING.encode() or parts[0].startswith(MANIFEST.encode()):
        raise UnsafeName("its name is one that rgt-tui keeps for itself")
    return whole


def _is_plain(whole: str) -> bool:
    """Whether one look shows that nothing is wrong with a name; most are plain."""
    return (
        1 <= len(whole) <= NAME_MAX
        and whole.isascii()
        and whole[0] not in "/."
        and whole[-1] != "/"
        and "/." not in whole
        and "//" not in whole
        and "\0" not in whole
        and not whole.startswith(MANIFEST)
    )


def landings(remotes: Sequence[str]) -> dict[str, str]:
    """Where each path of a Pod lands: under its own name, or by full path where names collide.

    `/` has no name and holds all the others: what is in it lands in the target itself.
    """
    if any(not remote.strip("/") for remote in remotes):
        return {"/": ""}
    names = [remote.rstrip("/").rpartition("/")[2] for remote in remotes]
    if len(set(names)) == len(names) and all(names):
        return dict(zip(remotes, names, strict=True))
    return by_path(remotes)


def by_path(remotes: Sequence[str]) -> dict[str, str]:
    """Each path of a Pod lands at its full path below the target."""
    return {remote: remote.strip("/") for remote in remotes}


def of_checkpoints(found: Iterable[Checkpoint]) -> dict[str, str]:
    """Where checkpoints land, at their full paths: a folder whole, single files one by one."""
    remotes: list[str] = []
    for one in found:
        folder = one.path.rstrip("/") + "/"
        if one.files and all(file.path.startswith(folder) for file in one.files):
            remotes.append(one.path.rstrip("/"))
        else:
            remotes += [file.path for file in one.files]
    wanted = sorted(set(remotes))
    return by_path([r for r in wanted if not any(r.startswith(f"{w}/") for w in wanted)])
