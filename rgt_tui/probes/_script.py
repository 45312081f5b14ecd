r"""Composes probes into one POSIX-sh script, sent once on the stdin of `exec /bin/sh -s`.

It is a loop that stays as long as the connection does. Each line on its stdin is one of::

    17 df identity ?cgroup         tick 17: run these sections, all at the same time; a `?` asks to
                                   look first whether a former run of it still lives
    - 17.df 4711                   end that run, whose first process is 4711
                                   (empty) collect what has ended

What it sends back, one frame a line, between whatever else start-up files print::

    @@<nonce> U                    it is up, and reads lines from here on
    @@<nonce> S 17.df 4711         a run began, with this process
    @@<nonce> > 17.df <text>       a line of its output
    @@<nonce> + 17.df <text>       a piece of a long line, whose rest follows
    @@<nonce> R 17.df 0            it ended, with this status
    @@<nonce> C 17.df              in place of R: it wrote more than its limit, and was ended
    @@<nonce> T 17.df              in place of R: it was ended at its time limit
    @@<nonce> E 17.df              in place of R, or after C or T: nothing of it is left
    @@<nonce> B 17.df              not begun: a former run of this section still lives

The nonce is random for each connection, so nothing a Pod prints or names a file can pass for a
frame. Sections write at the same time into one pipe, where only one short write stays whole: bash
writes a long `printf` in parts of a kilobyte. So each frame is one line and shorter than that.

How one section cannot hold up the others, nor outlive its time:

- It has a session and group of its own under `setsid`, where there is one, and two processes
  beside it: `relay`, which reads its output and counts the bytes, and `guard`, which sleeps for
  its time limit. SIGKILL then goes to all that descends from it or is in a session or group that
  it leads: `timeout` within a section makes a group of its own.
- A process in uninterruptible sleep obeys nothing and keeps its pipe open, so its relay lives on
  as well; as long as it does, the section is not begun again. Nothing waits for it. A section that
  can go round what hangs is begun, with RGT_STUCK set, while fewer than three such runs live.
- The relay is a `read` loop of the shell: it needs no tool, and loses nothing that came before the
  kill. NUL bytes are dropped.

The loop reads only its stdin. At its end of file, which a closed channel or a lost connection
brings, everything that still runs is killed: nothing is left on the Pod. Nothing is written there.
The body is one function, so that a script cut off on its way is a syntax error and does nothing.
"""

import secrets
import shlex
from collections.abc import Sequence
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe

SHELL: Final = "/bin/sh"

_LEAD: Final = r"""
printf '%s S %s %s\n' "$RGT_AT" "$RGT_RUN" "$$"
( eval "unset RGT_AT RGT_RUN RGT_APART RGT_TEXT; $RGT_TEXT" ) </dev/null 2>&1
printf '\n%s R %s %s\n' "$RGT_AT" "$RGT_RUN" "$?"
[ -z "$RGT_APART" ] || kill -9 0
"""

_MAIN: Final = r"""
rgt() {
LC_ALL=C; export LC_ALL
at=@AT@
lead=@LEAD@
apart= gentle=
if command -v setsid >/dev/null 2>&1; then apart=setsid; fi
if command -v nice >/dev/null 2>&1; then gentle='nice -n 19'; fi
if command -v ionice >/dev/null 2>&1; then gentle="$gentle ionice -c 3"; fi

# Ends process $1, what descends from it, and what is in a session or group that one of these
# leads; $2 alone is spared. All are stopped before the last look: none can beget a child in between,
# which would be nobody's afterwards.
slay() {
  doomed=" $1 " spared=$2
  [ "$1" = "$2" ] || kill -STOP "$1"
  while :; do
    before=$doomed
    for one in /proc/[0-9]*/stat; do
      IFS= read -r one <"$one" || continue
      set -- "${one%% *}" ${one##*) }
      case $2 in Z|X) continue ;; esac
      case $doomed in
        *" $1 "*) ;;
        *" $3 "*|*" $4 "*|*" $5 "*)
          doomed="$doomed$1 "
          [ "$1" = "$spared" ] || kill -STOP "$1" ;;
      esac
    done
    [ "$doomed" != "$before" ] || break
  done
  for one in $doomed; do [ "$one" = "$spared" ] || kill -9 "$one"; done
}

# Whether process $1 is a living child of the loop.
lives() {
  [ -r /proc/self/stat ] || { kill -0 "$1"; return; }
  IFS= read -r it <"/proc/$1/stat" || return 1
  set -- ${it##*) }
  [ "$1" != Z ] && [ "$2" = "$$" ]
}

# One line of output, in pieces that a pipe takes whole. dash has no `${1:800}`, and bash is slow
# with a long pattern.
if ( eval 'one=abc; [ "${one:1}" = bc ]' ) 2>/dev/null; then
  head='${1:0:800}' tail='${1:800}'
else
  head='$(printf %.800s "$1")' tail='${1#"$head"}'
fi
eval "tell() {
  while [ \${#1} -gt 800 ]; do
    head=\"$head\"
    printf '%s + %s %s\\n' \"\$at\" \"\$run\" \"\$head\"
    set -- \"$tail\"
  done
  printf '%s > %s %s\\n' \"\$at\" \"\$run\" \"\$1\"
}"

# Ends the run of process $1 after $2 seconds.
guard() {
  nap=
  trap '[ -z "$nap" ] || kill "$nap"; exit' TERM
  trap '' PIPE
  sleep "$2" >/dev/null &
  nap=$!
  wait "$nap" || return
  trap '' TERM
  printf '%s T %s\n' "$at" "$run"
  slay "$1"
}

# Passes on what a run says, for $1 seconds and up to $2 bytes.
relay() {
  room=$2 first= watch=
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      "$at S $run "*)
        printf '%s\n' "$line"
        first=${line##* }
        guard "$first" "$1" &
        watch=$!
        continue ;;
      "$at R $run "*)
        printf '%s\n' "$line"
        kill "$watch"
        return ;;
    esac
    room=$((room - ${#line} - 1))
    if [ "$room" -lt 0 ]; then
      printf '%s C %s\n' "$at" "$run"
      kill "$watch"
      slay "$first"
      while read -r _; do :; done
      break
    fi
    tell "$line"
  done
  [ -z "$watch" ] || kill "$watch"
  printf '%s E %s\n' "$at" "$run"
}

# Begins a run of section $1: $2 seconds, $3 bytes, in manner $4, of text $5.
start() {
  run=$tick.$1 stuck= count=0
  if [ -n "$doubt" ]; then
    eval "former=\${run_$1-}"
    for one in $former; do
      if lives "$one"; then stuck="$stuck $one" count=$((count + 1)); fi
    done
    if [ -n "$stuck" ] && { [ "$4" != beside ] || [ $count -ge 3 ]; }; then
      printf '%s B %s\n' "$at" "$run"
      return
    fi
  fi
  low=
  [ "$4" != nice ] || low=$gentle
  RGT_AT=$at RGT_RUN=$run RGT_APART=$apart RGT_STUCK=$stuck RGT_TEXT=$5 \
    $low $apart @SHELL@ -c "$lead" </dev/null | relay "$2" "$3" &
  eval "run_$1='$stuck $!'"
}

ask() {
  doubt=
  case $1 in '?'*) doubt=1 ;; esac
  case ${1#'?'} in
@SECTIONS@
  esac
}

finish() {
  trap '' HUP TERM PIPE
  slay $$ $$
  exit 0
}
exec 2>/dev/null
cd /
trap finish HUP TERM PIPE
@RUN@
finish
}
rgt; exit
"""

_RESIDENT: Final = r"""
printf '%s U\n' "$at"
while read -r tick names; do
  jobs >/dev/null
  case $tick in
    -) lives "${names#* }" && slay "${names#* }" ;;
    *) for name in $names; do ask "$name"; done ;;
  esac
done
"""
_ONCE: Final = r"""
exec 3<&0
( trap '' TERM; while read -r _ <&3; do :; done; kill -TERM $$ ) </dev/null >/dev/null &
exec 3<&-
tick=1
{ trap '' HUP; for name in @NAMES@; do ask "$name"; done; wait; } | {
  trap '' HUP
  left=@COUNT@ over=
  while [ $left -gt 0 ] && IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in
      "$at "[CT]" "*) over="$over ${line##* } " left=$((left - 1)) ;;
      "$at "[RB]" "*) left=$((left - 1)) ;;
      "$at E "*) case $over in *" ${line##* } "*) ;; *) left=$((left - 1)) ;; esac ;;
    esac
  done
} &
wait "$!"
"""


@dataclass(frozen=True, slots=True)
class Script:
    """A composed script.

    Attributes:
        text: what goes to the stdin of the shell; ASCII.
        nonce: marks the frames of the answer.
        limits: bytes kept of each section, by its name, in order.
        seconds: the longest of their time limits; they run at the same time.
        is_once: whether it runs all sections once and ends, as tick 1.
    """

    text: str
    nonce: str
    limits: dict[str, int]
    seconds: int
    is_once: bool


def resident(probes: Sequence[Probe], *, shell: str = SHELL) -> Script:
    """The loop that runs `probes` whenever a line on its stdin names them.

    Args:
        probes: what it can be asked.
        shell: command that runs a section's text on the host.
    """
    return _composed(probes, _RESIDENT, shell, is_once=False)


def compose(probes: Sequence[Probe], *, shell: str = SHELL) -> Script:
    """One script that runs all `probes` once and ends; sooner, when its stdin does.

    Args:
        probes: what to ask.
        shell: command that runs a section's text on the host.
    """
    names = " ".join(probe.name for probe in probes)
    run = _ONCE.replace("@NAMES@", names).replace("@COUNT@", str(len(probes)))
    return _composed(probes, run, shell, is_once=True)


def _composed(probes: Sequence[Probe], run: str, shell: str, *, is_once: bool) -> Script:
    nonce = secrets.token_hex(8)
    text = (
        _MAIN.replace("@RUN@", run.strip())
        .replace("@LEAD@", shlex.quote(_LEAD))
        .replace("@SHELL@", shell)
        .replace("@AT@", f"@@{nonce}")
        .replace("@SECTIONS@", "\n".join(_section(probe) for probe in probes))
    )
    return Script(
        text=text,
        nonce=nonce,
        limits={probe.name: probe.max_bytes for probe in probes},
        seconds=max((probe.limit_s for probe in probes), default=0),
        is_once=is_once,
    )


def _section(probe: Probe) -> str:
    manner = "nice" if probe.nice else "beside" if probe.goes_round else "usual"
    text = shlex.quote(probe.script)
    return f"{probe.name}) start {probe.name} {probe.limit_s} {probe.max_bytes} {manner} {text} ;;"
