"""Where no pull may put anything: the folders of this program.

A file of a Pod there could stand for host keys, settings, the journal or what is held.
"""

import os
from collections.abc import Iterable
from typing import Final

from rgt_tui import places
from rgt_tui.domain.pulling import PullError, PullFault
from rgt_tui.domain.text import clean

KINDS: Final = ("config", "state", "cache")


def refuse_own(to: str, landings: Iterable[str], holds: str) -> None:
    """Makes sure that nothing lands in, or in place of, a folder of this program. Blocks.

    Args:
        to: absolute path of the target.
        landings: relative paths below it.
        holds: where hard links are kept.

    Raises:
        PullError: something would.
    """
    own = sorted({os.path.realpath(path) for path in (*map(places.folder, KINDS), holds)})
    target = os.path.realpath(to)
    for landing in landings:
        path = os.path.normpath(os.path.join(target, landing))
        met = next((one for one in own if _is_within(path, one) or _is_within(one, path)), None)
        if met is not None:
            said = f"{clean(path, 300)} cannot be filled from a Pod: rgt-tui keeps its own files in {clean(met, 300)}"
            raise PullError(
                PullFault.NOT_WRITABLE, said, hint="Name a folder of your own with --to"
            )


def _is_within(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder
