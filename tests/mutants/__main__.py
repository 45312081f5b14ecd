"""`make mutants`: changes what decides a terminate in small ways and counts how many its tests notice.

`python -m tests.mutants guard dossier` takes the mutants of these parts alone, `... guard --sample 60`
some of them. Prints each survivor; fails where a part is below 95 %.
"""

import argparse
import random
import sys
from collections.abc import Sequence

from tests.mutants.changes import Mutant, mutants
from tests.mutants.parts import EQUIVALENT, LEAST, PARTS
from tests.mutants.running import ROOT, run


def main(arguments: Sequence[str]) -> int:
    """Runs the mutants of parts; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("parts", nargs="*", help=f"{', '.join(PARTS)}; all of them when empty")
    parser.add_argument("--sample", type=int, help="no more of each part than this")
    parser.add_argument("--only", default="", help="those whose name holds this text")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}")
    ok = [_examine(it, options.sample, options.only) for it in options.parts or PARTS]
    return 0 if all(ok) else 1


def _examine(part: str, sample: int | None, only: str) -> bool:
    """Whether the tests of a part notice enough of its mutants."""
    found = [one for file in PARTS[part].files for one in mutants(ROOT, file)]
    names = {it.name for it in found}
    files = {it.file for it in found}
    for stale in (it for it in EQUIVALENT if it.split()[0] in files and it not in names):
        print(f"{part}: no such mutant any more: {stale}")
    chosen = [it for it in found if it.name not in EQUIVALENT and only in it.name]
    if sample is not None:
        chosen = random.Random(7).sample(chosen, min(sample, len(chosen)))
    left: list[Mutant] = []

    def told(one: Mutant, survives: bool) -> None:
        if survives:
            left.append(one)
            print(f"survived: {one.name}  (line {one.line})", flush=True)

    run(PARTS[part], chosen, told)
    killed = len(chosen) - len(left)
    share = killed / max(1, len(chosen))
    print(
        f"{part}: {killed} of {len(chosen)} mutants killed ({share:.1%}), of {len(found)}",
        flush=True,
    )
    return share >= LEAST


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
