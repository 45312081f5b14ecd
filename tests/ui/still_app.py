"""The console on a scene that stands still; `tests.ui.still` runs it.

SIGUSR1 changes one value of the first Pod, SIGUSR2 brings a new reading with equal values.
"""

import signal
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from rgt_tui.app import RgtApp
from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import PodList
from rgt_tui.panes import Scene
from tests.ui import scenes
from tests.ui.feeds import FixedFeed


def main() -> int:
    """Runs it until it is left."""
    name, *words = sys.argv[1:]
    options = dict(zip(words[::2], words[1::2], strict=True))  # no parser: starts are measured
    feed = _checklists() if name in ("checklist", "batch") else FixedFeed(_scene(name))
    signal.signal(signal.SIGUSR1, lambda *_: feed.put(dearer(feed.scene())))
    signal.signal(signal.SIGUSR2, lambda *_: feed.put(read_again(feed.scene())))
    wire: Literal["diff", "stock"] = "stock" if options.get("--wire") == "stock" else "diff"
    app = RgtApp(feed, wire=wire, start_pane=options.get("--pane", "pods"))
    app.run(mouse=False)
    return app.return_code or 0


def _checklists() -> FixedFeed:
    """The demo account; every Pod's terminate checklist is the same one."""
    from tests.ui import law  # the other scenes are started by the stopwatch
    from tests.ui.marks.marked import of

    feed = FixedFeed(law.scene())
    feed.ready = {pod.id: of(pod, law.gathering()) for pod in feed.scene().account.pods}
    return feed


def dearer(scene: Scene) -> Scene:
    """The scene after the newest Pod list brought another price for one Pod."""
    first, *others = scene.account.pods
    price = (first.cost_per_hour or Decimal(0)) + 1
    return _with_pods(scene, PodList((replace(first, cost_per_hour=price), *others)))


def read_again(scene: Scene) -> Scene:
    """The scene after the Pod list was read again and nothing had changed."""
    return _with_pods(scene, PodList(scene.account.pods))


def _with_pods(scene: Scene, pods: PodList) -> Scene:
    change = Change(PodList, Observed(pods, scene.now))
    return replace(scene, account=scene.account.after(change))


def _scene(name: str) -> Scene:
    word, _, number = name.partition(":")
    make = getattr(scenes, word)
    made: Scene = make(int(number)) if number else make()
    return made
