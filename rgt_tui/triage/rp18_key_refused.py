"""RP18: the Pod's SSH server refuses our key.

Symptom: "Permission denied (publickey)", or ssh ignores a key file with loose permissions. Cause:
the Pod was made before the key was registered (existing Pods never learn a new one), without
startSsh, or another key is offered. Fix: offer the right key; for a new Pod register it before.
Source: OpenSSH, measured; RunPod documentation, SSH keys, read 2026-08-20.
"""

from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import (
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import reached_directly
from rgt_tui.facts import fault_of_ours, login_failed

_FAULTS: Final = ("ssh_auth", "ssh_no_key", "ssh_key_locked", "ssh_key_mode")
_OURS: Final = ("ssh_no_key", "ssh_key_locked", "ssh_key_mode")
"""Those that no Pod is to blame for."""


def _detect(subject: Subject) -> Verdict:
    failure = login_failed(subject.evidence, _FAULTS, "a try to log in")
    if not isinstance(failure, Failed):
        return failure
    ours = subject.for_all(_ours) if failure.code in _OURS else None
    if ours is not None:
        return Unknown((ours,))
    return Present((Said("ssh", failure.error, failure.at),))


def _ours(account: Account) -> str | None:
    return fault_of_ours(account, _OURS)


DETECTOR = Detector(
    code="RP18",
    title="SSH key refused",
    severity=Severity.WARNING,
    cause=(
        "The account's keys are put into a Pod when it starts. One made before the key was registered, or "
        "without startSsh, never learns it; and ssh may offer another key than the one you mean."
    ),
    fix=(
        "See which keys are offered: rgt-tui doctor; name the right one: --identity FILE, with IdentitiesOnly yes",
        "Get in by the gateway (rgt-tui ssh POD --transport proxy) or the web terminal and add the key: cat >> ~/.ssh/authorized_keys",
        "Loose permissions: chmod 600 the private key; on a network volume that cannot work, move it",
        "For new Pods: register the key first (web console, Settings), and create with startSsh",
    ),
    source="RunPod documentation, SSH keys, read 2026-08-20; OpenSSH 9, measured",
    needs=(PodList,),
    applies=reached_directly,
    detect=_detect,
    strings=(
        ("Permission denied (publickey).", "OpenSSH 9, measured 2026-11"),
        ("Permission denied (publickey,password).", "OpenSSH 7 to 9"),
        ("WARNING: UNPROTECTED PRIVATE KEY FILE!", "OpenSSH 9, measured 2026-11"),
        ("Too many authentication failures", "OpenSSH 7 to 9, when an agent offers many keys"),
    ),
    outdated=(
        (
            "copy the SSH command from the Connect tab",
            "REST v2 tells it since 2026-08: ssh.direct of the Pod, with host, port and user",
        ),
    ),
    text=(
        Rule(
            words="agent+refused",
            pattern=r"\bagent refused operation\b",
            reason="the key's agent did not sign",
        ),
        Rule(
            words="permission+again",
            pattern=r"^\W*Permission denied, please try again\.",
            reason="the server refused the login",
        ),
        Rule(
            words="ownership+modes",
            pattern=r"Authentication refused: bad ownership or modes",
            reason="sshd refuses the keys' folder by its permissions",
        ),
        Rule(
            words="publickey",
            pattern=r"Permission denied \([\w,-]*publickey[\w,-]*\)|\bpublickey\b.{0,40}\b(?:denied|rejected|refused|failed)",
            reason="the server took none of the keys",
        ),
        Rule(
            words="unprotected permissions ignored",
            pattern=r"UNPROTECTED PRIVATE KEY FILE|bad permissions|Permissions 0\d{3} for '[^']*' are too open|This private key will be ignored",
            reason="ssh ignores the key file: others may read it",
        ),
        Rule(
            words="authentication authentications authenticate auth",
            pattern=r"Too many authentication failures|No more authentication methods|no supported authentication methods|(?:paramiko|ssh)\S*.{0,40}AuthenticationException|Authentication failed\.?$|unable to authenticate, attempted methods|authentication (?:failed|failure) for (?:user )?'?root|ssh: handshake failed: ssh: unable to authenticate",
            reason="the server took none of the keys",
            unless=r"mysql|postgres|mongo|redis|smtp|ldap|http",
        ),
        Rule(
            words="password",
            pattern=r"^\s*root@[\w.-]+'s password:",
            reason="the server asks for a password: it took no key",
        ),
        Rule(
            words="key+load key+ssh identity permissiondenied permission+user",
            pattern=r'Load key "[^"]+": (?:bad|error|invalid|Permission|No such)|Warning: Identity file \S+ not accessible|\bssh key\b.{0,60}\b(?:refused|rejected|denied|not (?:accepted|recognized|recognised|working|added))|asyncssh\S*PermissionDenied|Permission denied for user root',
            reason="the key could not be used",
        ),
    ),
)
