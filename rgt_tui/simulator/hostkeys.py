"""SSH host keys, derived from the world's seed.

A Pod gets new ones at every start because `/etc` lies on the container disk. Deriving them
keeps the fingerprints in a boot log the same from one run of a frozen world to the next.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

_P256_ORDER_FLOOR = 2**255


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKey:
    """One private host key and how `ssh-keygen -lf` names it."""

    private_pem: bytes
    fingerprint: str
    bits: int
    kind: str
    file: str

    def listing(self, host: str) -> str:
        """The line `ssh-keygen -lf` prints."""
        return f"{self.bits} {self.fingerprint} root@{host} ({self.kind})"


@lru_cache(maxsize=1024)
def derive(seed: str) -> tuple[HostKey, ...]:
    """The ECDSA and ED25519 host keys that belong to `seed`, in the order of their files."""
    digest = hashlib.sha256(seed.encode()).digest()
    curve = ec.derive_private_key(int.from_bytes(digest) % _P256_ORDER_FLOOR + 1, ec.SECP256R1())
    edwards = ed25519.Ed25519PrivateKey.from_private_bytes(digest)
    return (
        _describe(curve, "ECDSA", "/etc/ssh/ssh_host_ecdsa_key.pub"),
        _describe(edwards, "ED25519", "/etc/ssh/ssh_host_ed25519_key.pub"),
    )


def _describe(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, kind: str, file: str
) -> HostKey:
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    blob = base64.b64decode(public.split()[1])
    digest = base64.b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return HostKey(
        private_pem=private, fingerprint=f"SHA256:{digest}", bits=256, kind=kind, file=file
    )
