r"""Composes probes into one POSIX-sh script, sent on the stdin of `exec /bin/sh -s`.

What the host sends back, between whatever else its shell start-up files print::

    @@<nonce> S df                 a section begins
    ...                            its output, byte for byte, cut at the probe's limit
    @@<nonce> R 0                  the shell text ended, with this status
    @@<nonce> C                    in place of R: it wrote more than its limit
    @@<nonce> E 0                  the section is over (137: it was killed at its time limit)
    @@<nonce> D                    all sections are over

The nonce is random for each call, so nothing a Pod prints or names a file can pass for a frame.

How one section cannot hold up the others:

- It runs as a process group of its own: under `timeout -s KILL` where that is GNU's (which kills
  the group; busybox's kills one process), else under `setsid` with a watchdog of ours, else as a
  plain child. At its time limit the whole group gets SIGKILL, which TERM-ignoring tools obey.
- A process in uninterruptible sleep obeys nothing and keeps its pipe open, so the reader of that
  pipe ends at the R line, not at end of file, and is itself in the group that is killed.
- The reader is a `read` loop of the shell: it needs no tool, counts bytes, writes each line at
  once, and so loses nothing that came before the kill. NUL bytes are dropped.

A lifeline reads the script's stdin. When the channel closes or the connection dies, it reads end
of file and everything still running is killed: a cancelled probe leaves nothing on the Pod.
The body is one function, so that a script cut off on its way is a syntax error and does nothing.
"""

import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rgt_tui.probes import Probe

SHELL: Final = "/bin/sh"

_FRAME: Final = r"""
mark() { printf '@@%s %s\n' "$RGT_NONCE" "$*"; }

# Copies stdin to stdout up to $1 bytes, ends at the R line.
limited() {
  room=$1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in "@@$RGT_NONCE R "*) printf '%s\n' "$line"; return ;; esac
    room=$((room - ${#line} - 1))
    if [ "$room" -lt 0 ]; then mark C; return; fi
    printf '%s\n' "$line"
  done
}
"""

_SECTION: Final = r"""
{ ( eval "unset RGT_NONCE; $RGT_BODY" ) </dev/null 2>&1; printf '\n@@%s R %s\n' "$RGT_NONCE" "$?"; } | limited "$1"
"""

_MAIN: Final = r"""
rgt() {
LC_ALL=C; export LC_ALL
RGT_NONCE=@NONCE@; export RGT_NONCE
frame=@FRAME@
eval "$frame"
job= watch=
# Kills what is left of the groups of a section; without groups, its watchdog.
stop() {
  for one in $job $watch; do kill -9 "-$one" 2>/dev/null; done
  [ $mode != plain ] || [ -z "$watch" ] || kill -9 "$watch" 2>/dev/null
  job= watch=
}
trap 'stop; kill -9 0' TERM

exec 3<&0
( trap '' TERM; while read -r _ <&3; do :; done; kill -TERM 0; sleep 1; kill -9 0 ) \
  </dev/null >/dev/null 2>&1 &
life=$!

case $(timeout --version 2>/dev/null) in
  *GNU*) mode=timeout ;;
  *) if command -v setsid >/dev/null 2>&1; then mode=setsid; else mode=plain; fi ;;
esac

section() {
  mark S "$1"
  RGT_BODY=$4; export RGT_BODY
  low=
  if [ "$5" = nice ]; then
    if command -v nice >/dev/null 2>&1; then low='nice -n 19'; fi
    if command -v ionice >/dev/null 2>&1; then low="$low ionice -c 3"; fi
  fi
  watch=
  if [ $mode = timeout ]; then
    $low timeout -s KILL "$2" @SHELL@ -c "$frame$section_end" rgt "$3" </dev/null 3<&- &
    job=$!
  elif [ $mode = setsid ]; then
    $low setsid @SHELL@ -c "$frame$section_end" rgt "$3" </dev/null 3<&- &
    job=$!
    setsid @SHELL@ -c 'sleep "$1" && kill -9 "-$2"' rgt "$2" "$job" </dev/null >/dev/null 2>&1 3<&- &
    watch=$!
  else
    $low @SHELL@ -c "$frame$section_end" rgt "$3" </dev/null 3<&- &
    job=$!
    ( sleep "$2" && kill -9 "$job" ) </dev/null >/dev/null 2>&1 3<&- &
    watch=$!
  fi
  wait "$job" 2>/dev/null
  status=$?
  stop
  mark E "$status"
}
section_end=@SECTION@

@SECTIONS@
mark D
# Without groups something may be left over: the lifeline stays, and ends it at the close.
[ $mode = plain ] || kill -9 "$life"
exit 0
}
rgt; exit
"""


@dataclass(frozen=True, slots=True)
class Script:
    """A composed script.

    Attributes:
        text: what goes to the stdin of the shell; ASCII.
        nonce: marks the frames of the answer.
        limits: bytes kept of each section, by its name, in order.
        seconds: the time limits of all sections taken together.
    """

    text: str
    nonce: str
    limits: dict[str, int]
    seconds: int


def compose(probes: Sequence[Probe], *, shell: str = SHELL) -> Script:
    """One script that asks all `probes` in turn.

    Args:
        probes: what to ask; the order of the answer.
        shell: command that runs a section's text on the host.
    """
    nonce = secrets.token_hex(12)
    sections = "\n".join(_section(probe) for probe in probes)
    text = (
        _MAIN.replace("@FRAME@", shlex.quote(_FRAME))
        .replace("@SECTION@", shlex.quote(_SECTION))
        .replace("@SHELL@", shell)
        .replace("@NONCE@", nonce)
        .replace("@SECTIONS@", sections)
    )
    return Script(
        text=text,
        nonce=nonce,
        limits={probe.name: probe.max_bytes for probe in probes},
        seconds=sum(probe.limit_s for probe in probes),
    )


def _section(probe: Probe) -> str:
    manner = "nice" if probe.nice else "usual"
    body = shlex.quote(probe.script)
    return f"section {probe.name} {probe.limit_s} {probe.max_bytes} {body} {manner}"
