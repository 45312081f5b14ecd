"""How a script on a Pod ended."""

from rgt_tui.domain.records import dataclass


@dataclass(frozen=True, slots=True)
class Ran:
    """The end of a script.

    Attributes:
        status: its exit status; None when the end was not seen: it may have done part of its work.
        said: the last of what it printed, cleaned.
    """

    status: int | None
    said: str
