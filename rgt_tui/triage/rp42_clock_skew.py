"""RP42: a clock is wrong, so signatures and certificates are refused.

Symptom: `RequestTimeTooSkewed`, "certificate is not yet valid". Cause: the machine's clock is off;
inside a Pod it is the host's and cannot be set. Fix: set the own machine's clock, else leave the
host. RunPod's S3 tolerates an hour.
Source: RunPod documentation, S3 API, read 2026-08-20.
"""

from typing import Final

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
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_duration
from rgt_tui.domain.whom import running
from rgt_tui.probes.clock import ClockReport

OFF_S: Final = 60.0
"""Tokens and certificates are refused from about here on; RunPod's S3 tolerates an hour."""
FAR_S: Final = 3600.0


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(ClockReport)
    offset, error = seen.value.offset_s, seen.value.error_s or 0.0
    if offset is None:
        return Unknown(("how far the Pod's clock is from ours",))
    sure = abs(offset) - error
    if sure < OFF_S:
        return Absent(f"its clock is within {max(1.0, abs(offset) + error):.0f} s of ours")
    way = "ahead of" if offset > 0 else "behind"
    said = f"the Pod's clock is {show_duration(abs(offset))} {way} this machine's; one of them is wrong"
    return Present((Said("ssh", said, seen.at),), Severity.CRITICAL if sure >= FAR_S else None)


DETECTOR = Detector(
    code="RP42",
    title="Clock is wrong",
    severity=Severity.WARNING,
    cause=(
        "Signed requests, tokens and certificates carry times. When this machine or the Pod's host is off by "
        "too much they are refused; a container has the host's clock and cannot set it."
    ),
    fix=(
        "Compare: date -u here and in the Pod with date -u of a good clock; rgt-tui doctor compares with the service",
        "On your own machine: timedatectl set-ntp true",
        "In a Pod: it is the host's clock; rgt-tui relaunch POD on another host, and tell support",
    ),
    source="RunPod documentation, S3 API (at most 1 h), read 2026-08-20",
    needs=(ClockReport,),
    max_age_s=900.0,
    applies=running,
    detect=_detect,
    strings=(
        (
            "An error occurred (RequestTimeTooSkewed) when calling the ListObjectsV2 operation: The difference between the request time and the current time is too large.",
            "boto3 and the AWS CLI",
        ),
        ("certificate is not yet valid", "OpenSSL 1 to 3, and Go 1"),
    ),
    text=(
        Rule(
            words="difference+time",
            pattern=r"\bdifference between the request time and the (?:server|current)\b",
            reason="the service says that a clock is wrong",
        ),
        Rule(
            words="requesttimetooskewed skewed skew",
            pattern=r"RequestTimeTooSkewed|\bclock[- ]skew\b|\btime[- ]skew\b|\bskew\b.{0,40}\b(?:clock|time|seconds|minutes|hours|too large)",
            reason="a clock is off by too much",
            unless=r"skew (?:correction|is) (?:0|ok)|within",
        ),
        Rule(
            words="valid+yet valid+not valid+currently",
            pattern=r"\b(?:certificate|token|signature|jwt|release file|key|cert)\b.{0,120}\bnot (?:yet|currently) valid\b|\bis not valid yet\b|not yet valid",
            reason="something is not yet valid by this clock",
        ),
        Rule(
            words="difference+time signature clock early+used issued+before before+current authfailure",
            pattern=r"difference between the request time and the (?:current|server) time|Signature (?:not yet current|expired:)|Token used (?:too early|before issued)|\b(?:system |host |local )?clock\b.{0,40}\b(?:is |was )?(?:wrong|off by|behind|ahead|out of sync|not synchroni[sz]ed|drift\w*)|current time .{0,40} is before|AuthFailure.{0,60}\btime",
            reason="a clock is wrong",
            unless=r"gpu|sm clock|mem(?:ory)? clock|MHz",
        ),
        Rule(
            words="short+lived",
            pattern=r"Token must be a short-lived token",
            reason="a clock is wrong",
        ),
    ),
)
