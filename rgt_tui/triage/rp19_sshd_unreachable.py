"""RP19: nothing answers on the Pod's SSH port.

Symptom: "Connection refused", "Connection timed out during banner exchange". Cause: sshd is not
up yet, the image has none, or the port is of an earlier start (each start gives a new one). Fix:
wait 90 seconds, read the port anew, then look for sshd.
Source: OpenSSH, measured; runpod-python#337; RunPod documentation, SSH, read 2026-08-20.
"""

from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import (
    Absent,
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
from rgt_tui.domain.units import show_duration
from rgt_tui.domain.whom import living_and_reached
from rgt_tui.facts import fault_of_ours, listed_at, login_failed, uptime_s

PATIENCE_S: Final = 90.0
"""How long sshd of official images may take after the container has started."""
_FAULTS: Final = ("ssh_refused", "ssh_timeout", "ssh_reset", "ssh_not_ssh")
_OURS: Final = ("ssh_timeout", "ssh_dns")
"""What is seen of every Pod while our own network is away; who refuses has been reached."""


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    failure = login_failed(subject.evidence, _FAULTS, "a try to connect")
    if not isinstance(failure, Failed):
        return failure
    up = uptime_s(pod)
    if up is not None and up < PATIENCE_S:
        return Absent(f"its container is only {show_duration(up)} old")
    ours = subject.for_all(_ours)
    if ours is not None:
        return Unknown((ours,))
    at = listed_at(subject.account)
    return Present(
        (
            Said("ssh", failure.error, failure.at),
            Said("api", f"up for {show_duration(up)}, ssh.direct is given", at),
        )
    )


def _ours(account: Account) -> str | None:
    return fault_of_ours(account, _OURS)


DETECTOR = Detector(
    code="RP19",
    title="SSH port does not answer",
    severity=Severity.WARNING,
    cause=(
        "The API gives an address, but nothing listens there: sshd is not up yet or not in the image, or the "
        "port is that of an earlier start. Each stop and start maps another port."
    ),
    fix=(
        "Wait 90 seconds after the start, then read the port anew: Ctrl-R",
        "In the web terminal, or over rgt-tui ssh POD --transport proxy: pgrep -a sshd; if there is none: mkdir -p /run/sshd; ssh-keygen -A; /usr/sbin/sshd",
        "An image without sshd: apt-get update && apt-get install -y openssh-server, better in the image itself",
        "If the start command replaced /start.sh, see RP10",
    ),
    source="RunPod documentation, SSH and expose ports, read 2026-08-20; OpenSSH 9, measured",
    needs=(PodList,),
    applies=living_and_reached,
    detect=_detect,
    strings=(
        ("ssh: connect to host 213.173.108.100 port 12157: Connection refused", "OpenSSH 7 to 9"),
        (
            "kex_exchange_identification: Connection closed by remote host",
            "OpenSSH 9, measured 2026-11",
        ),
        ("Connection timed out during banner exchange", "OpenSSH 9, measured 2026-11"),
    ),
    outdated=(
        (
            "scrape the web console for the new port",
            "each start maps another port, and REST v2 tells it since 2026-08: ssh.direct.port",
        ),
    ),
    text=(
        Rule(
            words="disconnect+broken",
            pattern=r"client_loop: send disconnect: Broken pipe",
            reason="the SSH connection broke off",
        ),
        Rule(
            words="timeout+responding",
            pattern=r"^\W*Timeout, server \S+ not responding",
            reason="the SSH connection fell silent",
        ),
        Rule(
            words="ssh scp rsync sftp paramiko asyncssh",
            pattern=r"(?:ssh|scp|sftp|rsync|paramiko|asyncssh)\b.{0,120}\b(?:Connection refused|Connection timed out|Operation timed out|No route to host|Network is unreachable|Connection reset by|Connection closed by|timed out|Error reading SSH protocol banner)",
            reason="nothing answers on the SSH port",
            unless=r"proxy\.runpod\.net|-\d+ms|ssh\.runpod\.io",
        ),
        Rule(
            words="refused reset closed connect+failed",
            pattern=r"port \d{2,5}(?: \(tcp\))?:? (?:failed: )?Connection refused|Connection (?:refused|reset|closed) by (?:\S+ )?\d{1,3}(?:\.\d{1,3}){3} port \d+|Connect call failed \('(?!127\.|localhost|0\.0\.0\.0)",
            reason="nothing answers on the SSH port",
            unless=r"port (?:6379|5432|3306|27017|9200|5672|11211|80|443|8080|8188|11434)\b",
        ),
        Rule(
            words="identification banner",
            pattern=r"(?:kex|ssh)_exchange_identification|during banner exchange|Error reading SSH protocol banner|banner exchange: ",
            reason="the SSH server hangs up before it says hello",
            unless=r"invalid format",
        ),
        Rule(
            words="sshd hostkeys novalidconnectionserror",
            pattern=r"sshd: no hostkeys available|Missing privilege separation directory|\bsshd\b.{0,40}\b(?:not (?:running|found|installed)|failed|is not|isn't|exited|missing)|NoValidConnectionsError|/usr/sbin/sshd: (?:No such file|not found)",
            reason="there is no SSH server to answer",
        ),
    ),
)
