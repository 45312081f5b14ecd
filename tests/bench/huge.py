"""`structure` of ten gigabytes, format by format, in a new process as `rgt verify` starts one."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rgt_tui.verifiers._compose import BOOT, preamble_here
from tests.bench.figures import Figure, print_table
from tests.bench.huge_files import WRITERS

ROUNDS = 5
SECONDS, MEGABYTES = 0.2, 64.0
_ASKED = """
import json, os, subprocess, sys, time
began = time.perf_counter()
argv = [sys.executable, "-I", "-S", "-c", sys.argv[1]]
process = subprocess.Popen(argv, stdin=0, stdout=subprocess.PIPE)
lines = process.stdout.readlines()
_, _, used = os.wait4(process.pid, 0)
taken = time.perf_counter() - began
print(json.dumps([[json.loads(line) for line in lines], taken, used.ru_utime + used.ru_stime,
                  used.ru_maxrss / 1024]))
"""
"""Runs the verifier as the child of a small process: one's peak memory is at least its parent's."""


def asked(request: Mapping[str, object]) -> tuple[list[str], float, float, float]:
    """Verdicts, seconds from start to end, CPU seconds, and peak memory in MB of it or its children."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _ASKED, BOOT],
        input=preamble_here() + json.dumps(request).encode() + b"\n", capture_output=True, check=True,
    )  # fmt: skip
    answers, taken, cpu, peak = json.loads(ran.stdout)
    proofs = [one.get("file") or one["group"] for one in answers if "file" in one or "group" in one]
    said = [f"{proof['verdict']}: {proof['reason']}" for proof in proofs]
    return said, taken, cpu, peak


def main() -> None:
    """Prints the table."""
    preamble_here()
    empty = [asked({"op": "hello"}) for _ in range(ROUNDS)]
    start = min(one[1] for one in empty)
    figures = [Figure("the process alone", start, None, "s")]
    for name, write in WRITERS.items():
        with tempfile.TemporaryDirectory(prefix="rgt-huge-") as folder:
            path = write(Path(folder))
            request = {"op": "verify", "paths": [str(path)], "level": "structure"}
            pairs = [(asked({"op": "hello"}), asked(request)) for _ in range(ROUNDS)]
        rounds = [one for _, one in pairs]
        start = min(one[1] for one, _ in pairs)
        assert all(said.startswith("ok") for said in rounds[0][0]), (name, rounds[0][0])
        taken = min(one[1] for one in rounds)
        figures += [
            Figure(f"{name}: with its process", taken, None, "s"),
            Figure("  of which the structure", max(0.0, taken - start), SECONDS, "s"),
            Figure("  CPU, all of it", min(one[2] for one in rounds), None, "s"),
            Figure("  peak memory", max(one[3] for one in rounds), MEGABYTES, "MB"),
        ]
    print_table("Structure of a checkpoint of 10 GB", figures)


if __name__ == "__main__":
    main()
