r"""Composes probes into one POSIX-sh script, sent once on the stdin of `exec /bin/sh -s`.

It is a loop that stays as long as the connection does. Each line on its stdin is one of::

    17 df identity ?cgroup         tick 17: run these sections, all at the same time; a `?` asks to
                                   look first whether a former run of it still lives
    - 17.df 4711                   end that run, whose first process is 4711
    ! 17.df 4711                   the same, since its time is over
                                   (empty) collect what has ended

What it sends back, one frame a line, between whatever else start-up files print::

    @@<nonce> U                    it is up, and reads lines from here on
    @@<nonce> S 17.df 4711         a run began, with this process; `-` for one it shares with others,
                                   or where /proc does not tell
    @@<nonce> > 17.df <text>       a line of its output
    @@<nonce> + 17.df <text>       a piece of a long line, whose rest follows
    @@<nonce> R 17.df 0            it ended, with this status
    @@<nonce> C 17.df              in place of R: it wrote more than its limit, and was ended
    @@<nonce> T 17.df              in place of R: it was ended at its time limit
    @@<nonce> E 17.df              in place of R, or after C or T: nothing of it is left
    @@<nonce> B 17.df              not begun: a former run of this section still lives

The nonce is random for each connection, so nothing a Pod prints or names a file can pass for a frame.
Sections write at the same time into one pipe, where only one short write stays whole (bash writes a long
`printf` in parts of a kilobyte): each frame is one line and shorter. Each write is a packet that costs us
a tenth of a millisecond, so that sections that talk much (`bursts`) write many frames at once.

What costs the Pod is processes. Sections that wait for nothing (`light`, no `device`) are done by one, each
with its own limit of bytes. A section that leaves nothing behind (`near`) is a child of the loop, in its
session, without a guard: whoever asked says when its time is over.
- A section has a session and group of its own under `setsid`, where there is one, and beside it `relay`, which
  counts its output, and `guard`, which sleeps for its time limit. SIGKILL goes to all that descends from it
  or is in a session or group that it leads: `timeout` within a section makes a group of its own.
- A process in uninterruptible sleep obeys nothing; as long as its relay lives, the section is not begun
  again. One that can go round what hangs is, with RGT_STUCK set, while fewer than three such runs live.
- The relay is a `read` loop of the shell: it needs no tool, and loses nothing that came before the kill.
The loop reads only its stdin. At its end of file, which a lost connection brings, everything that runs is
killed: nothing is left or written on the Pod. The body is one function: cut off on its way, it does nothing.
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
at=@AT@ nl='
'
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

# What runs say in bursts is held until it is so much that a pipe still takes it whole; a line of
# \001 alone passes it on.
flush=$(printf '\001')
hold() {
  [ $((${#held} + ${#1})) -le 900 ] || { printf '%s' "$held"; held=; }
  held=$held$1$nl
}
pass() {
  case $line in "$flush") printf '%s' "$held"; held=; return ;; esac
  if [ -n "$bursts" ] && [ ${#line} -le 800 ]; then
    hold "$at > $run $line"
  else
    printf '%s' "$held"; held=
    tell "$line"
  fi
}

# Ends the runs of process $1 after $2 seconds.
guard() {
  nap=
  trap '[ -z "$nap" ] || kill "$nap"; exit' TERM
  trap '' PIPE
  sleep "$2" >/dev/null &
  nap=$!
  wait "$nap" || return
  trap '' TERM
  for run in ${runs:-$run}; do printf '%s T %s\n' "$at" "$run"; done
  slay "$1"
}

# Passes on what a run says, for $1 seconds, if that is its affair, and up to $2 bytes.
relay() {
  room=$2 first= watch= runs= held=
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      "$at S $run "*)
        printf '%s\n' "$line"
        first=${line##* }
        [ -z "$1" ] || { guard "$first" "$1" & watch=$!; }
        continue ;;
      "$at R $run "*)
        printf '%s%s\n' "$held" "$line"
        [ -z "$watch" ] || kill "$watch"
        return ;;
    esac
    room=$((room - ${#line} - 1))
    if [ "$room" -lt 0 ]; then
      printf '%s%s C %s\n' "$held" "$at" "$run"
      held=
      [ -z "$watch" ] || kill "$watch"
      slay "$first"
      while read -r _; do :; done
      break
    fi
    pass
  done
  [ -z "$watch" ] || kill "$watch"
  printf '%s%s E %s\n' "$held" "$at" "$run"
}

# The same for $runs, which one process does one after the other. Nobody can end one of them alone,
# so its process is not told.
relay_all() {
  first= watch= held= bursts=1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      "$at S $tick."*)
        run=${line#"$at S "} room=$2
        first=${run#* } run=${run%% *}
        hold "$at S $run -"
        [ -n "$watch" ] || { guard "$first" "$1" & watch=$!; }
        continue ;;
      "$at R $tick."*)
        printf '%s%s\n' "$held" "$line"
        held= runs=${runs#*"$run "}
        [ -n "$runs" ] && continue
        break ;;
    esac
    room=$((room - ${#line} - 1))
    if [ "$room" -lt 0 ]; then
      hold "$at C $run"
      slay "$first"
      while read -r _; do :; done
      break
    fi
    pass
  done
  [ -z "$watch" ] || kill "$watch"
  for run in $runs; do hold "$at E $run"; done
  printf '%s' "$held"
}

# Does the run in a child of the loop, whose process is $me. The text sees no argument and no nonce,
# and what it names or sets is gone with a child of its own.
here() {
  printf '%s S %s %s\n' "$at" "$run" "${me:--}"
  ( unset at; set --; eval "$text" ) </dev/null 2>&1
  printf '\n%s R %s %s\n' "$at" "$run" "$?"
}
own() { IFS=' ' read -r me _ </proc/self/stat; }

# Begins a run of section $1: $2 seconds, $3 bytes, in manner $4, in bursts if $5, of text $6.
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
  low= bursts=$5
  [ "$4" != nice ] || low=$gentle
  if [ -n "$near" ]; then
    { RGT_STUCK=$stuck text=$6; own; here; } | relay '' "$3" &
  else
    RGT_AT=$at RGT_RUN=$run RGT_APART=$apart RGT_STUCK=$stuck RGT_TEXT=$6 \
      $low $apart @SHELL@ -c "$lead" </dev/null | relay "$2" "$3" &
  fi
  eval "run_$1='$stuck $!'"
}
near() {
  near=1
  start "$@"
  near=
}

# The same for one that waits for nothing: those of a tick are begun together.
light() {
  if [ -n "$doubt" ]; then start "$@"; return; fi
  runs="$runs$tick.$1 " seconds=$((seconds + $2))
  eval "text_$1=\$6"
  [ "$3" -le "$bytes" ] || bytes=$3
}
# The same for one that is so where $1, a device it asks, is not there; else it begins as $2 does.
either() {
  device=${RGT_ROOT-}$1 begin=$2
  shift 2
  if [ -e "$device" ]; then "$begin" "$@"; else light "$@"; fi
}
here_all() {
  own
  for run in $runs; do
    eval "text=\$text_${run#*.}"
    here
  done
}
ask_all() {
  runs= seconds=0 bytes=0
  for name; do ask "$name"; done
  [ -n "$runs" ] || return
  here_all | relay_all "$seconds" "$bytes" &
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
    !) lives "${names#* }" && { printf '%s T %s\n' "$at" "${names%% *}"; slay "${names#* }"; } ;;
    *) ask_all $names ;;
  esac
done
"""
_ONCE: Final = r"""
exec 3<&0
( trap '' TERM; while read -r _ <&3; do :; done; kill -TERM $$ ) </dev/null >/dev/null &
exec 3<&-
tick=1
{ trap '' HUP; ask_all @NAMES@; wait; } | {
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
        .replace("@SECTIONS@", "\n".join(_section(it, is_once=is_once) for it in probes))
    )
    return Script(
        text=text,
        nonce=nonce,
        limits={probe.name: probe.max_bytes for probe in probes},
        seconds=max((probe.limit_s for probe in probes), default=0),
        is_once=is_once,
    )


def _section(probe: Probe, *, is_once: bool) -> str:
    manner = "nice" if probe.nice else "beside" if probe.goes_round else "usual"
    text = shlex.quote(probe.script)
    begin = "near" if probe.is_near and not is_once else "start"
    if probe.is_light:
        begin = "light"
    elif probe.device:
        begin = f"either {probe.device} {begin}"
    bursts = "1" if probe.bursts else "''"
    return (
        f"{probe.name}) {begin} {probe.name} {probe.limit_s} {probe.max_bytes} "
        f"{manner} {bursts} {text} ;;"
    )
