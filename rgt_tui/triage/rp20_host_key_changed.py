"""RP20: the server behind the Pod's address shows another host key.

Symptom: "REMOTE HOST IDENTIFICATION HAS CHANGED!". Cause: a Pod makes new host keys at each start,
and RunPod gives ip:port pairs to other Pods; rarely it is somebody in between. Fix: trust a key
per Pod and start, and compare it with the fingerprints in the boot log.
Source: OpenSSH, measured; RunPod containers, start.sh, read 2026-07-29 (keys are made at boot and
their fingerprints printed).
"""

from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import (
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import reached_directly
from rgt_tui.facts import login_failed


def _detect(subject: Subject) -> Verdict:
    failure = login_failed(subject.evidence, ("ssh_host_key_changed",), "a try to log in")
    if not isinstance(failure, Failed):
        return failure
    return Present((Said("ssh", failure.error, failure.at),))


DETECTOR = Detector(
    code="RP20",
    title="Host key changed",
    severity=Severity.WARNING,
    cause=(
        "A Pod makes new host keys at each start, and its ip:port may have been another Pod's before: ssh then "
        "sees a changed key. Within one start of one Pod a changed key means that somebody is in between."
    ),
    fix=(
        "Compare the key with the fingerprints that the container log prints at boot: rgt-tui logs POD",
        "This program trusts a key per Pod and start: a new start is a new trust. Do not switch the check off",
        "For ssh itself: ssh-keygen -R '[IP]:PORT', then connect and compare the fingerprint before saying yes",
        "Where they differ within one start: do not log in; stop the Pod (rgt-tui stop POD) and tell RunPod",
    ),
    source="RunPod containers, start.sh, read 2026-07-29; OpenSSH 9, measured",
    needs=(PodList,),
    applies=reached_directly,
    detect=_detect,
    strings=(
        ("WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!", "OpenSSH 9, measured 2026-11"),
        ("Host key verification failed.", "OpenSSH 9, measured 2026-11"),
    ),
    text=(
        Rule(
            words="nasty",
            pattern=r"someone is doing something nasty",
            reason="SSH met another host key than it knew",
        ),
        Rule(
            words="key+known",
            pattern=r"No \S+ host key is known for \S+ and you have requested strict checking",
            reason="SSH knows no host key of this server",
        ),
        Rule(
            words="identification",
            pattern=r"REMOTE HOST IDENTIFICATION HAS CHANGED",
            reason="the server shows another host key than before",
        ),
        Rule(
            words="key hostkeynotverifiable badhostkeyexception badhostkey offending",
            pattern=r"Host key verification failed|host key (?:for \S+ )?(?:has changed|mismatch|does not match|is not trusted|changed)|Offending \w+ key in|\bBadHostKeyException\b|\bHostKeyNotVerifiable\b|ssh: handshake failed: knownhosts: key mismatch|DNS SPOOFING DETECTED",
            reason="the server shows another host key than before",
            unless=r"Permanently added",
        ),
    ),
)
