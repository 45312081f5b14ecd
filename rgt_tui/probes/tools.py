"""Which programs the image brings: what can be offered, and what must be done without.

The section holds one line a program that is there, and the SSH server's file transfer::

    has tmux
    has rsync
    has sftp-server
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import ONCE_A_START, Probe, Section
from rgt_tui.probes._rows import need, rows

LIMIT_S: Final = 2
_ASKED: Final = """
    tmux screen rsync scp tar zstd gzip python3 python pip uv conda git git-lfs curl wget aria2c
    rclone aws hf huggingface-cli jupyter jupyter-lab nvcc nvidia-smi rocm-smi runpodctl lsof ps
    find du df stat awk sed sort timeout setsid nice ionice sha256sum openssl b3sum bash zsh
    fish apt-get apk sudo docker sshd
"""
ASKED: Final = tuple(_ASKED.split())
"""Programs that are looked for."""
SFTP: Final = "sftp-server"

_SCRIPT: Final = r"""
echo 'begun 1'
for t in @TOOLS@; do command -v "$t" >/dev/null 2>&1 && echo "has $t"; done
for f in /usr/lib/openssh /usr/libexec/openssh /usr/lib/ssh /usr/libexec; do
  [ -x "${RGT_ROOT-}$f/sftp-server" ] && echo 'has sftp-server' && break
done
exit 0
""".replace("@TOOLS@", " ".join(ASKED))


@dataclass(frozen=True, slots=True)
class ToolsReport:
    """The programs that were found, sorted."""

    called: ClassVar[str] = "tools over SSH"

    present: tuple[str, ...] = ()

    def has(self, tool: str) -> bool | None:
        """Whether a program is there; None when it was not looked for."""
        if tool in self.present:
            return True
        return False if tool in ASKED or tool == SFTP else None


def parse(section: Section) -> ToolsReport:
    """The programs in a section.

    Raises:
        BadSection: the question was not answered.
    """
    said = list(rows(section))
    need(section, ("begun", "1") in said, "the question for tools", LIMIT_S)
    known = {*ASKED, SFTP}
    return ToolsReport(tuple(sorted({rest for word, rest in said if word == "has"} & known)))


PROBE = Probe(
    name="tools",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=ONCE_A_START,
    max_bytes=4096,
    report=ToolsReport,
    parse=parse,
)
