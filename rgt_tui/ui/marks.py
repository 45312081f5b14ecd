"""The Pods that a person has marked: one by one, or from the last mark to the cursor."""

from collections.abc import Sequence
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.units import PodId

_NO_POD: Final = "there is no Pod on this row"


class Marks:
    """The marked Pods and the start of each; another start is another question."""

    def __init__(self) -> None:
        self._starts: dict[PodId, str] = {}
        self._last: PodId | None = None

    def __bool__(self) -> bool:
        return bool(self._starts)

    def of(self, account: Account) -> tuple[PodId, ...]:
        """Those that are still what they were, in the order of the account."""
        return tuple(pod.id for pod in account.pods if self._starts.get(pod.id) == pod.start)

    def turn(self, row: PodId | None, account: Account) -> str | None:
        """Marks the Pod of a row, or takes its mark away; why not, where there is none."""
        pod = account.pod(row) if row is not None else None
        if pod is None:
            return _NO_POD
        if self._starts.pop(pod.id, None) is None:
            self._starts[pod.id] = pod.start
        self._last = pod.id
        return None

    def reach(
        self, row: PodId | None, rows: Sequence[PodId | None], account: Account
    ) -> str | None:
        """Marks all from the last mark to a row, as they are listed; why not, where it cannot.

        Args:
            row: the Pod under the cursor.
            rows: the Pods of the rows in their order; None for a row without one.
            account: what the Pods are now.
        """
        if row not in rows or row is None:
            return _NO_POD
        if self._last is None or self._last not in rows or self._last not in self._starts:
            return "no row is marked that a range could begin at: Space marks one"
        first, last = sorted((rows.index(self._last), rows.index(row)))
        for one in rows[first : last + 1]:
            found = account.pod(one) if one is not None else None
            if found is not None:
                self._starts[found.id] = found.start
        self._last = row
        return None

    def clear(self) -> None:
        """Takes all marks away."""
        self._starts.clear()
        self._last = None
