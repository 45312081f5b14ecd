"""Leave to delete one Pod, once, within a short time.

A permit names the Pod, the start of it that was examined, and a digest of the evidence on which
leave was given. The transport's gate asks for it at the moment of sending and uses it up, so
that neither a repeated key press nor a retry can send a second DELETE.

Nothing in this version issues permits: the constructor wants a token that stays in this module.
The checklist that proves that a Pod's work is safe will be the only issuer.
"""

from typing import Final, NoReturn

from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.units import PodId, is_pod_id

_ISSUER: Final = object()
"""Who holds this may make permits. It is not exported on purpose."""
LIFE_MAX_S: Final = 60.0
"""The longest life of a permit; evidence older than that may be wrong."""


class Permit:
    """Leave to delete one Pod. Single use; it can be neither copied nor pickled.

    Attributes:
        pod_id: the only Pod it is for.
        incarnation: the start of the Pod that was examined, as `Pod.start` gives it.
        digest: of the evidence, for the journal.
        expires_at: in seconds of the monotonic clock.
    """

    __slots__ = ("_spent", "digest", "expires_at", "incarnation", "pod_id")

    def __init__(
        self, issuer: object, *, pod_id: PodId, incarnation: str, digest: str, expires_at: float
    ) -> None:
        if issuer is not _ISSUER:
            raise GuardRefused("only the terminate checklist can issue a permit")
        if not is_pod_id(pod_id):
            raise GuardRefused("a permit needs the id of one Pod")
        self.pod_id: Final = pod_id
        self.incarnation: Final = incarnation
        self.digest: Final = digest
        self.expires_at: Final = expires_at
        self._spent = False

    def why_not(self, pod_id: str, now: float) -> str | None:
        """The reason why it does not allow deleting `pod_id` at `now`; None when it does.

        Args:
            pod_id: the Pod that is about to be deleted.
            now: seconds of the monotonic clock.
        """
        if pod_id != self.pod_id:
            return f"the permit is for Pod {self.pod_id}"
        if self._spent:
            return "the permit was used already"
        if not now < self.expires_at:
            return "the permit has expired"
        if self.expires_at - now > LIFE_MAX_S:
            return "the permit lives longer than any permit may"
        return None

    def spend(self, pod_id: str, now: float) -> None:
        """Uses the permit up.

        Raises:
            GuardRefused: it is for another Pod, was used, or has expired.
        """
        reason = self.why_not(pod_id, now)
        if reason is not None:
            raise GuardRefused(
                f"Pod {pod_id} is not deleted: {reason}", hint="Go through the checklist again."
            )
        self._spent = True

    def __repr__(self) -> str:
        return f"Permit({self.pod_id}, spent={self._spent})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a permit is neither copied nor pickled: it would be used twice")
