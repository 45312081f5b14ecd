"""RP38: Hugging Face limits our requests, or a download stands still.

Symptom: "429 Client Error: Too Many Requests", a download whose `.incomplete` file no longer
grows. Cause: anonymous requests share the limit of the host's address with other Pods; too many
workers. Fix: a token, fewer workers, resume. A 429 that is followed by the end of the download is
no fault.
Source: OneTrainer#1409 (on RunPod), huggingface_hub#2936, huggingface_hub#3342.
"""

import re

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_bytes, show_duration
from rgt_tui.domain.whom import running
from rgt_tui.facts import is_in_logs
from rgt_tui.probes.downloads import STALLED_S, DownloadReport, stalled

_HUB = r"hugging ?face|\bhf\b|(?<!docker[- ])\bhub\b(?!\.docker)|hf-?xet|HfHub|datasets?/|reqwest|snapshot_download|safetensors|cas-bridge|xethub|resolve/main"
_OF_BARS = "safetensors+s gguf+s bin+s pt+s pth+s ckpt+s parquet+s zip+s tar+s gz+s"
"""A file's ending and the `s` of bytes a second."""
_NEAR = re.compile(_HUB, re.IGNORECASE)
_OF_IMAGES = r"docker|toomanyrequests|pull rate limit|pulling image|image pull|failed to resolve reference|/v2/\S+/manifests/"
_BAR = re.compile(
    r"(\S{1,120}\.(?:safetensors|gguf|bin|pth?|ckpt|parquet|zip|tar|gz)[^\s:]{0,20}):? {1,40}(\d{1,3})%\|[^|]*\|"
    r" {0,9}(\d{1,9}(?:\.\d{1,9})?[kKMGT]?i?B?)/\d[\d.]{0,18}[kKMGT]?i?B? \[((?:\d{1,4}:)?\d{1,4}:\d\d)<"
)
"""A bar of tqdm as huggingface_hub and hf-xet draw it: name, percent, bytes done, seconds gone."""
_LOCK = re.compile(
    r"waiting to acquire lock on \S+ \(elapsed: (\d{1,9}(?:\.\d{1,9})?) seconds\)", re.IGNORECASE
)
_BARS_MAX = 400
_PULL = re.compile(_OF_IMAGES, re.IGNORECASE)
_LIMIT = re.compile(
    r"\b429\b.{0,60}(?:Too Many Requests|Client Error|rate)|status client error \(429|HTTP Error 429 thrown|Too Many Requests\b.{0,40}\b429\b",
    re.IGNORECASE,
)


def _limited(page: Page) -> str | None:
    """A 429 of the Hub; those of RunPod's API and of image registries are other matters."""
    if not _LIMIT.search(page.line) or page.line.startswith("HTTP/") or _PULL.search(page.line):
        return None
    if _NEAR.search(page.line) or page.saw(_NEAR, 6):
        return "Hugging Face answers 429: too many requests"
    return None


def _bar(page: Page) -> str | None:
    """A bar of one file whose bytes stay the same while its clock goes on."""
    bar = _BAR.search(page.line)
    if bar is None:
        return None
    name, percent, done, clock = bar.groups()
    elapsed = _seconds(clock)
    if page.memory.get(f"{name} {done}") is None:
        if len(page.memory) > _BARS_MAX:
            page.memory.clear()
        # One that has got nothing yet stands since it began.
        page.memory[f"{name} {done}"] = 0 if float(done.rstrip("kKMGTiB")) == 0 else elapsed
    still = elapsed - page.memory[f"{name} {done}"]
    if still < STALLED_S or percent == "100":
        return None
    page.memory["still"] = page.number
    return f"the bar of a download stands at {percent} % for {show_duration(still)}"


def _bar_moves(page: Page) -> str | None:
    """A bar that stood goes on: its bytes were not seen before."""
    bar = _BAR.search(page.line)
    if bar is None or "still" not in page.memory or f"{bar[1]} {bar[3]}" in page.memory:
        return None
    return "the download goes on" if any(k.startswith(f"{bar[1]} ") for k in page.memory) else None


def _seconds(clock: str) -> int:
    """Seconds of `MM:SS` or `H:MM:SS`."""
    seconds = 0
    for part in clock.split(":"):
        seconds = 60 * seconds + int(part)
    return seconds


def _lock(page: Page) -> str | None:
    """The hub's own word for a download that another process holds, or held when it was killed."""
    waited = _LOCK.search(page.line)
    if waited is None or float(waited[1]) < STALLED_S:
        return None
    return f"a download waits for a lock, {show_duration(float(waited[1]))} by now"


def _detect(subject: Subject) -> Verdict:
    """A file that stood still between two looks, or since its last write; one that grows is well."""
    pod, seen = subject.this, subject.seen(DownloadReport)
    reading = subject.evidence.reading(DownloadReport)
    earlier = [sample for sample in reading.history if seen.at - sample.at >= STALLED_S]
    still = set(stalled(seen.value, seen.at, earlier[-1] if earlier else None))
    still |= {
        file
        for file in seen.value.files
        if not earlier and file.written_at is not None and seen.at - file.written_at > STALLED_S
    }
    if still:
        lasting = (
            f"{file.path} stands at {show_bytes(file.size_bytes)}"
            + (
                f", last written {show_duration(seen.at - file.written_at)} ago"
                if file.written_at
                else ""
            )
            for file in sorted(still, key=lambda file: file.path)[:4]
        )
        return Present(tuple(Said("ssh", words, seen.at) for words in lasting))
    if seen.value.files:
        return Absent(f"{len(seen.value.files)} downloads are under way and grow")
    if is_in_logs(pod, subject.evidence, "RP38"):
        return Present(
            (
                Said(
                    "ssh",
                    "no unfinished download is there: it was given up, or none began",
                    seen.at,
                ),
            )
        )
    return Absent("no unfinished download is there")


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
    source="huggingface_hub#2936 and #3342; OneTrainer#1409 on RunPod; huggingface_hub 2.4, measured 2026-11",
    needs=(DownloadReport,),
    max_age_s=600.0,
    applies=running,
    detect=_detect,
    strings=(
        (
            "HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/api/",
            "huggingface_hub 0 to 2",
        ),
        ("Reqwest Error: HTTP status client error (429 Too Many Requests)", "hf-xet 1"),
        (
            (
                "model-00002-of-00004.safetensors:  37%|###7      | 1.81G/4.97G [02:10<03:47, 13.9MB/s]\n"
                "model-00002-of-00004.safetensors:  37%|###7      | 1.81G/4.97G [09:41<16:54, 3.11MB/s]"
            ),
            "huggingface_hub 0 to 2, a bar whose bytes stay the same",
        ),
        (
            "Still waiting to acquire lock on model.safetensors.lock (elapsed: 300.1 seconds)",
            "huggingface_hub 0.2x to 2",
        ),
    ),
    outdated=(
        (
            "pip install huggingface_hub[hf_transfer] and HF_HUB_ENABLE_HF_TRANSFER=1",
            "does nothing since huggingface_hub 1: HF_XET_HIGH_PERFORMANCE=1 is the accelerator (since 0.32)",
        ),
    ),
    text=(
        Rule(words="429", tells=_limited),
        Rule(words=_OF_BARS, tells=_bar_moves, takes_back=True, even_quoted=True),
        Rule(words=_OF_BARS, tells=_bar, even_quoted=True),
        Rule(words="acquire+lock", tells=_lock),
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
            unless=r"No space left|quota",
        ),
    ),
)
