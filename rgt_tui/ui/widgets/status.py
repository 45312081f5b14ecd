"""The lines around the panes: status, tabs, message, hints. Pure."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from rgt_tui.domain.money import Balance, burn_of, burn_per_hour, runway_hours
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.readiness import Readiness
from rgt_tui.domain.units import clock_time, show_duration, show_usd
from rgt_tui.domain.volume import VolumeList
from rgt_tui.facts import state_of
from rgt_tui.panes import Pane, Scene, Tone
from rgt_tui.spending import fast_price
from rgt_tui.ui.keys import DIGITS
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.ages import api_age, as_of, shell_piece
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit_line, length, spread

NAME: Final = "rgt-tui"
LOW_RUNWAY_S: Final = 6 * 3600
"""Seconds of runway below which it is shown as a warning."""


class Field(NamedTuple):
    """One part of the status line.

    Attributes:
        shrinks, leaves: the greater, the sooner it takes its short form, or goes.
    """

    shrinks: int
    leaves: int
    full: Line
    short: Line


def status_line(scene: Scene, width: int) -> Line:
    """Who is asked, what runs, what it costs, how long the money lasts, and how old all that is."""
    left = [_name(scene), _counts(scene), _burn(scene), _balance(scene)]
    fields = [*left, _chip(scene), _quota(scene), _ages(scene)]
    forms = [field.full for field in fields]
    by_shrinking = sorted(range(len(fields)), key=lambda index: -fields[index].shrinks)
    by_leaving = sorted(range(len(fields)), key=lambda index: -fields[index].leaves)
    shorter = [(index, fields[index].short) for index in by_shrinking]
    for index, form in (*shorter, *((index, EMPTY) for index in by_leaving)):
        if _fits(forms, len(left), width - 2):
            break
        forms[index] = form
    told, aged = _joined(forms[: len(left)], " | "), _joined(forms[len(left) :], "  ")
    return (BLANK, *spread(told, aged, max(0, width - 2)), BLANK)


def tab_line(panes: Sequence[Pane], scene: Scene, active: str, width: int) -> Line:
    """The panes with the digits that open them; the open one stands in brackets.

    Where they do not fit they stand closer, and then without the plain counts: a badge stays.
    """
    panes = [pane for pane in panes if pane.order < DIGITS or pane.name == active]
    badges = [_badge(pane, scene) for pane in panes]
    marked = [
        badge if pane.badge(scene) else EMPTY for pane, badge in zip(panes, badges, strict=True)
    ]
    forms = ((badges, "  ", " "), (badges, " ", ""), (marked, " ", ""))
    line: Line = EMPTY
    for shown, gap, before in forms:
        line = tuple(
            piece
            for pane, badge in zip(panes, shown, strict=True)
            for piece in _tab(pane, badge, gap, before, is_open=pane.name == active)
        )[:-1]  # without the last gap
        if length(line) <= width:
            break
    return fit_line(line, width)


def _tab(pane: Pane, badge: Line, gap: str, before: str, *, is_open: bool) -> Line:
    if is_open:
        digit = f"{pane.order} " if pane.order < DIGITS else ""
        end = Piece("]", Ink.TITLE)
        return (Piece(f"[{digit}{pane.title}", Ink.TITLE), *badge, end, Piece(gap[1:] or " "))
    return (Piece(f"{before}{pane.order}", Ink.KEY), Piece(f" {pane.title}"), *badge, Piece(gap))


def _badge(pane: Pane, scene: Scene) -> Line:
    """What the tab says of its pane: how many, and how bad."""
    badge, count = pane.badge(scene), pane.count(scene)
    if badge is not None:
        return (Piece(f"({badge.text})", badge.tone),)
    return (Piece(f"({count})"),) if count is not None else EMPTY


def message_line(messages: Sequence[tuple[float, str]], width: int) -> Line:
    """The newest message with its time, and how to see the others."""
    if not messages:
        return EMPTY
    more = (Piece(f" n: all {len(messages)} ", Tone.DIM),) if len(messages) > 1 else EMPTY
    return spread(message(messages[0]), more, width)


def message(said: tuple[float, str]) -> Line:
    """One message; a mark at its start (`!` bad, `w` warning, `i` news) gives its ink."""
    at, text = said
    tones = {"! ": Tone.BAD, "w ": Tone.WARN}
    return (Piece(f" {clock_time(at)} ", Tone.DIM), Piece(text, tones.get(text[:2], Tone.PLAIN)))


def hint_line(hints: Sequence[tuple[str, str]], width: int) -> Line:
    """Keys and their words, as many as fit."""
    line: list[Piece] = [Piece(" ")]
    used = 1
    for key, word in hints:
        used += len(key) + len(word) + 3
        if used > width:
            break
        line.extend((Piece(key, Ink.KEY), Piece(f" {word}  ")))
    return tuple(line)


def _name(scene: Scene) -> Field:
    name = Piece(NAME, Ink.TITLE)
    return Field(1, 8, (name, Piece(f" {scene.source}", Tone.DIM)), (name,))


def _counts(scene: Scene) -> Field:
    if scene.account.evidence.latest(PodList) is None:
        unknown = (Piece("Pods ?", Tone.UNKNOWN),)
        return Field(3, 1, unknown, unknown)
    account = scene.account
    seen = Counter(state_of(pod, account, scene.now) for pod in account.pods)
    del seen[Readiness.GONE]
    if not seen:
        nothing = (Piece("no Pods"),)
        return Field(3, 1, nothing, nothing)
    up, stopped = seen.pop(Readiness.UP, 0), seen.pop(Readiness.STOPPED, 0)
    return Field(
        3,
        1,
        _counted(up, stopped, "stopped", seen.total()),
        _counted(up, stopped, "stop", seen.total()),
    )


def _counted(up: int, stopped: int, word: str, others: int) -> Line:
    """`7 up 1 stopped 4 not up!`; whatever is neither up nor stopped bills, or should be up."""
    told = [f"{count} {what}" for count, what in ((up, "up"), (stopped, word)) if count]
    line: Line = (Piece(" ".join(told)),) if told else EMPTY
    if not others:
        return line
    return (*line, *((BLANK,) if told else EMPTY), Piece(f"{others} not up!", Tone.WARN))


def _burn(scene: Scene) -> Field:
    burn = _burn_rate(scene)
    if burn is None:
        return Field(4, 0, (Piece("burn ?", Tone.UNKNOWN),), (Piece("$?/h", Tone.UNKNOWN),))
    at_least = "" if scene.account.evidence.latest(VolumeList) is not None else ">="
    amount = f"{at_least}${show_usd(burn)}/h"
    return Field(4, 0, (Piece(f"burn {amount}"),), (Piece(amount),))


def _burn_rate(scene: Scene) -> Decimal | None:
    if scene.account.evidence.latest(PodList) is None:
        return None
    price, _ = fast_price(scene.account, scene.high_performance)
    return burn_per_hour(scene.account.pods, scene.account.volumes, price)


def _balance(scene: Scene) -> Field:
    seen = scene.account.evidence.value(Balance)
    if seen is None or seen.balance is None:
        unknown = Piece("balance ?", Tone.UNKNOWN)
        return Field(5, 5, (unknown,), (Piece("bal ?", Tone.UNKNOWN),))
    money = f"${show_usd(seen.balance)}"
    price, _ = fast_price(scene.account, scene.high_performance)
    hours = runway_hours(seen, burn_of(scene.account.pods, scene.account.volumes, price))
    if hours is None:
        return Field(5, 5, (Piece(f"balance {money}"),), (Piece(f"bal {money}"),))
    seconds = float(hours * 3600)
    tone = Tone.WARN if seconds < LOW_RUNWAY_S else Tone.PLAIN
    mark = "!" if seconds < LOW_RUNWAY_S else ""
    left = f"~{show_duration(seconds)}{mark}"
    return Field(
        5,
        5,
        (Piece(f"balance {money}, "), Piece(f"lasts {left}", tone)),
        (Piece(f"bal {money} "), Piece(left, tone)),
    )


def _chip(scene: Scene) -> Field:
    """Whether something can be changed: never, not now, or for how long."""
    if scene.read_only:
        return Field(6, 4, (Piece("READ-ONLY", Ink.CHIP),), (Piece("RO", Ink.CHIP),))
    if scene.write_left_s is None:
        return Field(6, 4, (Piece("locked", Tone.DIM),), EMPTY)
    left = f"WRITE {_countdown(scene.write_left_s)}"
    return Field(0, 0, (Piece(left, Ink.ALARM),), (Piece(left, Ink.ALARM),))


def _countdown(seconds: float) -> str:
    """What is left, in steps that a still screen need not repaint: `9m`, `50s`, `9s`."""
    if seconds >= 60:
        return f"{int(seconds) // 60}m"
    return f"{int(seconds) // 10 * 10}s" if seconds >= 10 else f"{int(seconds)}s"


def _quota(scene: Scene) -> Field:
    return Field(9, 9, (Piece(scene.quota, Tone.DIM),) if scene.quota else EMPTY, EMPTY)


def _ages(scene: Scene) -> Field:
    since = as_of(scene)
    if since:
        return Field(2, 3, since, since)
    shell = shell_piece(scene)
    short: Line = (api_age(scene),)
    full = short if shell is None else (*short, Piece("  "), shell)
    return Field(2, 6, full, short)


def _fits(forms: Sequence[Line], lefts: int, width: int) -> bool:
    left = length(_joined(forms[:lefts], " | "))
    return left + 2 + length(_joined(forms[lefts:], "  ")) <= width


def _joined(forms: Sequence[Line], between: str) -> Line:
    line: list[Piece] = []
    for form in forms:
        if form and line:
            line.append(Piece(between, Ink.FRAME))
        line.extend(form)
    return tuple(line)
