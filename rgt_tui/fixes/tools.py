"""Installs tmux and rsync where the image lacks them: what detaches a run, and what copies it."""

from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.fixes import Fix, Remedy
from rgt_tui.probes.tools import ToolsReport

LIMIT_S: Final = 300.0
WANTED: Final = ("tmux", "rsync")


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    tools = account.about(pod.id).value(ToolsReport)
    if tools is None:
        return "what the image brings has not been read yet"
    missing = " ".join(name for name in WANTED if not tools.has(name))
    if not missing:
        return "tmux and rsync are there"
    if tools.has("apt-get"):
        script = (
            "set -eu\nexport DEBIAN_FRONTEND=noninteractive\napt-get update -qq\n"
            f"apt-get install -y -qq --no-install-recommends {missing}\n"
        )
    elif tools.has("apk"):
        script = f"set -eu\napk add --no-cache {missing}\n"
    else:
        return "the image has neither apt-get nor apk"
    return Remedy(
        doing=f"install {missing} on {pod.label}",
        said=(
            f"Installs {missing} with the image's own packager, onto the container disk.",
            "The next stop or restart wipes it: put it into the image or the start command for good.",
        ),
        script=f"{script}command -v {missing}\n",
        limit_s=LIMIT_S,
    )


FIX = Fix(
    name="tools",
    title="install tmux and rsync",
    codes=frozenset({"RP6", "RP13", "RP52"}),
    remedy=_remedy,
)
