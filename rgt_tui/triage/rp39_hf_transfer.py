"""RP39: the setting for the old download accelerator breaks or does nothing.

Symptom: "Fast download using 'hf_transfer' is enabled ... but 'hf_transfer' package is not
available". Cause: HF_HUB_ENABLE_HF_TRANSFER=1 (official images set it) with a hub version that
wants the package, or one that no longer uses it. Fix: unset it; HF_XET_HIGH_PERFORMANCE=1 now.
Source: huggingface_hub 2.4.0, measured from its wheel; RunPod base images, read 2026-07-29.
"""

from typing import Final

from rgt_tui.domain.finding import (
    A_START_S,
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import running
from rgt_tui.facts import is_in_logs
from rgt_tui.probes.environment import EnvironmentReport

_SETTING: Final = "HF_HUB_ENABLE_HF_TRANSFER"


def _detect(subject: Subject) -> Verdict:
    """Official images set it, so being set is no fault; what the hub says of it is."""
    pod, seen = subject.this, subject.seen(EnvironmentReport)
    names = {*(seen.value.first or ()), *(seen.value.session or ()), *pod.env_names}
    if not is_in_logs(pod, subject.evidence, "RP39"):
        where = f"{_SETTING} is set" if _SETTING in names else f"{_SETTING} is not set"
        return Absent(f"{where}, and its logs show no trouble with it")
    where = "is set in the Pod" if _SETTING in names else "is not set in the Pod: a script sets it"
    return Present((Said("ssh", f"{_SETTING} {where}", seen.at),))


DETECTOR = Detector(
    code="RP39",
    title="hf_transfer setting is outdated",
    severity=Severity.WARNING,
    cause=(
        "HF_HUB_ENABLE_HF_TRANSFER=1 is set, official images do so. Versions of huggingface_hub that know it "
        "stop when the package is missing; current ones ignore it with a warning: hf-xet does the work now."
    ),
    fix=(
        "Unset it: unset HF_HUB_ENABLE_HF_TRANSFER (and take it out of the Pod's variables)",
        "Update: pip install -U huggingface_hub (hf-xet comes along since 0.32; the hf_transfer extra is gone in 2.x)",
        "For speed: export HF_XET_HIGH_PERFORMANCE=1; it uses more memory and cores, leave it off beside a training run",
        "On an old version that must stay: pip install hf_transfer (advice of before 2025)",
    ),
    source="huggingface_hub 2.4.0, measured 2026-11; RunPod base images, read 2026-07-29",
    needs=(EnvironmentReport,),
    max_age_s=A_START_S,
    applies=running,
    detect=_detect,
    strings=(
        (
            "Fast download using 'hf_transfer' is enabled (HF_HUB_ENABLE_HF_TRANSFER=1) but 'hf_transfer' package is not available in your environment.",
            "huggingface_hub 0.17 to 1",
        ),
        ("Consider disabling HF_HUB_ENABLE_HF_TRANSFER", "huggingface_hub 0.17 to 1"),
        ("hf_transfer is not used anymore", "huggingface_hub 1 and 2, a warning"),
    ),
    outdated=(
        (
            "HF_HUB_ENABLE_HF_TRANSFER=1 makes downloads fast",
            "huggingface_hub 2.4 only warns that hf_transfer is not used anymore, and its extra is gone; HF_XET_HIGH_PERFORMANCE=1 since 0.32",
        ),
    ),
    text=(
        Rule(
            words="transfer hf_transfer",
            pattern=r"'?hf_transfer'? (?:package )?is not (?:available|installed|used anymore)|(?:disabl\w+|unset\w*|remov\w+) `?HF_HUB_ENABLE_HF_TRANSFER|No module named '?hf_transfer|HF_HUB_ENABLE_HF_TRANSFER\b.{0,80}\b(?:deprecated|not used|no longer|obsolete|ignored|but|fail\w*)|(?:error|failed?)\b.{0,60}\b(?:using|with) `?hf_transfer|hf_transfer\b.{0,60}\b(?:deprecated|not used|no longer|obsolete|error|fail\w*|missing)",
            reason="the setting for hf_transfer does not fit the installed version",
            even_quoted=True,
            unless=r"^\s*#|^\s*(?:if|elif|def|import|from|pip|uv) ",
        ),
    ),
)
