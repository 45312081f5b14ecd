"""A figure that swings around its limit raises a symptom once, and clears it once, in the timeline too."""

from pathlib import Path

from rgt_tui.clients.history import HistoryBook
from rgt_tui.probes.df import DiskReport
from rgt_tui.triage import Examiner, Standing, all_detectors
from rgt_tui.triage._news import loud
from tests.triage.test_rp11_container_disk_full import overlay
from tests.values import NOW, a_pod, an_account, having

EVERY_S = 10.0
SWINGS = 60
FULL, ROOMY = 19.2, 18.9
"""GiB of 20: 96 % and 94.5 %, either side of the limit."""


async def test_ten_minutes_around_the_limit_are_one_spell_and_two_lines_of_the_timeline(
    tmp_path: Path,
) -> None:
    pod, account = a_pod(), an_account(a_pod())
    examiner, standing = Examiner(all_detectors()), Standing()
    shown: list[bool] = []
    async with HistoryBook(tmp_path / "history.sqlite") as book:

        async def tick(used: float, at: float) -> None:
            nonlocal account
            account = having(account, pod, DiskReport((overlay(used),)), at=at)
            everything = standing.after(examiner.examine(account, at), at)
            shown.append((pod.id, "RP11") in loud(standing.open))
            await book.conclude(everything, at)

        for swing in range(SWINGS):
            await tick(FULL if swing % 2 == 0 else ROOMY, NOW + swing * EVERY_S)
        assert shown == [True] * SWINGS
        over = NOW + SWINGS * EVERY_S
        for tock in range(5):
            await tick(ROOMY, over + tock * EVERY_S)
        spells = [spell for spell in await book.spells(pod.id) if spell.code == "RP11"]
        told = [each.kind for each in await book.timeline(pod.id) if "RP11" in each.text]
    assert [(spell.raised_at, spell.cleared_at) for spell in spells] == [(NOW, over + 2 * EVERY_S)]
    assert told == ["cleared", "raised"]
    assert shown[SWINGS:] == [True, True, False, False, False]
