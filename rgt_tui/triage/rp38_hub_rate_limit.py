"""RP38: Hugging Face limits our requests, or a download stands still.

Symptom: "429 Client Error: Too Many Requests", a download whose `.incomplete` file no longer
grows. Cause: anonymous requests share the limit of the host's address with other Pods; too many
workers. Fix: a token, fewer workers, resume. A 429 that is followed by the end of the download is
no fault.
Source: OneTrainer#1409 (on RunPod), huggingface_hub#2936, huggingface_hub#3342.
"""

import re

from rgt_tui.domain.finding import Detector, Severity
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.telling import Page, Rule

_HUB = r"hugging ?face|\bhf\b|(?<!docker[- ])\bhub\b(?!\.docker)|hf-?xet|HfHub|datasets?/|reqwest|snapshot_download|safetensors|cas-bridge|xethub|resolve/main"
_NEAR = re.compile(_HUB, re.IGNORECASE)
_OF_IMAGES = r"docker|toomanyrequests|pull rate limit|pulling image|image pull|failed to resolve reference|/v2/\S+/manifests/"
_PULL = re.compile(_OF_IMAGES, re.IGNORECASE)
_LIMIT = re.compile(
    r"\b429\b.{0,60}(?:Too Many Requests|Client Error|rate)|status client error \(429|Too Many Requests\b.{0,40}\b429\b",
    re.IGNORECASE,
)


def _limited(page: Page) -> str | None:
    """A 429 of the Hub; those of RunPod's API and of image registries are other matters."""
    if not _LIMIT.search(page.line) or page.line.startswith("HTTP/") or _PULL.search(page.line):
        return None
    if _NEAR.search(page.line) or page.saw(_NEAR, 6):
        return "Hugging Face answers 429: too many requests"
    return None


DETECTOR = Detector(
    code="RP38",
    title="Hugging Face rate limit or stalled download",
    severity=Severity.WARNING,
    cause=(
        "The Hub limits requests by token, and without a token by address, which many Pods share. Downloads "
        "with many workers run into it, wait, and sometimes stand still."
    ),
    fix=(
        "Give it a token: HF_TOKEN in the Pod's variables (or hf auth login inside)",
        "Fewer requests: hf download REPO --max-workers 4, snapshot_download instead of many small calls",
        "Start the same download again: it resumes from its .incomplete files",
        "Current accelerator: HF_XET_HIGH_PERFORMANCE=1 (since huggingface_hub 0.32; hf_transfer is no longer used, see RP39)",
    ),
    source="huggingface_hub#2936 and #3342; OneTrainer#1409 on RunPod; huggingface_hub 2.4, measured",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=lambda subject: subject.pod is not None and subject.pod.is_running,
    strings=(
        (
            "HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/api/",
            "huggingface_hub 0 to 2",
        ),
        ("Reqwest Error: HTTP status client error (429 Too Many Requests)", "hf-xet 1"),
    ),
    outdated=(
        (
            "pip install huggingface_hub[hf_transfer] and HF_HUB_ENABLE_HF_TRANSFER=1",
            "does nothing since huggingface_hub 1: HF_XET_HIGH_PERFORMANCE=1 is the accelerator (since 0.32)",
        ),
    ),
    text=(
        Rule(words="429", tells=_limited),
        Rule(
            words="complete+download completed+download done+download finished+download succeeded+download 100+fetching 100+files",
            pattern=r"\bdownload (?:is )?(?:complete|completed|done|finished|succeeded)|\b(?:complete|completed|done|finished)\b.{0,20}\bdownload|\bDownload complete\b|100%\|",
            reason="the download got through",
            takes_back=True,
            even_quoted=True,
        ),
        Rule(
            words="rate ratelimit limited",
            pattern=r"(?:hugging ?face|\bhf\b|\bhub\b).{0,100}\brate[- ]?limit\w*|\brate[- ]?limit\w*.{0,100}(?:hugging ?face|\bhf\b|hf\.co)|had to rate limit",
            reason="Hugging Face limits our requests",
            unless=_OF_IMAGES,
        ),
        Rule(
            words="incomplete download downloading stuck stalled hangs frozen",
            pattern=r"\b(?:hf|huggingface-cli|hugging ?face|snapshot_download|model|hub|\.incomplete)\b.{0,80}\b(?:download\w*|\.incomplete)\b.{0,80}\b(?:stuck|stall\w*|hang\w*|hung|froz\w*|freez\w*|no progress|not (?:growing|moving|progressing)|0\.00 ?B/s)|\b(?:stuck|stall\w*|hang\w*|hung|froz\w*|freez\w*)\b.{0,60}\b(?:download\w*|fetching)\b.{0,80}(?:hf|hub|hugging ?face|model|safetensors|shards?|files)|\.incomplete\b.{0,60}\b(?:same size|unchanged|not (?:growing|changing)|frozen)",
            reason="a download stands still",
        ),
        Rule(
            words="readtimeout readtimeouterror cas consistency",
            pattern=r"ReadTimeout\w*.{0,120}(?:huggingface\.co|hf\.co|xethub)|(?:huggingface\.co|hf\.co|xethub)\S*.{0,120}(?:Read timed out|ReadTimeout)|Consistency check failed: file should be of size|CAS (?:service|client) error",
            reason="a download from Hugging Face broke off",
        ),
    ),
)
