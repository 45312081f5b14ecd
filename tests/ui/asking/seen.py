"""A scene in write mode in which what a stop loses has been seen."""

from dataclasses import replace

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.units import GIB
from rgt_tui.panes import Scene
from rgt_tui.probes._walk import DiskUse, Offender
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.sessions import SessionReport, TerminalSession
from tests.ui import money, scenes
from tests.values import NOW


def unlocked() -> Scene:
    """Write mode is on; files and sessions of the full Pod were listed."""
    scene = money.money()
    use = DiskUse(
        mount="/",
        is_whole=True,
        total_bytes=19 * GIB,
        files=31_204,
        folders=(Offender(path="/root/.cache/pip", size_bytes=9 * GIB, is_folder=True),),
        large_files=(Offender(path="/root/out/last.ckpt", size_bytes=4 * GIB),),
    )
    sessions = SessionReport(
        sessions=(TerminalSession(program="tmux", name="train"),), has_tmux=True
    )
    account = scene.account
    for report in (LargestReport((use,)), sessions):
        seen: Observed[object] = Observed(report, NOW - 40, "ssh")
        account = account.after(Change(type(report), seen, scenes.full_disk().id))
    return replace(scene, account=account, read_only=False, write_left_s=600.0)
