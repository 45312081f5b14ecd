"""Leave to delete one Pod, once, within a short time.

Only a finished checklist gives one (`issue`), and only one. It names the Pod, the start of it that
was examined, a digest of the manifest and one of all evidence. The transport's gate asks for it at
the moment of sending and uses it up, so that neither a repeated key press nor a retry can send a
second DELETE; the journal has written its number down before, so that no later run can either. It
is void as soon as the checklist it came from changes.

The constructor wants a token that stays in this module; a test of the sources makes sure.
"""

import secrets
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId, is_pod_id
from rgt_tui.guard.kind import Kind

if TYPE_CHECKING:
    from rgt_tui.guard.checklist import Checklist

_ISSUER: Final = object()
"""Who holds this may make permits. It is not exported on purpose."""
LIFE_MAX_S: Final = 30.0
"""The longest life of a permit; evidence older than that may be wrong."""


class Holder(Protocol):
    """What a permit came from and rests on."""

    def why_not(self, digest: str) -> str | None:
        """Why evidence of that digest no longer stands; None when it does."""

    def take(self, digest: str) -> str | None:
        """The same, and where it stands the request counts as sent from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a permit is bound to.

    Attributes:
        pod_id: the only Pod it is for.
        incarnation: the start of the Pod that was examined, as `Pod.start` gives it.
        manifest: digest of the files that were listed.
        digest: of all evidence, waivers and the approval.
        kind: what `pod_id` is the id of.
    """

    pod_id: PodId
    incarnation: str
    manifest: str
    digest: str
    kind: Kind = Kind.POD


class Permit:
    """Leave to delete one Pod. Single use; it can be neither copied nor pickled.

    Attributes:
        grounds: what it is bound to.
        nonce: its number, which the journal writes down once.
        expires_at: in seconds of the guard's clock.
    """

    __slots__ = ("_holder", "_void", "expires_at", "grounds", "nonce")

    def __init__(
        self, issuer: object, grounds: Grounds, *, expires_at: float, holder: Holder
    ) -> None:
        if issuer is not _ISSUER:
            raise GuardRefused("only the terminate checklist can issue a permit")
        if not is_pod_id(grounds.pod_id):
            raise GuardRefused("a permit needs the id of one Pod")
        if grounds.kind.why_never is not None:
            raise GuardRefused(f"no permit is given: {grounds.kind.why_never}")
        self.grounds: Final = grounds
        self.nonce: Final = secrets.token_hex(16)
        self.expires_at: Final = expires_at
        self._holder: Final = holder
        self._void = ""

    @property
    def pod_id(self) -> PodId:
        """The only Pod it is for."""
        return self.grounds.pod_id

    @property
    def path(self) -> str:
        """The only address that may be asked to delete something with it."""
        return self.grounds.kind.path_of(self.pod_id)

    def why_not(self, pod_id: str, now: float, kind: Kind = Kind.POD) -> str | None:
        """The reason why it does not allow deleting `pod_id` at `now`; None when it does.

        Args:
            pod_id: the Pod, or whatever else, that is about to be deleted.
            now: seconds of the guard's clock.
            kind: what that is.
        """
        if kind is not self.grounds.kind:
            return f"the permit is for a {self.grounds.kind} and not for a {kind}"
        if pod_id != self.pod_id:
            return f"the permit is for {self.grounds.kind} {self.pod_id}"
        if self._void:
            return self._void
        if not now < self.expires_at:
            return "the permit has expired"
        if self.expires_at - now > LIFE_MAX_S:
            return "the permit lives longer than any permit may"
        return self._holder.why_not(self.grounds.digest)

    def spend(self, pod_id: str, now: float, kind: Kind = Kind.POD) -> None:
        """Uses the permit up.

        Raises:
            GuardRefused: it is for another Pod, was used, is void, or has expired.
        """
        reason = self.why_not(pod_id, now, kind) or self._holder.take(self.grounds.digest)
        if reason is not None:
            raise GuardRefused(
                f"{kind} {pod_id} is not deleted: {reason}", hint="Go through the checklist again."
            )
        self._void = "the permit was used already"

    def revoke(self, reason: str) -> None:
        """Makes it void for good."""
        self._void = self._void or f"the permit is void: {reason}"

    def __repr__(self) -> str:
        return f"Permit({self.pod_id}, {self._void or 'live'})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a permit is neither copied nor pickled: it would be used twice")


def issue(checklist: "Checklist", now: float, holder: Holder) -> Permit:
    """The permit of a finished checklist.

    Args:
        checklist: as it is.
        now: seconds of the guard's clock.
        holder: says at the moment of sending whether the checklist is still this one.

    Raises:
        GuardRefused: the checklist is not finished, or something in it has expired.
    """
    reason = checklist.why_not_permitted(now)
    if reason is not None or checklist.fenced_at is None:
        raise GuardRefused(
            f"{checklist.dossier.binding.kind} {checklist.pod} is not deleted: {reason}",
            hint="Go through the checklist again.",
        )
    binding = checklist.dossier.binding
    grounds = Grounds(
        pod_id=checklist.pod,
        incarnation=binding.incarnation.start,
        manifest=binding.manifest,
        digest=checklist.digest,
        kind=binding.kind,
    )
    expires_at = checklist.fenced_at + LIFE_MAX_S
    return Permit(_ISSUER, grounds, expires_at=expires_at, holder=holder)
