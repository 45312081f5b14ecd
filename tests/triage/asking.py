"""Asks all detectors about one Pod and gives what one of them says."""

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import Finding
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.readiness import Answered
from rgt_tui.triage import examine
from tests.values import NOW, a_pod, an_account, having


def asked(pod: Pod, value: object = None, *, source: str = "ssh") -> dict[str, Finding]:
    """The findings about a Pod of which one thing was read, by code."""
    account = an_account(pod)
    if value is not None:
        account = having(account, pod, value, source=source)
    return {found.code: found for found in examine(account, NOW)[pod.id]}


def finding(code: str, pod: Pod, value: object = None, *, source: str = "ssh") -> Finding:
    """What one detector says."""
    return asked(pod, value, source=source)[code]


def failed(code: str, fault: str, error: str) -> Finding:
    """What one detector says of a Pod whose shell did not answer."""
    pod = a_pod()
    account = an_account(pod).after(Change(Answered, Failed(error, NOW, fault), pod.id))
    return {found.code: found for found in examine(account, NOW)[pod.id]}[code]
