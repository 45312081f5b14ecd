"""The SSH host keys that a Pod's start printed into its own log.

The start script of RunPod's official images makes new host keys at each start and prints their
fingerprints, so the container log of `GET /v2/pods/{id}/logs`, read over TLS with the account's
key, tells which key the Pod must show. From start.sh (github.com/runpod/containers, read
2026-07-29)::

    ED25519 key fingerprint:
    256 SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDXoj5wb2wqDLHkKrM root@3c5v7b9n1m-64411f3b (ED25519)
    SSH host keys:
    Key: /etc/ssh/ssh_host_ed25519_key.pub
    256 SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDXoj5wb2wqDLHkKrM root@3c5v7b9n1m-64411f3b (ED25519)
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass

_HEAD: Final = re.compile(
    r"(?:RSA|DSA|ECDSA|ED25519) key fingerprint:|Key: /etc/ssh/ssh_host_\w{1,16}_key\.pub"
)
_FINGERPRINT: Final = re.compile(r"\d{3,5} (SHA256:[A-Za-z0-9+/]{43}) .{0,200}\([A-Z0-9-]{1,24}\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedKeys:
    """What one start of a Pod printed.

    Attributes:
        start: names the start; see `Pod.start`.
        fingerprints: as `ssh-keygen -l` prints them; empty for an image that prints none.
    """

    called: ClassVar[str] = "the host keys in the container log"

    start: str
    fingerprints: tuple[str, ...] = ()


def read_fingerprints(lines: Sequence[str]) -> tuple[str, ...]:
    """The fingerprints of host keys in a container log, each once, in the order printed.

    Only lines under the start script's own headings count: a Pod may print those of other keys.
    """
    found: dict[str, None] = {}
    is_headed = False
    for line in lines:
        match = _FINGERPRINT.fullmatch(line.strip())
        if match is not None and is_headed:
            found[match[1]] = None
        is_headed = _HEAD.fullmatch(line.strip()) is not None
    return tuple(found)
