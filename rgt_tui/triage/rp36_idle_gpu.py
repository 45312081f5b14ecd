"""RP36: a GPU idles while it is paid for.

Symptom: use at 0 % for a long time, power near idle. Cause: a run that ended or crashed, a
notebook left open. Fix: stop the Pod when the data allow it; let jobs end their Pod.
Source: public tools that watch for it (RunPodBoss: 7.4 hours idle until the balance ended).
"""

import re
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
from rgt_tui.domain.idle import GpuIdle
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_duration, show_usd
from rgt_tui.domain.whom import living_on_gpus
from rgt_tui.facts import listed_at

REMIND_S: Final = 15 * 60.0
WARN_S: Final = 60 * 60.0
_HEAD: Final = re.compile(r"utilization\.gpu|gpu[_ ]util", re.IGNORECASE)
_ANY_ROW: Final = re.compile(r"(?:^|\s)\d{4}/\d\d/\d\d [\d:.]+,\s*(?:\d+,\s*)?(\d+) ?%?\s*,")
_NOT_WATCHED: Final = Unknown(("the use of its GPUs over time",))


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    idle = subject.evidence.latest(GpuIdle)
    if idle is None:
        return _NOT_WATCHED
    seconds = idle.value.idle_for(subject.now)
    if seconds is None or seconds < REMIND_S:
        return Absent("its GPUs are at work, or were a moment ago")
    said = [Said(idle.source, f"every GPU at 0% use for {show_duration(seconds)}", idle.at)]
    if pod.cost_per_hour:
        spent = pod.cost_per_hour * int(seconds) / 3600
        rate = show_usd(pod.cost_per_hour)
        said.append(
            Said(
                "api",
                f"${show_usd(spent)} spent meanwhile, at ${rate} an hour",
                listed_at(subject.account),
            )
        )
    return Present(tuple(said), Severity.WARNING if seconds >= WARN_S else Severity.INFO)


def _series(page: Page) -> str | None:
    """Rows of a query in a loop that all show 0 %, over ten minutes and more."""
    row = _ANY_ROW.search(page.raw)
    if row is None or (not page.memory.get("rows") and not page.saw(_HEAD)):
        return None
    at = page.at
    if int(row[1]) > 0 or at is None:
        page.memory.clear()
        return None
    page.memory["rows"] = page.memory.get("rows", 0) + 1
    begun = page.memory.setdefault("since", at)
    if page.memory["rows"] >= 3 and at - begun >= 600:
        return f"0% use for {show_duration(at - begun)}"
    return None


def _api_rows(page: Page) -> str | None:
    if not re.search(
        r'"gpus"\s*:\s*\[\s*\{[^\]]*"(?:util|gpuUtilPercent)"\s*:\s*0(?:\.0+)?\s*[,}]', page.line
    ):
        return None
    if re.search(r'"(?:util|gpuUtilPercent)"\s*:\s*(?!0(?:\.0+)?\s*[,}])\d', page.line):
        page.memory.pop("api", None)
        return None
    page.memory["api"] = page.memory.get("api", 0) + 1
    return "the API shows 0% use again and again" if page.memory["api"] >= 3 else None


DETECTOR = Detector(
    code="RP36",
    title="Idle GPU burns money",
    severity=Severity.WARNING,
    cause=(
        "No GPU of this Pod has done anything for a while: its run ended, crashed or waits, or somebody left it "
        "open. It costs the same as at full use."
    ),
    fix=(
        "Look whether something still works for it: uploads, data preparation (rgt-tui probe POD)",
        "Save what is on the container disk, then stop the Pod: rgt-tui stop POD says what would be lost",
        "Let a job end its Pod: runpodctl pod stop $RUNPOD_POD_ID as its last command",
        "If it waits for you on purpose: the dollars beside it are the price of waiting",
    ),
    source="REST v2 runtime.gpus, 2026-08-18; RunPod pricing, read 2026-08-20",
    needs=(PodList,),
    applies=living_on_gpus,
    detect=_detect,
    strings=(
        (
            (
                "timestamp, index, utilization.gpu [%], power.draw [W]\n"
                "2026/11/20 02:00:00.000, 0, 0 %, 71.20 W\n"
                "2026/11/20 02:15:00.000, 0, 0 %, 70.98 W\n"
                "2026/11/20 02:30:00.000, 0, 0 %, 71.03 W"
            ),
            "nvidia-smi in a loop, driver 450 to 580, row after row",
        ),
    ),
    outdated=(
        (
            "end a job with runpodctl stop pod or remove pod",
            "deprecated since runpodctl 2: runpodctl pod stop, runpodctl pod delete",
        ),
    ),
    text=(
        Rule(words="mib w", tells=_series),
        Rule(words="gpus", tells=_api_rows, even_quoted=True),
        Rule(
            words="idle idling",
            pattern=r"\bgpus?\b.{0,40}\b(?:idle|idling)\b.{0,40}\b(?:for|since|over|hours?|minutes?|\d+ ?h|burn|bill|cost|money|paying)\b|\b(?:idle|idling)\b.{0,30}\bgpus?\b.{0,60}\b(?:\$|burn|bill|cost|money|paying|charged|hours?)|\bpod\b.{0,40}\bidle\b.{0,40}\b(?:for|since|hours?|burn|bill|\$)|\bidle (?:pod|gpu)s?\b.{0,40}\b(?:burn|bill|cost|wast|charg)",
            reason="a GPU idles at full price",
            unless=r"idle ?timeout ?=",
        ),
        Rule(
            words="utilization utilisation util",
            pattern=r"\b(?:gpu|cuda)?\s*util(?:i[sz]ation)?\b[^\n]{0,20}\b0 ?%[^\n]{0,40}\b(?:for|since|over)\b[^\n]{0,20}\b(?:hours?|minutes?|min|days?|\d+ ?h)|\b0 ?% (?:gpu )?util\w*.{0,40}\b(?:for|since|hours?|minutes?)",
            reason="a GPU idles at full price",
        ),
    ),
)
