r"""Which environment variables the first process has and a session has: their names, never values.

Six variables that name folders of caches are told with their value, where it is a path. Names are
taken from the start of each NUL-ended record: a value of several lines (a public key) must not be
mistaken for more variables. The section holds::

    1 WANDB_API_KEY
    S HOME
    V 1 HF_HOME /workspace/.cache/huggingface/
    F /etc/rp_environment
    ? 1

`? 1` says that the environment of PID 1 was not readable or empty: that is unknown, not "none".
"""

import re
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import ONCE_A_START, Probe, Section
from rgt_tui.probes._rows import name, need, rows

LIMIT_S: Final = 3
CACHES: Final = (
    "HF_HOME",
    "PIP_CACHE_DIR",
    "UV_CACHE_DIR",
    "TRANSFORMERS_CACHE",
    "TMPDIR",
    "CONDA_PKGS_DIRS",
)
"""The variables whose values are told; nothing else ever is."""
_NAMES_KEPT: Final = 400
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_OURS: Final = re.compile(r"RGT_|LC_ALL\Z|_\Z|SHLVL\Z|PWD\Z|OLDPWD\Z")
_PATH: Final = re.compile(r"[/~][^\x01]*\Z")

_SCRIPT: Final = r"""
p=${RGT_PROC:-/proc} one=$(printf '\001')
ask() {
  # Not by `<`: the shell would open its own, which is gone once it has become the tool.
  found=$(dd if="$2" bs=131072 | tr '\n\0' '\001\n')
  if [ -z "$found" ]; then echo "? $1"; return; fi
  printf '%s\n' "$found" | sed -n "s/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/$1 \1/p"
  for v in @CACHES@; do
    printf '%s\n' "$found" | sed -n "s/^$v=\([/~][^$one]*\)\$/V $1 $v \1/p"
  done
}
ask 1 "$p/1/environ" 2>/dev/null
ask S /proc/self/environ 2>/dev/null
[ -f "${RGT_ROOT-}/etc/rp_environment" ] && echo 'F /etc/rp_environment'
exit 0
""".replace("@CACHES@", " ".join(CACHES))


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFolder:
    """Where a variable points.

    Attributes:
        first, session: its value in PID 1 and in a session; None where it is not set, or no path.
    """

    variable: str
    first: str | None = None
    session: str | None = None

    @property
    def path(self) -> str | None:
        """What a program started in a session goes by, else what PID 1's children go by."""
        return self.session or self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentReport:
    """Names of environment variables, sorted; None is unknown.

    Attributes:
        first: of PID 1, that is what the Pod was created with.
        session: of a command run over SSH.
        has_export_file: whether `/etc/rp_environment` is there, which official images write for
            interactive shells to read.
    """

    called: ClassVar[str] = "environment names over SSH"

    first: tuple[str, ...] | None = None
    session: tuple[str, ...] | None = None
    caches: tuple[CacheFolder, ...] = ()
    has_export_file: bool = False

    @property
    def missing(self) -> tuple[str, ...] | None:
        """Names that PID 1 has and a session has not; None when either is unknown."""
        if self.first is None or self.session is None:
            return None
        return tuple(sorted(set(self.first) - set(self.session)))

    def cache(self, variable: str) -> str | None:
        """The folder a variable names, None when it is not set."""
        return next((it.path for it in self.caches if it.variable == variable), None)


def parse(section: Section) -> EnvironmentReport:
    """The names in a section.

    Raises:
        BadSection: neither environment was told.
    """
    names: dict[str, set[str]] = {"1": set(), "S": set()}
    values: dict[tuple[str, str], str] = {}
    said = list(rows(section))
    for word, rest in said:
        if word in names and _NAME.match(rest) and len(names[word]) < _NAMES_KEPT:
            if word == "1" or not _OURS.match(rest):
                names[word].add(rest)
        elif word == "V":
            who, variable, path = [*rest.split(" ", 2), "", ""][:3]
            if variable in CACHES and _PATH.match(path):
                values[who, variable] = name(path, 300)
    unknown = {rest for word, rest in said if word == "?"}
    need(section, bool(names["1"] or names["S"] or unknown), "the environment", LIMIT_S)
    folders = (
        CacheFolder(variable=it, first=values.get(("1", it)), session=values.get(("S", it)))
        for it in CACHES
    )
    return EnvironmentReport(
        first=None if not names["1"] else tuple(sorted(names["1"])),
        session=None if not names["S"] else tuple(sorted(names["S"])),
        caches=tuple(it for it in folders if it.path is not None),
        has_export_file=("F", "/etc/rp_environment") in said,
    )


PROBE = Probe(
    name="environment",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=ONCE_A_START,
    max_bytes=32 * 1024,
    report=EnvironmentReport,
    parse=parse,
)
