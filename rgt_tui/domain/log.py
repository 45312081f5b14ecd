"""Lines of a Pod's log as the API streams them."""

from rgt_tui.domain.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line.

    Attributes:
        at: when it was written, Unix seconds; a line without a time has that of the line before.
        source: `container` or `system`, as sent.
        text: cleaned.
        cursor: the service's own id of the line, opaque; empty when it sent none.
    """

    at: float
    source: str
    text: str
    cursor: str = ""
