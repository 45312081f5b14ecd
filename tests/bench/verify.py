"""How fast files are verified: every byte beside `sha256sum`, headers of a large file alone."""

import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, print_table

ROUNDS = 3
CONTENT = 512 << 20
HUGE = 10 * 10**9
CHILD = """
import json, resource, sys, time
from rgt_tui.verifiers._check import verify_file
from rgt_tui.verifiers import all_verifiers
all_verifiers()
began = time.perf_counter()
proof = verify_file(sys.argv[1], sys.argv[2], lambda count: None)
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([proof["verdict"], proof["level"], seconds, peak]))
"""


def safetensors(path: Path, size: int, *, sparse: bool) -> None:
    """A file of one tensor of so many bytes."""
    head = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        if sparse:
            file.truncate(8 + len(head) + size)
            return
        block = os.urandom(1 << 20)
        for _ in range(size >> 20):
            file.write(block)


def verified(path: Path, level: str) -> tuple[str, str, float, int]:
    """Verdict, level, seconds and peak memory of one verification, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), level], check=True, capture_output=True, text=True
    )
    verdict, reached, seconds, peak = json.loads(ran.stdout)
    return verdict, reached, seconds, peak


def sha256sum_s(path: Path) -> float:
    """Seconds that the program takes."""
    began = time.perf_counter()
    subprocess.run(["sha256sum", str(path)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        content, huge = Path(folder) / "a.safetensors", Path(folder) / "huge.safetensors"
        safetensors(content, CONTENT, sparse=False)
        safetensors(huge, HUGE, sparse=True)
        sha256sum_s(content)
        rounds = [(verified(content, "full"), sha256sum_s(content)) for _ in range(ROUNDS)]
        assert all(full[:2] == ("ok", "full") for full, _ in rounds)
        ratio = statistics.median(full[2] / other for full, other in rounds)
        full_s = statistics.median(full[2] for full, _ in rounds)
        structures = [verified(huge, "structure") for _ in range(ROUNDS)]
        assert all(one[:2] == ("ok", "structure") for one in structures), structures
    print_table(
        "verify",
        [
            Figure("full, time / sha256sum", ratio, 1 / 0.9, "x"),
            Figure("  of which: full", (CONTENT >> 20) / full_s, None, "MB/s"),
            Figure("structure of 10 GB", 1000 * max(s[2] for s in structures), 200.0, "ms"),
            Figure("  its peak memory", max(s[3] for s in structures) / 1e6, 64.0, "MB"),
        ],
    )


if __name__ == "__main__":
    main()
