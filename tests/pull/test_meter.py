"""What a pull tells of its rate counts what comes, and nothing that was here already."""

import time

from rgt_tui.clients.pull_meter import Meter
from rgt_tui.domain.pulling import PullProgress, Stage


def test_what_an_earlier_pull_brought_is_no_rate() -> None:
    told: list[PullProgress] = []
    meter = Meter(told.append)
    meter.begin(Stage.COPYING, files=1, content=10 << 30)
    meter.note(9 << 30)
    time.sleep(0.25)
    meter.came(1 << 20)
    last = told[-1]
    assert last.bytes_done == (9 << 30) + (1 << 20)
    assert last.rate is not None
    assert last.rate < 8 << 20
    assert last.seconds_left is not None
    assert last.seconds_left > 60
    assert meter.moved == 1 << 20
