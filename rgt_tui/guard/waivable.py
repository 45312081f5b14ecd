"""Which lines of the terminate checklist a person may waive, by name: for the configuration.

It holds names alone, since the program's start reads them; `guard.checklist` is loaded much later.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the start can spare it
    from rgt_tui.guard.checklist import Policy

NAMES: Final = ("blast radius", "durable", "loads", "quiet")
"""What may be waived unless the configuration says less."""
NEVER: Final = ("identity", "approval", "fence")
"""What never is: no setting changes that."""


def policy_of(names: tuple[str, ...] | None) -> "Policy":
    """The policy in which these lines may be waived; None is the default."""
    from rgt_tui.guard.checklist import Policy
    from rgt_tui.guard.items import WAIVABLE, Item

    if names is None:
        return Policy()
    return Policy(waivable=WAIVABLE & {Item(name) for name in names if name in NAMES})
