"""What `watch` and `export` cost beside the engine: a look at many Pods, a scrape of them.

Times are CPU seconds of one core, the best of three.
"""

import itertools
from dataclasses import replace
from decimal import Decimal

from rgt_tui.commands._changes import Changes
from rgt_tui.commands._metrics import metrics_of, text_of
from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.money import Balance
from rgt_tui.domain.volume import VolumeList
from rgt_tui.panes import Scene
from rgt_tui.sources import Watched
from rgt_tui.triage import Examiner, all_detectors, open_findings
from tests.bench.figures import Figure, print_table
from tests.bench.triage import PODS, best, fleet
from tests.values import NOW


def scene() -> Scene:
    """A fleet of which everything was read and examined."""
    money = Balance(balance=Decimal(500), spend_per_hour=Decimal(1))
    account = fleet().after(Change(Balance, Observed(money, NOW)))
    account = account.after(Change(VolumeList, Observed(VolumeList(()), NOW)))
    findings = open_findings(Examiner(all_detectors()).examine(account, NOW))
    return Scene(account=account, findings=findings, now=NOW)


def main() -> None:
    """Prints the table."""
    seen = scene()
    changes = Changes(Watched(shells=False))
    seconds = itertools.count()

    def look() -> None:
        """What `watch` does after each change of the state."""
        changes.after(replace(seen, now=NOW + next(seconds)))

    for _ in range(3):
        look()
    assert changes.has_begun
    taken = best(look)
    scraped = best(lambda: text_of(metrics_of(seen)))
    size = len(text_of(metrics_of(seen)))
    print_table(
        "watch and export",
        [
            Figure(f"a look at {PODS} Pods without news", taken * 1000, None, "ms"),
            Figure(f"a scrape of {PODS} Pods", scraped * 1000, None, "ms"),
            Figure("  its text", size / 1024, None, "KiB"),
        ],
    )


if __name__ == "__main__":
    main()
