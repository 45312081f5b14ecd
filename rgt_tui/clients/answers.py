"""What the verifier process answers, as our own types; whatever it says is outside text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from rgt_tui.domain.checkpoint import (
    Checkpoint,
    CheckpointList,
    FileProof,
    FileStamp,
    GroupProof,
    Level,
    LinkSeen,
    Verdict,
)
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.verifiers._layout import Entry, checkpoints_in

REASON_MAX = 300
GAPS_MAX = 50
Answer = Mapping[str, Any]


class BadAnswer(Exception):
    """An answer of another shape than the verifier gives."""


def file_proof(row: Answer) -> FileProof:
    """The proof of one file.

    Raises:
        BadAnswer: it has another shape.
    """
    try:
        stamp = FileStamp(
            path=str(row["path"]),
            size=int(row["bytes"]),
            mtime_ns=int(row["stamp"][0]),
            ctime_ns=int(row["stamp"][1]),
            inode=int(row["stamp"][2]),
        )
        return FileProof(
            stamp=stamp,
            sha256=_hex(row["sha256"]),
            format=clean(str(row["format"]), 40),
            verdict=Verdict(row["verdict"]),
            level=Level(row["level"]),
            reason=clean(str(row["reason"]), REASON_MAX),
            bytes_read=int(row["read"]),
            tool=clean(str(row["tool"]), 80),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BadAnswer(f"a proof cannot be read ({type(error).__name__})") from error


def group_proof(row: Answer) -> GroupProof:
    """The proof of a group.

    Raises:
        BadAnswer: it has another shape.
    """
    try:
        return GroupProof(
            path=str(row["path"]),
            format=clean(str(row["format"]), 40),
            verdict=Verdict(row["verdict"]),
            reason=clean(str(row["reason"]), REASON_MAX),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"a proof cannot be read ({type(error).__name__})") from error


@dataclass(slots=True)
class Proven:
    """What one verification gave.

    Attributes:
        notes: what was left out and why.
    """

    files: list[FileProof] = field(default_factory=list)
    groups: list[GroupProof] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, answer: Answer, progress: Callable[[int], None] | None = None) -> None:
        """Takes in one answer.

        Raises:
            BadAnswer: it has another shape.
        """
        if "file" in answer:
            self.files.append(file_proof(answer["file"]))
        elif "group" in answer:
            self.groups.append(group_proof(answer["group"]))
        elif "progress" in answer and progress is not None:
            progress(int(answer["progress"]))
        elif "gap" in answer:
            self.notes.append(clean(str(answer["gap"]), REASON_MAX))
        elif "link" in answer:
            self.notes.append(
                f"{clean(str(answer['link'][0]), REASON_MAX)} is a link: not followed"
            )


def checkpoint_list(answers: Iterable[Answer], globs: Sequence[str] = ()) -> CheckpointList:
    """The inventory that the answers to `list` hold.

    Raises:
        BadAnswer: it has another shape, or did not come to its end.
    """
    entries: list[Entry] = []
    gaps: list[str] = []
    links: list[LinkSeen] = []
    roots: dict[str, str] = {}
    now: float | None = None
    try:
        for answer in answers:
            if "entry" in answer:
                entries.append(Entry(*answer["entry"]))
            elif "gap" in answer:
                gaps.append(clean(str(answer["gap"]), REASON_MAX))
            elif "link" in answer:
                path, target = answer["link"]
                links.append(LinkSeen(path=str(path), target=str(target)))
            elif "root" in answer:
                roots[str(answer["root"][0])] = str(answer["root"][1])
            elif "now" in answer and "tool" not in answer:
                now = float(answer["now"])
        if now is None:
            raise BadAnswer("the listing did not come to its end")
        found = checkpoints_in(entries, now, globs)
    except (TypeError, ValueError) as error:
        raise BadAnswer(f"the listing cannot be read ({type(error).__name__})") from error
    gaps += _leading_out(links, roots)
    return CheckpointList(
        checkpoints=tuple(
            Checkpoint(
                path=one.path,
                format=one.kind,
                files=tuple(map(_stamp, one.entries)),
                step=one.step,
                unfinished=clean(one.unfinished, REASON_MAX),
                real_path=_real(one.path, roots),
            )
            for one in found
        ),
        gaps=tuple(gaps[:GAPS_MAX]),
        links=tuple(links),
        pod_now=now,
        roots=tuple(roots),
    )


def _stamp(entry: Entry) -> FileStamp:
    return FileStamp(
        path=str(entry.path),
        size=int(entry.size),
        mtime_ns=int(entry.mtime_ns),
        ctime_ns=int(entry.ctime_ns),
        inode=int(entry.inode),
    )


def _leading_out(links: Iterable[LinkSeen], roots: Mapping[str, str]) -> list[str]:
    """Of each link that leads to where nothing was searched, that it does."""
    return [
        f"{clean(it.path, REASON_MAX)} leads out of what was listed"
        for it in links
        if roots and not any(_is_below(it.target, root) for root in roots.items())
    ]


def _is_below(path: str, root: tuple[str, str]) -> bool:
    """Whether a path is a folder that was searched or lies below it, by its name or its real path."""
    return any(path == it or path.startswith(it.rstrip("/") + "/") for it in root)


def _real(path: str, roots: Mapping[str, str]) -> str:
    """The path with its root resolved; below a root no link is followed, so none is left."""
    for root, real in roots.items():
        if path.startswith(root.rstrip("/") + "/"):
            return real.rstrip("/") + path[len(root.rstrip("/")) :]
    return path


def _hex(found: object) -> str:
    text = str(found)
    if text and (len(text) != 64 or not set(text) <= set("0123456789abcdef")):
        raise ValueError("no SHA-256")
    return text
