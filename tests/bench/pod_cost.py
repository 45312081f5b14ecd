"""CPU that a tick costs the Pod, of the loop and all it starts: this machine stands in for one."""

import shutil
import subprocess
import sys

from tests.bench.figures import Figure, print_table
from tests.shared import ROOT

TICKS = 20

SCRIPT = """
import ctypes, os, resource, subprocess, sys
from rgt_tui.probes import EACH_TICK, all_probes
from rgt_tui.probes._frames import Frames
from rgt_tui.probes._script import resident

ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what is left behind is counted as well
shell = sys.argv[2]
script = resident(all_probes(), shell=shell)
names = [probe.name for probe in all_probes() if probe.every_s == EACH_TICK]
frames, pipe = Frames(script), subprocess.PIPE
loop = subprocess.Popen([shell, "-s"], stdin=pipe, stdout=pipe, start_new_session=True)

def say(text):
    loop.stdin.write(text.encode())
    loop.stdin.flush()

say(script.text)
while not frames.is_up:  # until then the shell reads ahead
    frames.feed(os.read(loop.stdout.fileno(), 65536))
for tick in range(1, int(sys.argv[1]) + 1):
    frames.expect(tick, names)
    say(f"{tick} {' '.join(names)}\\n")
    while not frames.is_done:
        frames.feed(os.read(loop.stdout.fileno(), 65536))
    say("\\n")
loop.stdin.close()
try:
    while True:
        os.wait()
except ChildProcessError:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime)
"""


def main() -> None:
    """Prints the table."""

    def used(ticks: int, shell: str) -> float:
        argv = [sys.executable, "-c", SCRIPT, str(ticks), shell]
        told = subprocess.run(argv, check=True, capture_output=True, text=True, cwd=ROOT)
        return float(told.stdout)

    figures = [
        Figure(
            f"CPU of a tick by {shell}, all processes, statics read",
            1000 * (used(TICKS, shell) - used(0, shell)) / TICKS,
            80,
            "ms",
        )
        for shell in filter(None, map(shutil.which, ("sh", "bash")))
    ]
    print_table("on the Pod", figures)


if __name__ == "__main__":
    main()
