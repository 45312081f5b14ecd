"""Asks all detectors about one Pod or an account and gives what one of them says."""

from typing import Any

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.finding import Finding
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.readiness import Answered
from rgt_tui.probes.nvidia_smi import Gpu
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


def all_failed(code: str, *faults: str) -> Finding:
    """What one detector says of the first of several Pods whose shells did not answer."""
    pods = [a_pod(id=f"pod{number}") for number in range(len(faults))]
    account = an_account(*pods)
    for pod, fault in zip(pods, faults, strict=True):
        account = account.after(Change(Answered, Failed("it failed", NOW, fault), pod.id))
    return verdict(code, account, pods[0])


def verdict(code: str, account: Account, pod: Pod) -> Finding:
    """What one detector says of a Pod of an account."""
    return {found.code: found for found in examine(account, NOW)[pod.id]}[code]


def of_account(code: str, account: Account) -> Finding:
    """What one detector says of the account as a whole."""
    return {found.code: found for found in examine(account, NOW)[None]}[code]


def told(code: str, pod: Pod, value: object, line: str) -> Finding:
    """What one detector says of a Pod of which a report was read, and whose log shows the symptom."""
    account = having(an_account(pod), pod, value)
    sign = LogSign(code=code, reason="", line=line, stream="container", at=NOW - 60)
    return verdict(code, having(account, pod, LogSigns((sign,)), source="log"), pod)


def a_gpu(**changed: Any) -> Gpu:
    """A GPU at work."""
    known: dict[str, Any] = {
        "index": 0,
        "uuid": f"GPU-{changed.get('index', 0)}",
        "name": "NVIDIA A100 80GB PCIe",
        "util_percent": 90.0,
        "memory_used_bytes": 1,
        "memory_total_bytes": 2,
        "temperature_c": 60.0,
        "power_w": 250.0,
        "power_limit_w": 300.0,
        "slowed_by": (),
    }
    return Gpu(**{**known, **changed})
