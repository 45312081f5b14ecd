"""RP40: Jupyter cannot be reached, or refuses.

Symptom: 502 from the proxy, "403 GET /api/...", a port that is not listed, "Jupyter Lab FAILED to
start". Cause: it has not started, port 8888 is not an HTTP port of the Pod, or the token is not
the one given. Fix: 8888/http, JUPYTER_PASSWORD, a minute of patience.
Source: RunPod containers, start.sh, read 2026-07-29; worker-comfyui#180; kohya_ss#1156.
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
    Verdict,
)
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.whom import running
from rgt_tui.facts import listed_at, uptime_s
from rgt_tui.probes.listening import ListeningReport

_BAD: Final = r"(?:no longer|not|n't|cannot|can't|could not|unable|fail\w*|refus\w*|blank|empty|stuck|lost|missing|disappear\w*|gone|timed? ?out|unreachable|inaccessible|error|502|503|504|404)"

_REFUSED: Final = re.compile(r"\bInvalid credentials\b", re.IGNORECASE)
_OURS: Final = re.compile(
    r"jupyter|\b(?:Server|Lab|Notebook)App\b|\b8888\b|Password or token|/login\?next=",
    re.IGNORECASE,
)

PATIENCE_S: Final = 120.0
"""How long after the container's start Jupyter of official images may take."""
PORT: Final = 8888


def _detect(subject: Subject) -> Verdict:
    """Official images start Jupyter where JUPYTER_PASSWORD is given, and serve it on 8888/http."""
    pod, seen = subject.this, subject.seen(ListeningReport)
    up = uptime_s(pod)
    if up is not None and up < PATIENCE_S:
        return Absent("its container has only just started")
    ports, at = pod.ports or (), listed_at(subject.account)
    if PORT in seen.value.ports:
        if f"{PORT}/http" in ports or pod.ports is None:
            return Absent(f"something listens on {PORT}, which is an HTTP port of the Pod")
        if "JUPYTER_PASSWORD" not in pod.env_names:
            return Absent(f"something listens on {PORT}, and nobody asked for Jupyter")
        words = f"{PORT}/tcp" if f"{PORT}/tcp" in ports else f"no {PORT}/http"
        return Present(
            (Said("api", f"Jupyter listens, but the ports of the Pod have {words}", at),)
        )
    if PORT in seen.value.local:
        words = f"{PORT} is listened on at the loopback address only: the proxy cannot reach it"
        return Present((Said("ssh", words, seen.at),))
    if "JUPYTER_PASSWORD" in pod.env_names and f"{PORT}/http" in ports:
        asked = Said("api", f"JUPYTER_PASSWORD is given and {PORT}/http is a port", at)
        return Present((Said("ssh", f"nothing listens on {PORT}", seen.at), asked))
    return Absent(f"nothing listens on {PORT}, and nobody asked for Jupyter")


def _wrong_token(page: Page) -> str | None:
    """What the login page of Jupyter says; other programs say it too."""
    if not _REFUSED.search(page.line) or not (_OURS.search(page.line) or page.saw(_OURS)):
        return None
    return "Jupyter wants its token"


DETECTOR = Detector(
    code="RP40",
    title="Jupyter not reachable",
    severity=Severity.INFO,
    cause=(
        "Jupyter has not started yet or failed, its port is not an HTTP port of the Pod, or the page lacks the "
        "token. The proxy answers 502 as long as nothing listens behind it."
    ),
    fix=(
        "Wait a minute after the start: the proxy answers 502 until Jupyter listens",
        "Check the ports: 8888/http, not 8888/tcp; changing ports resets the Pod",
        "Inside: tail /jupyter.log; jupyter server list; ss -ltn | grep 8888",
        "Token: JUPYTER_PASSWORD in the Pod's variables, or the token from jupyter server list",
        "Meanwhile without the proxy: forward it over SSH: rgt-tui forward POD 8888",
    ),
    source="RunPod containers, start.sh, read 2026-07-29; RunPod documentation, expose ports, read 2026-08-20",
    needs=(ListeningReport,),
    max_age_s=600.0,
    applies=running,
    detect=_detect,
    log_stands=True,
    strings=(
        ("Jupyter Lab FAILED to start. /jupyter.log:", "RunPod containers, start.sh, 2026"),
        ("403 GET /api/kernels", "Jupyter Server 1 and 2, Notebook 6 and 7"),
        ("Token authentication is enabled", "Jupyter Server 1 and 2, login page"),
        (
            "GET https://abc123xyz-8888.proxy.runpod.net/api/status -> 502 Bad Gateway",
            "RunPod proxy, 2023 to 2026",
        ),
    ),
    text=(
        Rule(
            words="blocking+origin",
            pattern=r"Blocking Cross Origin API request\b",
            reason="Jupyter refuses requests that come through the proxy",
        ),
        Rule(
            words="config+encountered",
            pattern=r"Bad config encountered during initialization",
            reason="Jupyter does not start: its settings are wrong",
        ),
        Rule(
            words="running+recommended",
            pattern=r"Running as root is not recommended\. Use --allow-root",
            reason="Jupyter does not start as root without --allow-root",
        ),
        Rule(
            words="jupyter jupyterlab",
            pattern=r"\bjupyter(?: ?lab)?\b.{0,60}\bFAILED\b|\bjupyter(?: ?(?:lab|server|notebook))?\b.{0,100}\b"
            + _BAD
            + r"\b.{0,60}\b(?:start\w*|load\w*|reach\w*|access\w*|connect\w*|open\w*|work\w*|respond\w*|visible|available|gateway|kernel)?|\b"
            + _BAD
            + r"\b.{0,60}\b(?:open|reach|access|load|connect(?: to)?|start)\b.{0,20}\bjupyter",
            reason="Jupyter cannot be reached",
            unless=r"No web browser found|could not determine jupyterlab build|is running at|Use Control-C|extension|jupyterlab_\w+ \||could not be found in|pip|deprecat|not (?:recommended|secure)|disk quota|no space",
        ),
        Rule(
            words="401+login",
            pattern=r"\b401 (?:GET|POST) /(?:\S*/)?login\b",
            reason="Jupyter wants its token",
        ),
        Rule(words="invalid+credentials", tells=_wrong_token),
        Rule(
            words="403",
            pattern=r"\b403 (?:GET|POST|PUT) /(?:api|lab|terminals|login|tree)\b|\b403\b.{0,30}/api/(?:kernels|sessions|contents|terminals)",
            reason="Jupyter refuses: the page has no valid token",
        ),
        Rule(
            words="token xsrf _xsrf",
            pattern=r"Token authentication is enabled|'?_xsrf'? argument missing|Invalid (?:credentials|token|password)\b.{0,60}(?:jupyter|8888|lab|notebook)|Couldn't authenticate WebSocket connection",
            reason="Jupyter wants its token",
        ),
        Rule(
            words="502 504 503 bad",
            pattern=r"\.proxy\.runpod\.net\S*.{0,80}\b(?:50[234]\b|Bad Gateway)|\b(?:50[234]|Bad Gateway)\b.{0,80}\.proxy\.runpod\.net|\b(?:502|Bad Gateway)\b.{0,60}\b(?:8888|jupyter|proxy|http service)|\b(?:8888|jupyter|http service)\b.{0,60}\b(?:502|Bad Gateway)\b",
            reason="nothing listens behind the proxy",
        ),
        Rule(
            words="8888",
            pattern=r"\bport 8888\b.{0,80}\b"
            + _BAD
            + r"\b|\b"
            + _BAD
            + r"\b.{0,60}\bport 8888\b|8888/tcp\b|Address already in use.{0,40}8888|\b8888\b.{0,30}already in use",
            reason="port 8888 does not lead to Jupyter",
            unless=r"is running at|Serving|0\.0\.0\.0:8888",
        ),
    ),
)
