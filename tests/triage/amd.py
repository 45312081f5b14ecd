"""Pods with AMD GPUs, as the two GPU tools' probes see them."""

from rgt_tui.domain.finding import Finding
from rgt_tui.probes import Section, nvidia_smi, rocm_smi
from rgt_tui.probes.rocm_smi import AmdReport
from rgt_tui.triage import examine
from tests.values import NOW, a_pod, an_account, having

NVIDIA_ON_AMD = nvidia_smi.parse(Section(output=b"! amd\n", exit_code=0))
"""What the other maker's tool, which is not installed, lets be known."""
NO_TOOL = rocm_smi.parse(Section(output=b"! tool\n", exit_code=0))


def finding_on_amd(code: str, report: AmdReport, *, ordered: int = 1) -> Finding:
    """What one detector says of a Pod of which both probes were read."""
    pod = a_pod(gpu_id="AMD Instinct MI300X OAM", gpu_count=ordered)
    account = having(having(an_account(pod), pod, NVIDIA_ON_AMD), pod, report)
    return next(found for found in examine(account, NOW)[pod.id] if found.code == code)
