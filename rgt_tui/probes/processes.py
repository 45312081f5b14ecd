"""The processes that matter: the first, sshd, what trains or copies, what hangs, what is left over.

All are counted; told are those that have a name of interest, hang (state D), are zombies, or hold
a gigabyte. The section holds, in clock ticks and pages as in proc(5)::

    U 3000321.17
    P 1 S 0 12 300012345 310 1 docker-init
    P 611 D 1 98211 300412345 131072 4 python3
    O 1 0
    W 611 request_wait_answer
    A 1 /sbin/docker-init<US>--<US>/start.sh
    N 42

or, as `grep` writes the arguments in one go, each line under the name of its file::

    /proc/1/cmdline:/sbin/docker-init<US>--<US>/start.sh

Arguments can carry tokens: what looks like one is masked here, and nothing of them is kept on disk.
"""

import re
from functools import lru_cache
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import LARGEST
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import need, number, whole

LIMIT_S: Final = 4
TICKS: Final = 100
PAGE: Final = 4096
"""Bytes in a page of x86-64, the only kind of machine with RunPod's GPUs."""
_ARGS_KEPT: Final = 300

_NAMES: Final = (
    "python*|pt_*|*train*|torchrun|accelerate*|deepspeed|VLLM*|vllm*|ray*|ollama*|jupyter*"
    "|*comfy*|sshd*|dropbear|docker-init|tini|nginx|tmux*|screen|SCREEN|byobu*|java|node"
    "|julia|ffmpeg|rsync|scp|sftp*|curl|wget|aria2c|rclone|aws|s5cmd|runpodctl|croc|git*|hf"
    "|huggingface*|pip*|uv|conda|mamba|tar|cp|dd|nvcc|cicc|ptxas|cc1*|ninja|nvidia-smi"
    "|rocm-smi"
)
"""Of interest; `*` is anything."""

_AWK: Final = r"""
{
  n++
  match($0, /.*\)/)
  comm = substr($0, index($0, "(") + 1, RLENGTH - index($0, "(") - 1)
  split(substr($0, RLENGTH + 2), f, " ")
  if ($1 != 1 && f[1] != "D" && f[1] != "Z" && f[22] < 262144 && comm !~ /^(@NAMES@)$/) next
  if (told++ < 96)
    printf "P %s %s %s %.0f %s %s %s %s\n", $1, f[1], f[2], f[12] + f[13], f[20], f[22], f[18], comm
  if (told > 96 || f[1] == "D" || f[1] == "Z" || asked++ >= 24) next
  file = p "/" $1 "/status"
  while ((getline line < file) > 0) if (split(line, g, "\t") > 1 && g[1] == "Uid:") {
    print "O " $1 " " g[2]
    break
  }
  close(file)
}
END { print "N " n + 0 }
""".strip().replace("@NAMES@", _NAMES.replace("*", ".*"))

_SCRIPT: Final = r"""
p=${RGT_PROC:-/proc} nl='
'
read -r up _ <"$p/uptime" && echo "U $up"
all= owned=1
if command -v awk >/dev/null 2>&1; then  # a fifth of what the shell needs
  all=$(cat "$p"/[0-9]*/stat 2>/dev/null | awk -v p="$p" '@AWK@')
fi
case $all in P*) ;; *)
  owned= lines=$(
    for d in "$p"/[0-9]*; do IFS= read -r line <"$d/stat" && printf '%s\n' "$line"; done 2>/dev/null
  ) ;;
esac
set -f
IFS=$nl
n=0 told=0 plain= stuck=
if [ -z "$owned" ]; then
  all=
  for line in $lines; do
    n=$((n + 1))
    head=${line%)*} rest=${line##*) }
    pid=${head%% *} comm=${head#*\(}
    IFS=' '
    set -- $rest
    IFS=$nl
    is=
    case $comm in @NAMES@) is=1 ;; esac
    case $1 in D|Z) is=1 ;; esac
    [ "$pid" != 1 ] || is=1
    [ "${22:-0}" -lt 262144 ] || is=1
    [ -n "$is" ] && [ $told -lt 96 ] || continue
    told=$((told + 1))
    all="${all}P $pid $1 $2 $((${12} + ${13})) ${20} ${22} ${18} $comm$nl"
  done
  all="${all}N $n"
fi
printf '%s\n' "$all"
for line in $all; do
  case $line in P*) line=${line#* } ;; *) continue ;; esac
  pid=${line%% *}
  case ${line#* } in
    D*) stuck="$stuck$nl$pid" ;;
    Z*) ;;
    *) plain="$plain$nl$pid" ;;
  esac
done
for pid in $stuck; do
  IFS= read -r at <"$p/$pid/wchan"
  [ -z "$at" ] || printf 'W %s %s\n' "$pid" "$at"
  at=
done 2>/dev/null
# Reading the arguments of a process that hangs can hang as well: those come last.
printf '\001\n'
IFS=$nl
one() {
  [ -n "$2" ] || while IFS=' 	' read -r key id _; do
    case $key in Uid:) echo "O $1 $id"; break ;; esac
  done <"$p/$1/status"
  args=$(tr '\0\n' '\037 ' <"$p/$1/cmdline")
  [ -z "$args" ] || printf 'A %s %.400s\n' "$1" "$args"
}
asked=0 lines=
for pid in $plain; do
  asked=$((asked + 1))
  [ $asked -le 24 ] || break
  lines="$lines$nl$p/$pid/cmdline"
done
# All at once where `grep` passes NUL on, which its own arguments show.
all=
[ $asked -lt 3 ] || all=$(grep -aHsm 4 '' /proc/self/cmdline $lines | tr '\0' '\037' | cut -b 1-480)
case $all in
  /proc/self/cmdline:grep-*|'') ;;
  *) lines=
    printf '%s\n' "$all" ;;
esac
for pid in $lines; do
  pid=${pid%/cmdline}
  one "${pid##*/}" "$owned"
done 2>/dev/null
for pid in $stuck; do
  asked=$((asked + 1))
  [ $asked -le 24 ] || break
  one "$pid" ''
done 2>/dev/null
exit 0
""".replace("@AWK@", _AWK).replace("@NAMES@", _NAMES)

_LINE_KEPT: Final = 400
_OF_FILE: Final = re.compile(r"/[^:]*?/(\d{1,9})/cmdline:(.*)\Z", re.ASCII | re.DOTALL)
_SECRET_NAME: Final = re.compile(
    r"(?i)(?:^|[-_./])(?:[a-z0-9]*token|[a-z0-9]*secret|[a-z0-9]*passw(?:or)?d|[a-z0-9]*key|auth|"
    r"[a-z0-9]*credentials?|bearer|pat|dsn|cookie|user|header|h|u|p)$"
)
"""An option or variable whose value may be secret. Short options that often carry one are among them."""
_PUBLIC_NAME: Final = re.compile(
    r"(?i)(?:public|max|num|n|new|pad|eos|bos|sep|primary|sort)[-_]?(?:key|token)s?$"
)
_SECRET_VALUE: Final = re.compile(
    r"(?:hf|rpa|rps|sk|pk|ghp|gho|ghs|github_pat|glpat|xox[abp]|AKIA|ASIA|eyJ|wandb_v1)[-_A-Za-z0-9.]{12,}"
    r"|(?<![A-Za-z0-9_/.-])[A-Za-z0-9+_-]{32,}={0,2}(?![A-Za-z0-9_/.-])"
)
_IN_URL: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_QUERY: Final = re.compile(
    r"(?i)([?&][^=&\s]*(?:token|key|sig|signature|secret|password)[^=&\s]*=)[^&\s]+"
)
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic|token)\s+\S+")
MASK: Final = "***"
_TRAINING: Final = re.compile(
    r"(?i)\b(?:torchrun|accelerate|deepspeed|axolotl|lightning|llamafactory|train\w*|fine_?tun\w*|sft|grpo|dpo|lora)\b"
)
_SERVING: Final = re.compile(
    r"(?i)\b(?:vllm|sglang|tgi|text-generation|ollama|comfyui|api_server|serve|tritonserver|llama-server)\b"
)
_TRANSFER: Final = re.compile(
    r"(?:rsync|scp|sftp|sftp-server|curl|wget|aria2c|rclone|aws|s5cmd|runpodctl|croc|git|hf|tar|cp|dd)\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of the container.

    Attributes:
        state: R, S, D (cannot be woken), Z (zombie), ... as in proc(5).
        args: its command line, with what looks like a secret masked; its name where none was read.
        age_s: since its start; None is unknown.
        cpu_s: used since then.
        owner: user name where it is root, else the number.
        waits_in: the kernel function in which a process in state D sleeps.
    """

    pid: int
    name: str
    state: str
    parent: int | None = None
    args: str = ""
    age_s: float | None = None
    cpu_s: float | None = None
    memory_bytes: int | None = None
    threads: int | None = None
    owner: str | None = None
    waits_in: str | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether it sleeps and cannot be woken, not even to be killed."""
        return self.state == "D"

    @property
    def is_zombie(self) -> bool:
        """Whether it has ended and nobody has taken note."""
        return self.state == "Z"

    @property
    def waits_for_files(self) -> bool:
        """Whether it waits for a file system in user space, as a network volume is one."""
        return self.is_stuck and (self.waits_in or "").startswith(("request_wait", "fuse"))

    @property
    def work(self) -> str:
        """What it seems to do: `training`, `serving`, `transfer`, or nothing we know."""
        if self.is_zombie:
            return ""
        if _TRANSFER.match(self.name):
            return "transfer"
        said = f"{self.name} {self.args}"
        if _SERVING.search(said):
            return "serving"
        return "training" if _TRAINING.search(said) else ""


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """The processes worth telling, by pid.

    Attributes:
        total: of all processes; None when the count did not come.
    """

    called: ClassVar[str] = "processes over SSH"

    processes: tuple[Process, ...] = ()
    total: int | None = None

    @property
    def first(self) -> Process | None:
        """PID 1."""
        return self.of(1)

    @property
    def has_sshd(self) -> bool:
        """Whether an SSH server runs in the container."""
        return any(it.name.startswith(("sshd", "dropbear")) for it in self.processes)

    @property
    def stuck(self) -> tuple[Process, ...]:
        """Those in state D."""
        return tuple(it for it in self.processes if it.is_stuck)

    @property
    def zombies(self) -> tuple[Process, ...]:
        """Those that ended and were not reaped."""
        return tuple(it for it in self.processes if it.is_zombie)

    def of(self, pid: int) -> Process | None:
        """The process of that number, None when it was not told."""
        return next((it for it in self.processes if it.pid == pid), None)


def parse(section: Section) -> ProcessReport:
    """The processes in a section, also in one that ended at its limits.

    Raises:
        BadSection: no process is in it.
    """
    told: dict[str, list[str]] = {}
    more: dict[tuple[str, str], str] = {}
    up = total = None
    for line in decode(section.output).split("\n"):
        word, _, rest = line.partition(" ")
        if line.startswith("/"):
            _take_file(line, more)
            continue
        first, _, last = rest.partition(" ")
        if word == "P" and len(words := rest.split(" ", 7)) == 8:
            told[first] = words
        elif word in ("A", "O", "W"):
            more[word, first] = last
        elif word == "U":
            up = number(rest, 0, LARGEST)
        elif word == "N":
            total = whole(rest)
    need(section, bool(told), "the process table", LIMIT_S)
    found = (_process(words, more, up) for words in told.values())
    known = (it for it in found if it is not None)
    return ProcessReport(tuple(sorted(known, key=lambda it: it.pid)), total)


def _take_file(line: str, more: dict[tuple[str, str], str]) -> None:
    """A line of a file in /proc, under its name; an argument with line ends comes in several."""
    found = _OF_FILE.match(line)
    if found is None:
        return
    pid, text = found.groups()
    before = more.get(("A", pid))
    more["A", pid] = text[:_LINE_KEPT] if before is None else f"{before} {text}"[:_LINE_KEPT]


def _process(
    words: list[str], more: dict[tuple[str, str], str], up: float | None
) -> Process | None:
    pid, state, parent, ticks, started, pages, threads, comm = words
    number_of = whole(pid)
    if number_of is None:
        return None
    used, at, held = whole(ticks), whole(started), whole(pages)
    name = clean(comm, 60)
    owner = more.get(("O", pid), "").strip()
    return Process(
        pid=number_of,
        name=name,
        state=clean(state, 2),
        parent=whole(parent),
        args=redacted(more.get(("A", pid), "")) or name,
        age_s=None if up is None or at is None else max(0.0, up - at / TICKS),
        cpu_s=None if used is None else used / TICKS,
        memory_bytes=None if held is None or held * PAGE > LARGEST else held * PAGE,
        threads=whole(threads),
        owner={"0": "root", "": None}.get(owner, clean(owner, 20)),
        waits_in=clean(more[("W", pid)], 60) if ("W", pid) in more else None,
    )


@lru_cache(maxsize=2048)
def redacted(raw: str) -> str:
    """A command line with what may be secret masked; arguments are parted by U+001F."""
    kept: list[str] = []
    hides_next = False
    for word in raw.split("\x1f"):
        option, equals, value = word.partition("=")
        is_secret = bool(_SECRET_NAME.search(option)) and not _PUBLIC_NAME.search(option)
        if hides_next and not word.startswith("-"):
            kept.append(MASK)
        elif equals and is_secret and value:
            kept.append(f"{option}={MASK}")
        else:
            kept.append(_masked(word))
        hides_next = is_secret and not equals and option.startswith("-")
    return clean(" ".join(kept).strip(), _ARGS_KEPT)


def _masked(word: str) -> str:
    word = _IN_URL.sub(MASK, word)
    word = _QUERY.sub(rf"\1{MASK}", word)
    word = _BEARER.sub(rf"\1 {MASK}", word)
    return _SECRET_VALUE.sub(MASK, word)


PROBE = Probe(
    name="processes",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    max_bytes=24 * 1024,
    bursts=True,
    is_near=True,
    report=ProcessReport,
    parse=parse,
)
