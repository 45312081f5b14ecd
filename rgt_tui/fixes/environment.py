"""Shows which variables of the Pod a shell over SSH lacks, and how a command gets them safely."""

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.fixes import Fix, Remedy
from rgt_tui.probes.environment import EnvironmentReport


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    report = account.about(pod.id).value(EnvironmentReport)
    missing = report.missing if report is not None else None
    if report is None or missing is None:
        return "the names of its variables have not been read yet"
    if not missing:
        return "a shell over SSH has every variable of the Pod"
    if report.has_export_file:
        load = "set -a; . /etc/rp_environment; set +a"
    else:
        load = "while IFS= read -r -d '' it; do export \"$it\"; done </proc/1/environ   # bash"
    return Remedy(
        doing=f"give shells of {pod.label} its variables",
        said=(
            f"Missing in a shell over SSH: {', '.join(missing)}. Their values are not read by this console.",
            "Put the line before the command that needs them; it writes nothing.",
            "Never write the values to a shared volume: every Pod that mounts it reads them there.",
        ),
        shown=(load,),
    )


FIX = Fix(
    name="environment",
    title="variables that SSH shells lack, and how to load them",
    codes=frozenset({"RP12"}),
    remedy=_remedy,
)
