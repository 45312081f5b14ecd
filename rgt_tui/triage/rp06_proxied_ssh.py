"""RP6: only proxied SSH is offered, which can neither copy nor forward nor run one command.

Symptom: "Your SSH client doesn't support PTY" with exit code 0, `scp` ends with "subsystem
request failed on channel 0". Cause: ssh.runpod.io opens a terminal and nothing else. Fix: a Pod
with 22/tcp, which gives an address of its own.
Source: RunPod documentation, SSH, read 2026-08-20; the same text in nine public repositories;
vscode-remote-release#10790; REST v2 `ssh.direct`.
"""

from typing import Final

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.pod import SSH_PORT, PodList, SshRoad
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import living
from rgt_tui.facts import listed_at, uptime_s

SETTLED_S: Final = 120.0
"""A mapping of the port may follow the container by a minute or two."""
_DIRECT: Final = Absent("it has a direct SSH address")


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    if pod.ssh_road is not SshRoad.PROXY:
        return _DIRECT if pod.ssh_direct else Absent("no SSH at all is offered")
    at = listed_at(subject.account)
    said = [Said("api", "ssh.direct is null, ssh.proxy is offered", at)]
    if pod.ports is not None and SSH_PORT not in pod.ports:
        listed = ", ".join(pod.ports) or "none"
        said.append(Said("api", f"{SSH_PORT} is not among its ports: {listed}", at))
    elif (uptime_s(pod) or 0) < SETTLED_S:
        return Absent("its SSH port may still be on its way")
    else:
        said.append(Said("api", f"{SSH_PORT} is among its ports, yet no public port is mapped", at))
    return Present(tuple(said))


DETECTOR = Detector(
    code="RP6",
    title="Only proxied SSH: no copies, no forwards",
    severity=Severity.WARNING,
    cause=(
        "ssh.runpod.io opens a terminal and nothing else: no scp, sftp, rsync or port forwarding, and a "
        "command without a terminal is answered by an error text with exit code 0. A Pod made without "
        "22/tcp never gets an address of its own."
    ),
    fix=(
        "Look around by the gateway: rgt-tui ssh POD --transport proxy, or rgt-tui probe POD --transport proxy",
        "Get data out now: upload from inside (hf upload, rclone, aws s3 cp), or relaunch beside a network volume: rgt-tui relaunch POD",
        "Add 22/tcp to the ports and start sshd: changing ports resets the Pod and wipes its container disk",
        "For the next Pod: ports 22/tcp and startSsh, with your key registered before",
    ),
    source="RunPod documentation, SSH, read 2026-08-20; REST v2 ssh.direct, 2026-08-18",
    needs=(PodList,),
    applies=living,
    detect=_detect,
    strings=(
        (
            "Error: Your SSH client doesn't support PTY",
            "ssh.runpod.io without a terminal, 2024 to 2026; exit code 0",
        ),
        ("subsystem request failed on channel 0", "OpenSSH 8 to 9, scp and sftp"),
        ("protocol version mismatch -- is your shell clean?", "rsync 3"),
        (
            "Received message too long 1163413838",
            "OpenSSH 8 to 9, sftp, when a banner is taken for its protocol",
        ),
    ),
    outdated=(
        (
            "read the SSH command off the Connect tab",
            "REST v2 tells it since 2026-08: ssh.proxy and ssh.direct of the Pod",
        ),
        (
            "a command over the gateway that exits 0 has run",
            "without a PTY the gateway prints an error on standard output, runs nothing and exits 0 (seen 2026)",
        ),
    ),
    text=(
        Rule(
            words="pty",
            pattern=r"(?:doesn'?t|does not|not) support(?: a)? PTY|PTY (?:allocation )?(?:is )?(?:not supported|required|allocation request failed)",
            reason="the SSH gateway takes terminals only",
            even_quoted=True,
        ),
        Rule(
            words="subsystem",
            pattern=r"subsystem request failed|(?:unable to|could not|failed to) (?:start|request|open) (?:the )?(?:sftp )?subsystem",
            reason="the gateway offers no sftp",
        ),
        Rule(
            words="mismatch",
            pattern=r"protocol version mismatch\b.{0,10}is your shell clean",
            reason="rsync met the gateway's banner",
        ),
        Rule(
            words="message+long ensure+shell",
            pattern=r"Received message too long \d+|^Ensure the remote shell produces no output",
            reason="sftp met a banner instead of its protocol",
        ),
        Rule(
            words="administratively prohibited channel forwarding",
            pattern=r"channel \d+: open failed: (?:administratively prohibited|unknown channel type)|remote port forwarding failed|(?:channel open|open) failed: administratively",
            reason="the gateway forwards no ports",
        ),
        Rule(
            words="scp sftp rsync",
            pattern=r"(?:ssh\.runpod\.io|prox(?:y|ied) ssh|ssh proxy|basic ssh|gateway)\b.{0,100}\b(?:no|not|n't|doesn'?t|cannot|without|lacks?|unsupported|fail\w*)\b.{0,60}\b(?:scp|sftp|rsync)\b"
            r"|\b(?:scp|sftp|rsync)\b.{0,100}\b(?:not (?:work|support|available|possible)\w*|n't work|unsupported|fail\w*|hangs?|unavailable)\b.{0,100}\b(?:ssh\.runpod\.io|prox(?:y|ied)|basic ssh|gateway)",
            reason="proxied SSH cannot copy files",
        ),
        Rule(
            words="direct",
            pattern=r'"ssh"\s*:\s*\{.*"direct"\s*:\s*null|"direct"\s*:\s*null.{0,200}"proxy"\s*:\s*\{',
            reason="the API row offers no direct SSH",
            unless=r'"status"\s*:\s*"(?:EXITED|TERMINATED|PROVISIONING|STARTING)"',
        ),
    ),
)
