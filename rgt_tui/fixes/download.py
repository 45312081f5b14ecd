"""Starts a stalled download of the Hugging Face hub again, with the current accelerator.

`HF_XET_HIGH_PERFORMANCE=1` since huggingface_hub 0.32 (hf-xet); `hf_transfer` is of the past.
The program is started again with its own arguments, folder and variables, which are read from
`/proc` by the new process itself: no value becomes an argument or a file.
"""

import re
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.fixes import Fix, Remedy
from rgt_tui.probes.processes import Process, ProcessReport

_DOWNLOAD: Final = re.compile(r"\b(?:hf|huggingface-cli)\b.*\bdownload\b")
_SCRIPT: Final = r"""
set -eu
exec python3 -I - @PID@ <<'END'
import os, signal, sys, time
pid = int(sys.argv[1])
def read(name):
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read()
def is_over():
    try:
        return read("stat").rpartition(b")")[2].split()[0] in b"ZX"
    except OSError:
        return True
words = read("cmdline").split(b"\0")[:-1]
if b"download" not in words:
    sys.exit("it is another program by now; nothing was done")
pairs = [pair.partition(b"=") for pair in read("environ").split(b"\0") if b"=" in pair]
env = {name: value for name, _, value in pairs}
env[b"HF_XET_HIGH_PERFORMANCE"] = b"1"
folder = os.readlink(f"/proc/{pid}/cwd")
program = os.readlink(f"/proc/{pid}/exe")
os.kill(pid, signal.SIGTERM)
for _ in range(100):
    time.sleep(0.1)
    if is_over():
        break
else:
    sys.exit("it does not end; nothing was started")
log = os.open("/tmp/rgt-download.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
if os.fork():
    print("started again; its output is in /tmp/rgt-download.log")
    sys.exit(0)
os.setsid()
os.chdir(folder)
null = os.open("/dev/null", os.O_RDONLY)
os.dup2(null, 0); os.dup2(log, 1); os.dup2(log, 2)
os.execve(program, words, env)
END
"""


def _downloading(report: ProcessReport | None) -> Process | None:
    if report is None:
        return None
    return next((it for it in report.processes if _DOWNLOAD.search(it.args)), None)


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    process = _downloading(account.about(pod.id).value(ProcessReport))
    if process is None:
        return "no `hf download` runs there"
    return Remedy(
        doing=f"start the download of {pod.label} again",
        said=(
            f"Ends pid {process.pid}: {process.args}",
            "Starts it again with HF_XET_HIGH_PERFORMANCE=1, in its folder, with its own variables.",
            "It goes on from the files that are complete; half-written ones are fetched again.",
        ),
        script=_SCRIPT.replace("@PID@", str(process.pid)),
    )


FIX = Fix(
    name="download",
    title="start the stalled download again, faster",
    codes=frozenset({"RP38", "RP39"}),
    remedy=_remedy,
)
