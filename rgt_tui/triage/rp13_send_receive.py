"""RP13: runpodctl send and receive stall on anything large.

Symptom: "room (secure channel) not ready", a bar that stands still at 90 %, a stack trace of
croc. Cause: croc through a public relay, without resume. Fix: rsync over direct SSH, which
resumes, or the S3 endpoint of a network volume.
Source: runpodctl#19 #38 #43 #185 #216, croc#437 #776 #845 #1299; RunPod documentation, transfer
files, read 2026-08-20 ("for small files").
"""

import re
from typing import Final

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_duration
from rgt_tui.domain.whom import living
from rgt_tui.facts import is_in_logs
from rgt_tui.probes.processes import ProcessReport

STALLED_S: Final = 1800.0
"""So long a transfer may take: what needs longer needs a way that can be resumed."""
_BAR: Final = re.compile(r"(\d{1,3})% \|[█▏▎▍▌▋▊▉# ]*\| ?\(?\d")
_SENDS: Final = re.compile(r"\b(?:runpodctl|croc)\b.*\b(?:send|receive)\b|\bcroc \d+-\w+-\w+")
_CROC: Final = re.compile(
    r"runpodctl|\bcroc\b|^Code is:|(?:Sending|Receiving) \((?:->|<-)|securing channel",
    re.IGNORECASE,
)


def _detect(subject: Subject) -> Verdict:
    """A transfer that runs: for long it stalls, and from the start it cannot be resumed."""
    seen = subject.seen(ProcessReport)
    sending = [it for it in seen.value.processes if not it.is_zombie and _SENDS.search(it.args)]
    if not sending:
        ended = "no send or receive of runpodctl runs now"
        if is_in_logs(subject.this, subject.evidence, "RP13"):
            return Present((Said("ssh", ended, seen.at),))
        return Absent(ended)
    longest = max(sending, key=lambda it: it.age_s or 0.0)
    lasts = show_duration(longest.age_s)
    used = f", {show_duration(longest.cpu_s)} of CPU" if longest.cpu_s is not None else ""
    said = f"`{longest.args}` runs for {lasts}{used}; what breaks off begins anew"
    is_long = (longest.age_s or 0.0) >= STALLED_S
    return Present((Said("ssh", said, seen.at),), None if is_long else Severity.INFO)


def _bar_stands(page: Page) -> str | None:
    """A bar of croc that is not full; a later full one takes it back."""
    bar = _BAR.search(page.line)
    if bar is None or int(bar[1]) >= 100 or not (_CROC.search(page.line) or page.saw(_CROC)):
        return None
    return f"a transfer by runpodctl stands at {bar[1]} %"


def _bar_ends(page: Page) -> str | None:
    bar = _BAR.search(page.line)
    return "the transfer ended" if bar is not None and int(bar[1]) >= 100 else None


_SIZED = "kb+s mb+s gb+s"

DETECTOR = Detector(
    code="RP13",
    title="send/receive stalls",
    severity=Severity.WARNING,
    cause=(
        "runpodctl send and receive are croc through a public relay: one stream, no resume, and both ends "
        "must have versions that understand each other (broken between 2025-11 and runpodctl 1.14.15)."
    ),
    fix=(
        "Pull with resume and a check of both ends: rgt-tui pull POD /workspace/DIR --to DIR",
        "By hand: rsync -avP -e 'ssh -p PORT' root@IP:/workspace/DIR . (direct SSH, needs 22/tcp)",
        "From a network volume without any Pod: its S3 endpoint, aws s3 cp --endpoint-url",
        "For a small file: the newest runpodctl on both ends, and try again",
    ),
    source="RunPod documentation, transfer files, read 2026-08-20; runpodctl#216",
    needs=(ProcessReport,),
    max_age_s=600.0,
    applies=living,
    detect=_detect,
    log_stands=True,
    strings=(
        (
            "croc: receive: room (secure channel) not ready, maybe peer disconnected",
            "runpodctl 1.14 and croc 9 to 10",
        ),
        ("github.com/runpod/runpodctl/cmd/croc.(*Client).sendData", "runpodctl 1, a crash"),
        ("message too large", "runpodctl 1"),
    ),
    text=(
        Rule(
            words="decoding+problem",
            pattern=r"^\W*(?:\S+ ){0,3}problem with decoding\b",
            reason="runpodctl's transfer broke down",
        ),
        Rule(
            words="croc+large",
            pattern=r"\bcroc\b.{0,40}\bmessage too large\b",
            reason="runpodctl's transfer broke down",
        ),
        Rule(
            words="room",
            pattern=r"room \(secure channel\) not ready|\broom (?:is )?not ready\b|could not (?:secure|establish) (?:the )?(?:channel|room)",
            reason="the two ends of runpodctl did not meet",
        ),
        Rule(
            words="croc senddata receivedata peer relay securing",
            pattern=r"croc\.\(\*Client\)\.\w+|\bcroc\b.{0,80}\b(?:panic|error|fail\w*|timeout|EOF|stuck|stall\w*|hang\w*|frozen|freez\w*|broken)|\bmaybe peer disconnected|(?:securing channel|croc|runpodctl).{0,60}(?:stuck|not ready|i/o timeout|EOF)|problem with (?:room|peer|decoding)|refusing (?:using )?the public relay",
            reason="runpodctl's transfer broke down",
        ),
        Rule(
            words="message+large",
            pattern=r"^\W*(?:error:? |panic:? |runpodctl\S*:? )*message too large\b",
            reason="runpodctl's transfer broke down",
        ),
        Rule(
            words="runpodctl",
            pattern=r"\brunpodctl[ -](?:send|receive)\b.{0,120}\b(?:stuck|stall\w*|hang\w*|hung|freez\w*|frozen|fail\w*|slow|broken|(?:not|n't) work\w*|timed? ?out|corrupt\w*|interrupt\w*|never (?:end|finish|complet)\w*|unreliable|small files)|\b(?:stuck|stall\w*|hang\w*|hung|freez\w*|frozen|fail\w*|slow)\b.{0,80}\brunpodctl[ -](?:send|receive)",
            reason="send or receive of runpodctl does not get through",
        ),
        Rule(words=_SIZED, has="% |", tells=_bar_stands),
        Rule(words=_SIZED, has="% |", tells=_bar_ends, takes_back=True),
    ),
)
