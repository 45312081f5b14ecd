"""Which TCP ports something listens on inside the container, by the kernel's own table.

The section holds local address and port of each listening socket as /proc/net/tcp has them::

    4 00000000:0016
    6 00000000000000000000000000000000:22B8
"""

import re
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import need, rows

LIMIT_S: Final = 2
_SOCKET: Final = re.compile(r"([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\Z")
_LOOPBACK: Final = ("0100007F", "00000000000000000000000001000000")
_V4_IN_V6: Final = "0000000000000000FFFF00000100007F"

_SCRIPT: Final = r"""
p=${RGT_PROC:-/proc}
for v in 4 6; do
  f=$p/net/tcp
  [ $v = 4 ] || f=$p/net/tcp6
  [ -r "$f" ] || continue
  echo "table $v"
  all=$(cat "$f") || continue
  printf '%s\n' "$all" | while read -r _ local _ state _; do
    [ "$state" = 0A ] && printf '%s %s\n' $v "$local"
  done
done 2>/dev/null
exit 0
"""


@dataclass(frozen=True, slots=True)
class ListeningReport:
    """Ports that are listened on, sorted.

    Attributes:
        ports: reachable from outside the container.
        local: on the loopback address only, where neither RunPod's proxy nor a mapped port comes.
    """

    called: ClassVar[str] = "listening ports over SSH"

    ports: tuple[int, ...] = ()
    local: tuple[int, ...] = ()


def parse(section: Section) -> ListeningReport:
    """The ports in a section.

    Raises:
        BadSection: no table was read.
    """
    said = list(rows(section))
    need(section, any(word == "table" for word, _ in said), "the socket table", LIMIT_S)
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for word, rest in said:
        socket = _SOCKET.match(rest) if word in ("4", "6") else None
        if socket is not None:
            is_local = socket[1] in (*_LOOPBACK, _V4_IN_V6)
            found[is_local].add(int(socket[2], 16))
    ports = found[False]
    return ListeningReport(tuple(sorted(ports)), tuple(sorted(found[True] - ports)))


PROBE = Probe(
    name="listening",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=60.0,
    max_bytes=8192,
    report=ListeningReport,
    parse=parse,
)
