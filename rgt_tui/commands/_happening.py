"""One thing that happened, as `watch` prints it and alerts carry it."""

from collections.abc import Mapping
from typing import Any, Final

from rgt_tui.domain.finding import Severity
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId, rfc3339

ACCOUNT: Final = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened.

    Attributes:
        at: when it was seen, Unix seconds.
        event: its word, for instance `pod_gone`.
        severity: how bad it is; of what has ended, how bad it was.
        pod: whom it is about; None for the account.
        name: of that Pod.
        text: one sentence for people.
        facts: what else is known of it, as JSON knows values.
    """

    at: float
    event: str
    severity: Severity
    text: str
    facts: Mapping[str, Any]
    pod: PodId | None = None
    name: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Its line, without the schema's number."""
        return {
            "at": rfc3339(self.at),
            "event": self.event,
            "pod": self.pod,
            "name": self.name,
            "severity": self.severity.word,
            "text": self.text,
            **self.facts,
        }
