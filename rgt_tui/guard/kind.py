"""What a checklist can be about: a Pod, a network volume, or a cluster, which has no road yet."""

from enum import StrEnum


class Kind(StrEnum):
    """A thing that can be deleted for good."""

    POD = "Pod"
    VOLUME = "network volume"
    CLUSTER = "cluster"

    def path_of(self, thing: str) -> str:
        """The one address that deletes it (RunPod REST v2)."""
        return f"/v2/{_FOLDERS[self]}/{thing}"

    @property
    def why_never(self) -> str | None:
        """Why no permit for it is ever given, and what to do instead; None where one can be."""
        return _NEVER if self is Kind.CLUSTER else None


_FOLDERS = {Kind.POD: "pods", Kind.VOLUME: "network-volumes", Kind.CLUSTER: "clusters"}
_NEVER = (
    "a cluster is deleted with all its members at once, and nothing here proves all of them together: "
    "pull and verify each member's work, then delete the cluster in RunPod's own console"
)
