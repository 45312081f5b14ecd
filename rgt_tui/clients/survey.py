"""A listing of a Pod that may take several looks: each goes on where the last ran out of time.

A look walks folders in one order: a folder's own files, then the folders in it by name. So a place
in the walk is a root and a folder's path, and what one look covered is a range between two places.
What was listed there earlier falls; the rest of earlier looks stays, and the whole is as old as its
oldest part.
"""

from collections.abc import Sequence
from dataclasses import field
from typing import Any, Final

from rgt_tui.clients.answers import Answer, BadAnswer, checkpoint_list
from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

LIST_S: Final = 60.0
KEPT_MAX: Final = 500_000
"""Rows of one Pod that are remembered; more are a gap."""
_Spot = tuple[str, ...]


@dataclass(slots=True)
class Survey:
    """What the looks at one Pod have found so far.

    Attributes:
        roots: folders to search; none for all that no system brings.
        globs: names or paths that count as checkpoints beside the known ones.
        limit_s: how long a look may take.
        stopped: root and folder at which the last look ran out of time, and whether that folder is to be
            left out; None when it ended.
        since: when the oldest part was listed, by our clock; None before the first look.
        looks: how many looks the walk has taken that goes on or has just ended.
    """

    roots: Sequence[str] = ()
    globs: Sequence[str] = ()
    limit_s: float = LIST_S
    stopped: tuple[str, str, bool] | None = None
    since: float | None = None
    looks: int = 0
    _entries: dict[str, dict[str, Answer]] = field(default_factory=dict)
    _links: dict[str, dict[str, Answer]] = field(default_factory=dict)
    _roots: dict[str, Answer] = field(default_factory=dict)
    _roots_now: dict[str, Answer] = field(default_factory=dict)
    _gaps: list[str] = field(default_factory=list)
    _gaps_before: list[str] = field(default_factory=list)
    _begun: float = 0.0
    _is_whole: bool = False

    @property
    def is_of_now(self) -> bool:
        """Whether the last look alone has seen everything."""
        return self.looks == 1 and self.stopped is None

    def request(self) -> dict[str, Any]:
        """What the next look asks."""
        return {
            "op": "list",
            "roots": list(self.roots),
            "globs": list(self.globs),
            "limit_s": self.limit_s,
            "resume": list(self.stopped or ("", "", False)),
        }

    def take(self, answers: Sequence[Answer], at: float) -> None:
        """Takes in one look.

        Args:
            answers: to `list`, all of them.
            at: when it was begun, by our clock.

        Raises:
            BadAnswer: they have another shape.
        """
        if self.stopped is None:
            self._begun, self._gaps, self._roots_now, self.looks = at, [], {}, 0
        self.looks += 1
        self.stopped = None
        fresh: list[Answer] = []
        for answer in answers:
            if "stopped" in answer:
                root, path, skips = _strings(answer["stopped"], 3)
                self.stopped = (root, path, skips == "True")
            elif "walked" in answer:
                self._cover(answer, fresh)
                fresh = []
            elif "gap" in answer:
                self._gaps.append(str(answer["gap"]))
            elif "root" in answer:
                self._roots_now[_strings(answer["root"], 2)[0]] = answer
            else:
                fresh.append(answer)
        self._roots |= self._roots_now
        if self.stopped is None:
            self._end()
        elif not self._is_whole:
            self.since = self._begun

    def listed(self, now: float, at: float) -> CheckpointList:
        """What is known of the Pod.

        Args:
            now: the Pod's clock at the end of the last look.
            at: our clock then.

        Raises:
            BadAnswer: what it said cannot be read.
        """
        gaps = list(dict.fromkeys([*self._gaps, *self._gaps_before]))
        if not self._is_whole and self.stopped is not None:
            where = clean(self.stopped[1], 200)
            gaps.insert(0, f"only a part is listed yet, up to {where}: the next look goes on there")
        rows = [row for found in (self._entries, self._links) for of in found.values()
                for row in of.values()]  # fmt: skip
        if len(rows) > KEPT_MAX:
            gaps.append("there are more files than are remembered")
        return checkpoint_list(
            [
                *rows[:KEPT_MAX],
                *({"gap": gap} for gap in gaps),
                *self._roots.values(),
                {"now": now if self.is_of_now else now - max(0.0, at - (self.since or at))},
            ],
            self.globs,
        )

    def _end(self) -> None:
        """A walk over everything has come to its end."""
        self._is_whole, self.since = True, self._begun
        self._gaps_before, self._roots = self._gaps, self._roots_now
        for found in (self._entries, self._links):
            for root in found.keys() - self._roots.keys():
                del found[root]

    def _cover(self, answer: Answer, fresh: Sequence[Answer]) -> None:
        """A look covered a root from one folder to another: what was known between them falls."""
        root, first, last = _strings(answer["walked"], 3)
        start, stop = _spot(root, first), (_spot(root, last) if last else None)
        for found in (self._entries, self._links):
            of = found.setdefault(root, {})
            for path in [
                p for p in of if start <= _spot(root, p)[:-1] and _is_before(p, root, stop)
            ]:
                del of[path]
        for row in fresh:
            for found, word in ((self._entries, "entry"), (self._links, "link")):
                if word in row:
                    found[root][_strings(row[word], 0)[0]] = row


def _is_before(path: str, root: str, stop: _Spot | None) -> bool:
    return stop is None or _spot(root, path)[:-1] < stop


def _spot(root: str, path: str) -> _Spot:
    """A path below a root by its names, which order as the walk goes."""
    inside = path[len(root.rstrip("/")) :].strip("/")
    return tuple(inside.split("/")) if inside else ()


def _strings(row: object, count: int) -> tuple[str, ...]:
    """The items of a list of that length, or of any for 0."""
    if not isinstance(row, list) or not row or (count and len(row) != count):
        raise BadAnswer("the listing cannot be read")
    return tuple(map(str, row))
