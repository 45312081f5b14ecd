"""RP47: the S3 endpoint of a network volume refuses, or its listing breaks off.

Symptom: `SignatureDoesNotMatch`, "The same next token was received twice". Cause: the S3 endpoint
has keys of its own (`user_...` and `rps_...`), and the first listing computes checksums of
everything. Fix: an S3 key from the web console; ask by key, not by listing; try again.
Source: RunPod documentation, S3 API, read 2026-08-20; public repositories, 2026.
"""

from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.objects import StoredUses, s3_endpoint
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import living
from rgt_tui.facts import is_in_logs, listed_at, mounted_volumes

_QUIET: Final = "its logs show no trouble with S3, and this console"
_LISTED: Final = Absent(f"{_QUIET} lists its volume")
_NOT_ASKED: Final = Absent(f"{_QUIET} asked for no list")


def _detect(subject: Subject) -> Verdict:
    """What the endpoint said to this console; else what the Pod's own programs wrote."""
    pod, account = subject.this, subject.account
    seen = account.evidence.latest(StoredUses)
    is_in_its_logs = is_in_logs(pod, subject.evidence, "RP47")
    if seen is None and not is_in_its_logs:
        return _NOT_ASKED
    volumes = [v for v in mounted_volumes(pod, account) if s3_endpoint(v.data_center)]
    if seen is not None:
        uses = [(volume, seen.value.of(volume.id)) for volume in volumes]
        told = [f"volume {v.name}: {use.trouble}" for v, use in uses if use and use.trouble]
        if told:
            return Present(tuple(Said("s3", words, seen.at) for words in told))
    if is_in_its_logs:
        where = ", ".join(f"{v.name} ({s3_endpoint(v.data_center)})" for v in volumes)
        mounted = f"it mounts {where}" if where else "it mounts no volume with an S3 endpoint"
        return Present((Said("api", mounted, listed_at(account)),))
    return _LISTED


DETECTOR = Detector(
    code="RP47",
    title="S3 key or listing fails",
    severity=Severity.INFO,
    cause=(
        "The S3 endpoints take keys of their own (access key user_..., secret rps_..., shown once in the web "
        "console); the API key is refused. The first listing of many files computes checksums and may break off."
    ),
    fix=(
        "Make an S3 API key in the web console, Settings; use the volume's own endpoint and its data center as region",
        "See whether it works: rgt-tui browse VOLUME. In scripts ask for single keys (HeadObject) rather than listing; page size below 1,000",
        "A listing that breaks off: try again after minutes; over 10,000 files or 10 GB it takes that long",
        "Not there: presigned URLs, DeleteObjects, puts above 500 MB in one part",
    ),
    source="RunPod documentation, S3 API, read 2026-08-20",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=living,
    detect=_detect,
    strings=(
        (
            "SignatureDoesNotMatch: does not match any shared API key for specified user ID",
            "RunPod S3, 2026",
        ),
        ("PaginationError: The same next token was received twice", "boto3 on RunPod S3"),
    ),
    text=(
        Rule(
            words="s3api",
            pattern=r"An error occurred \(\w+\) when calling|Could not connect to the endpoint URL|security token included in the request is invalid",
            reason="the S3 endpoint of a volume refuses",
        ),
        Rule(
            words="signaturedoesnotmatch invalidaccesskeyid signature shared",
            pattern=r"SignatureDoesNotMatch|InvalidAccessKeyId|does not match any shared API key|The request signature we calculated does not match|Access Key Id you provided does not exist",
            reason="the S3 endpoint does not know this key",
        ),
        Rule(
            words="token paginationerror",
            pattern=r"same next token was received twice|\bPaginationError\b",
            reason="a listing over the S3 endpoint broke off",
        ),
        Rule(
            words="s3api s3",
            pattern=r"s3api-[\w-]+\.runpod\.io\S*.{0,120}\b(?:40[0-9]|50[0-9]|denied|error|fail\w*|timed? ?out|forbidden)|\b(?:AccessDenied|Forbidden|NoSuchBucket|40[0-9]|50[234])\b.{0,120}s3api-[\w-]+\.runpod\.io|\brps_\w*.{0,40}\b(?:key|secret|required|missing|wrong)",
            reason="the S3 endpoint refuses",
        ),
        Rule(
            words="credentials+locate",
            pattern=r"Unable to locate credentials",
            reason="there is no key for the S3 interface",
        ),
        Rule(
            words="headobject listobjectsv2 listobjects getobject putobject listbuckets createmultipartupload uploadpart",
            pattern=r"An error occurred \((?:403|AccessDenied|Forbidden|EntityTooLarge|InvalidAccessKeyId)\) when calling the|Access Denied",
            reason="the S3 interface refuses the key or the size",
        ),
        Rule(
            words="entitytoolarge",
            pattern=r"\bEntityTooLarge\b",
            reason="an object is larger than the S3 interface takes in one piece",
        ),
    ),
)
