"""What of the findings is worth a message when it comes or goes."""

from rgt_tui.domain.finding import Findings, Severity
from rgt_tui.domain.units import PodId


def loud(findings: Findings) -> set[tuple[PodId | None, str]]:
    """What is present and worth a message: notes on what is normal so far stay in the lists."""
    return {
        (pod, f.code)
        for pod, found in findings.items()
        for f in found
        if f.is_present and f.severity > Severity.INFO
    }


def what_shows(findings: Findings, pod_id: PodId | None, code: str) -> str:
    """The strongest evidence of a finding, else its title."""
    finding = next(f for f in findings[pod_id] if f.code == code)
    return finding.evidence[0].said if finding.evidence else finding.title
