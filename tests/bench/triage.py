"""Recall on the corpus, the speed of the classifier and of the detectors.

Times are CPU seconds of one core, the best of three.
"""

import hashlib
import time
from collections.abc import Callable, Iterator

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.readiness import Answered
from rgt_tui.domain.text import clean_lines
from rgt_tui.domain.units import GIB
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuReport
from rgt_tui.triage import Examiner, all_detectors, classify
from tests.bench.figures import Figure, print_table
from tests.shared import FOLDER
from tests.triage.test_rp11_container_disk_full import overlay, volume_disk
from tests.values import NOW, a_pod, an_account, having

LINES = 200_000
PODS = 1_000
MISSION = {f"RP{number}" for number in range(1, 14)}
CORPUS = FOLDER / "symptoms" / "corpus"
_MIX = (
    "2026-11-20T10:00:01Z step {n} loss 1.8831 lr 2.1e-5 tok/s 51.2k gpu mem 71.2 GB",
    " 42%|████▏     | {n}/100000 [11:23<15:39,  1.62s/it]",
    "INFO 11-20 10:00:00 engine.py:112] Avg prompt throughput: {n} tokens/s, running: 3 reqs",
    '{{"level":"info","msg":"GET /health 200","ms":{n}}}',
    "Saving model checkpoint to /workspace/out/checkpoint-{n}",
)


def log(lines: int) -> Iterator[str]:
    """A log of a healthy run, with one line in a thousand that some rule has to look at."""
    for number in range(lines):
        if number % 1000 == 7:
            yield "WARNING: connection refused by worker, no space in queue, retry"
        else:
            yield _MIX[number % len(_MIX)].format(n=number)


def unlike(lines: int) -> list[str]:
    """A log in which no line is like another: each has two new ids of its own."""
    ids = [hashlib.sha256(b"%d" % number).hexdigest()[:24] for number in range(lines + 1)]
    return [f"INFO worker {ids[n]} handled {ids[n + 1]} in {n} ms" for n in range(lines)]


def best(act: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds of the fastest round."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return min(taken)


def recall() -> list[Figure]:
    """Shares of the corpus that are missed, and files of benign text that find something."""
    seen = {True: [0, 0], False: [0, 0]}
    false = 0
    for path in sorted(CORPUS.glob("*/*.txt")):
        text = path.read_bytes().decode("utf-8", errors="replace")
        found = {finding.code for finding in classify(clean_lines(text), NOW)}
        code = path.parent.name.split("-")[0]
        if code == "benign":
            false += bool(found)
            continue
        counts = seen[code in MISSION]
        counts[0] += code not in found
        counts[1] += 1
    return [
        Figure("missed of RP1-RP13", seen[True][0] / max(1, seen[True][1]), 0.02),
        Figure("missed of RP14-RP49", seen[False][0] / max(1, seen[False][1]), 0.08),
        Figure("benign files in which something is found", false, 0),
    ]


def fleet() -> Account:
    """A thousand Pods of which disks, GPUs and logs were read, each with figures of its own."""
    pods = [a_pod(id=f"pod{number}", name=f"train-{number}") for number in range(PODS)]
    account = an_account(*pods)
    for number, pod in enumerate(pods):
        disks = (overlay(2 + number % 97 / 7), volume_disk(9 + number % 89 / 3))
        account = having(account, pod, DiskReport(disks))
        account = having(account, pod, GpuReport(gpus=(gpu(number),)))
        account = having(account, pod, LogSigns(), source="log")
    return account


def silent_fleet() -> Account:
    """A thousand Pods of which none answers: whose fault that is has to be asked of all of them."""
    pods = [a_pod(id=f"pod{number}", name=f"train-{number}") for number in range(PODS)]
    account = an_account(*pods)
    for pod in pods:
        account = account.after(Change(Answered, Failed("no answer", NOW, "ssh_timeout"), pod.id))
    return account


def gpu(number: int) -> Gpu:
    """A GPU at work."""
    return Gpu(
        index=0,
        uuid=f"GPU-{number}",
        name="NVIDIA A100 80GB PCIe",
        util_percent=60.0 + number % 40,
        memory_used_bytes=(20 + number % 50) * GIB,
        memory_total_bytes=80 * GIB,
        temperature_c=61.0,
        power_w=200.0 + number % 90,
        power_limit_w=300.0,
    )


def main() -> None:
    """Prints the table."""
    lines = list(log(LINES))
    counting = best(lambda: sum(1 for _ in lines))
    reading = best(lambda: classify(lines, NOW))
    ids = unlike(LINES)
    strange = best(lambda: classify(ids, NOW))
    account = fleet()
    first = best(lambda: Examiner(all_detectors()).examine(account, NOW))
    silent = silent_fleet()
    dark = best(lambda: Examiner(all_detectors()).examine(silent, NOW))
    kept = Examiner(all_detectors())
    kept.examine(account, NOW)
    asked = kept.asked
    still = best(lambda: kept.examine(account, NOW + 5))
    print_table(
        "triage",
        [
            *(recall() if CORPUS.exists() else []),
            Figure(
                "classifier, microseconds a line (5 = 200,000/s)", reading / LINES * 1e6, 5.0, "us"
            ),
            Figure("  where no line is like another", strange / LINES * 1e6, None, "us"),
            Figure("  of which: counting the lines", counting / LINES * 1e6, None, "us"),
            Figure("all detectors over 1,000 Pods", first * 1000, 100.0, "ms"),
            Figure("  where no Pod answers", dark * 1000, 100.0, "ms"),
            Figure("a tick in which nothing changed, 1,000 Pods", still * 1000, None, "ms"),
            Figure("  subjects examined anew in it", kept.asked - asked, 0),
        ],
    )


if __name__ == "__main__":
    main()
