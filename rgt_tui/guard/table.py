"""How a terminate checklist moves: every transition there is, as one literal.

Two parts move by it. Each *line* goes from open over a look to ok, failed or "could not look"; a
failed or unseen one can be waived. The *list* is ready when every line is ok or waived; then a
person types the challenge, a window to think again runs out, the fence looks at everything once
more, and only then is it permitted. Whatever is newer, expired or lost leads back, or out.

A pair that is not in the table is refused: the state stays. Nothing else moves a checklist, so that
what is not reachable in here is not reachable at all (the tests take each edge away in turn).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """The state of one line."""

    OPEN = "open"
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    UNSEEN = "could not look"
    WAIVED = "waived"

    @property
    def opens(self) -> bool:
        """Whether it does not hold the gate shut."""
        return self in (Mark.OK, Mark.WAIVED)


class Phase(StrEnum):
    """The state of the list.

    GATHERING: a line is still in the way.
    READY: every line is ok or waived; the challenge may be typed.
    COUNTING: approved; nothing is sent before the window is over.
    FENCING: everything is looked at once more.
    PERMITTED: one request may leave.
    SENT: it left.
    UNKNOWN: what became of it is not known; it is found out by reading.
    GONE, KEPT: read back. CANCELLED, VANISHED: ended with nothing sent.
    """

    GATHERING = "gathering"
    READY = "ready"
    COUNTING = "counting"
    FENCING = "fencing"
    PERMITTED = "permitted"
    SENT = "sent"
    UNKNOWN = "unknown"
    GONE = "gone"
    KEPT = "kept"
    CANCELLED = "cancelled"
    VANISHED = "vanished"

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of this checklist."""
        return not TABLE["list"][self]

    @property
    def is_approved(self) -> bool:
        """Whether a person's approval stands and nothing was sent yet."""
        return self in (Phase.COUNTING, Phase.FENCING, Phase.PERMITTED)


class Signal(StrEnum):
    """What can happen to a line or to the list."""

    LOOK = "look"
    PROVED = "evidence: proved"
    REFUTED = "evidence: refuted"
    UNSEEN = "evidence: could not look"
    WAIVE = "waived"
    EXPIRED = "evidence expired"
    NEWER = "anything newer"
    COMPLETE = "all lines ok or waived"
    INCOMPLETE = "a line is in the way"
    TYPED = "challenge typed"
    WINDOW_OVER = "undo window over"
    FENCED = "fence ok"
    FENCE_FAILED = "fence failed"
    CANCEL = "cancelled"
    TERMINAL_LOST = "terminal lost"
    VANISHED = "Pod vanished"
    SEND = "sent"
    SEEN_GONE = "404 and not listed"
    SEEN_PRESENT = "still there"
    UNCLEAR = "no clear answer"


State = Mark | Phase
Moves = Mapping[Signal, State]
Table = Mapping[str, Mapping[State, Moves]]

_M, _P, _S = Mark, Phase, Signal

TABLE: Final[Table] = {
    "line": {
        _M.OPEN: {
            _S.LOOK: _M.RUNNING,
        },
        _M.RUNNING: {
            _S.LOOK: _M.RUNNING,
            _S.PROVED: _M.OK,
            _S.REFUTED: _M.FAILED,
            _S.UNSEEN: _M.UNSEEN,
            _S.NEWER: _M.OPEN,
        },
        _M.OK: {
            _S.LOOK: _M.OK,
            _S.PROVED: _M.OK,
            _S.EXPIRED: _M.OPEN,
            _S.NEWER: _M.OPEN,
        },
        _M.FAILED: {
            _S.LOOK: _M.FAILED,
            _S.REFUTED: _M.FAILED,
            _S.WAIVE: _M.WAIVED,
            _S.EXPIRED: _M.OPEN,
            _S.NEWER: _M.OPEN,
        },
        _M.UNSEEN: {
            _S.LOOK: _M.UNSEEN,
            _S.UNSEEN: _M.UNSEEN,
            _S.WAIVE: _M.WAIVED,
            _S.EXPIRED: _M.OPEN,
            _S.NEWER: _M.OPEN,
        },
        _M.WAIVED: {
            _S.LOOK: _M.WAIVED,
            _S.REFUTED: _M.WAIVED,
            _S.UNSEEN: _M.WAIVED,
            _S.EXPIRED: _M.OPEN,
            _S.NEWER: _M.OPEN,
        },
    },
    "list": {
        _P.GATHERING: {
            _S.COMPLETE: _P.READY,
            _S.CANCEL: _P.CANCELLED,
            _S.TERMINAL_LOST: _P.CANCELLED,
            _S.VANISHED: _P.VANISHED,
        },
        _P.READY: {
            _S.TYPED: _P.COUNTING,
            _S.INCOMPLETE: _P.GATHERING,
            _S.NEWER: _P.GATHERING,
            _S.CANCEL: _P.CANCELLED,
            _S.TERMINAL_LOST: _P.CANCELLED,
            _S.VANISHED: _P.VANISHED,
        },
        _P.COUNTING: {
            _S.WINDOW_OVER: _P.FENCING,
            _S.INCOMPLETE: _P.GATHERING,
            _S.NEWER: _P.GATHERING,
            _S.EXPIRED: _P.GATHERING,
            _S.CANCEL: _P.CANCELLED,
            _S.TERMINAL_LOST: _P.CANCELLED,
            _S.VANISHED: _P.VANISHED,
        },
        _P.FENCING: {
            _S.FENCED: _P.PERMITTED,
            _S.FENCE_FAILED: _P.GATHERING,
            _S.INCOMPLETE: _P.GATHERING,
            _S.NEWER: _P.GATHERING,
            _S.EXPIRED: _P.GATHERING,
            _S.CANCEL: _P.CANCELLED,
            _S.TERMINAL_LOST: _P.CANCELLED,
            _S.VANISHED: _P.VANISHED,
        },
        _P.PERMITTED: {
            _S.SEND: _P.SENT,
            _S.INCOMPLETE: _P.GATHERING,
            _S.NEWER: _P.GATHERING,
            _S.EXPIRED: _P.GATHERING,
            _S.CANCEL: _P.CANCELLED,
            _S.TERMINAL_LOST: _P.CANCELLED,
            _S.VANISHED: _P.VANISHED,
        },
        _P.SENT: {
            _S.SEEN_GONE: _P.GONE,
            _S.SEEN_PRESENT: _P.KEPT,
            _S.UNCLEAR: _P.UNKNOWN,
        },
        _P.UNKNOWN: {
            _S.SEEN_GONE: _P.GONE,
            _S.SEEN_PRESENT: _P.KEPT,
            _S.UNCLEAR: _P.UNKNOWN,
        },
        _P.GONE: {},
        _P.KEPT: {},
        _P.CANCELLED: {},
        _P.VANISHED: {},
    },
}


def diagram(part: str, table: Table = TABLE) -> str:
    """One part of the table as a Mermaid state diagram; moves that change nothing are left out."""
    first = next(iter(table[part]))
    lines = ["stateDiagram-v2", f"    [*] --> {first.name}"]
    lines += [f"    {source} --> {target}: {said}" for source, target, said in _arrows(table[part])]
    lines += [f"    {state.name} --> [*]" for state, moves in table[part].items() if not moves]
    return "\n".join(lines)


def _arrows(moves_of: Mapping[State, Moves]) -> Iterator[tuple[str, str, str]]:
    for source, moves in moves_of.items():
        told: dict[State, list[str]] = {}
        for signal, target in moves.items():
            if target is not source:
                told.setdefault(target, []).append(signal.value)
        for target, signals in told.items():
            yield source.name, target.name, ", ".join(signals).replace(":", "")
