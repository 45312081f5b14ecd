"""Terminal sessions that outlive a connection: tmux and screen.

`screen -ls` would make its folder where there is none, so the sockets themselves are read. The
section holds::

    tmux
    T 1 3 1780000000 train
    screen
    S 4242.pts-0.host
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import whole_number
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import name, need, rows

LIMIT_S: Final = 3

_SCRIPT: Final = r"""
echo 'begun 1'
if command -v tmux >/dev/null 2>&1; then
  echo 'has tmux'
  tmux list-sessions -F 'T #{session_attached} #{session_windows} #{session_created} #{session_name}' 2>/dev/null
  for s in "${RGT_ROOT-}"/tmp/tmux-*/*; do
    case $s in */default) continue ;; esac
    [ -S "$s" ] && tmux -S "$s" list-sessions \
      -F 'T #{session_attached} #{session_windows} #{session_created} #{session_name}' 2>/dev/null
  done
fi
command -v screen >/dev/null 2>&1 && echo 'has screen'
for s in "${RGT_ROOT-}"/run/screen/S-*/* "${RGT_ROOT-}"/var/run/screen/S-*/* "$HOME"/.screen/*; do
  [ -e "$s" ] || continue
  case $s in *'
'*) continue ;; esac
  printf 'S %s\n' "${s##*/}"
done
exit 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSession:
    """One session.

    Attributes:
        program: `tmux` or `screen`.
        windows, created_at, is_attached: None where the program does not say.
    """

    program: str
    name: str
    windows: int | None = None
    created_at: float | None = None
    is_attached: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """The sessions of a host, and which of the two programs it has."""

    called: ClassVar[str] = "tmux and screen over SSH"

    sessions: tuple[TerminalSession, ...] = ()
    has_tmux: bool = False
    has_screen: bool = False


def parse(section: Section) -> SessionReport:
    """The sessions in a section.

    Raises:
        BadSection: the question was not answered.
    """
    said = list(rows(section))
    need(section, ("begun", "1") in said, "the question for sessions", LIMIT_S)
    found: dict[tuple[str, str], TerminalSession] = {}
    for word, rest in said:
        one = _tmux(rest) if word == "T" else _screen(rest) if word == "S" else None
        if one is not None:
            found.setdefault((one.program, one.name), one)
    return SessionReport(
        sessions=tuple(found.values()),
        has_tmux=("has", "tmux") in said,
        has_screen=("has", "screen") in said,
    )


def _tmux(rest: str) -> TerminalSession | None:
    words = rest.split(" ", 3)
    if len(words) != 4:
        return None
    attached, windows, created = (whole_number(word) for word in words[:3])
    return TerminalSession(
        program="tmux",
        name=name(words[3], 100),
        windows=windows,
        created_at=None if created is None else float(created),
        is_attached=None if attached is None else attached > 0,
    )


def _screen(rest: str) -> TerminalSession:
    _, dot, called = rest.partition(".")
    return TerminalSession(program="screen", name=name(called if dot else rest, 100))


PROBE = Probe(
    name="sessions",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=60.0,
    max_bytes=8192,
    report=SessionReport,
    parse=parse,
)
