"""RP5: the HTTP proxy ends a request after 100 seconds.

Symptom: `error code: 524` in the client, sockets to `*.proxy.runpod.net` that drop. Cause: the
proxy is Cloudflare, which waits 100 seconds for an answer to begin. Fix: a TCP port, or a job id
and polling; a forward over SSH for one's own use.
Source: RunPod documentation, expose ports, read 2026-08-20; gradio#5896, gradio#6589.
"""

from collections.abc import Iterator

from rgt_tui.domain.finding import Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import living
from rgt_tui.facts import listed_at
from rgt_tui.probes.listening import ListeningReport


def _detect(subject: Subject) -> Verdict:
    """Logs tell of the request; the ports tell whether it can have come through the proxy."""
    pod = subject.this
    ports = ", ".join(f"{port}/http" for port in _proxied(pod))
    said = f"{ports} is served through the proxy: an answer has to begin within 100 s"
    return Present((Said("api", said, listed_at(subject.account)), *_answering(pod, subject)))


def _answering(pod: Pod, subject: Subject) -> Iterator[Said]:
    """Whether a program listens behind the proxy: without one it answers 502, not 524."""
    seen = subject.evidence.latest(ListeningReport)
    if seen is None:
        return
    open_ports = [str(port) for port in _proxied(pod) if port in seen.value.ports]
    words = (
        f"something listens on {', '.join(open_ports)}" if open_ports else "nothing listens there"
    )
    yield Said("ssh", words, seen.at)


def _proxied(pod: Pod) -> list[int]:
    """The ports that the HTTP proxy serves."""
    ports = [port.partition("/") for port in pod.ports or ()]
    return [int(number) for number, _, kind in ports if kind == "http" and number.isdecimal()]


def _has_proxied(subject: Subject) -> bool:
    """A Pod that the HTTP proxy serves."""
    return any(port.endswith("/http") for port in subject.this.ports or ())


DETECTOR = Detector(
    code="RP5",
    title="HTTP proxy timeout after 100 s",
    severity=Severity.WARNING,
    cause=(
        "An HTTP port is served through Cloudflare, which gives up when no answer has begun after 100 "
        "seconds (524). The work in the Pod goes on; only its answer has nowhere to go."
    ),
    fix=(
        "For your own use: forward the port over SSH, which has no such limit (f fills it in): rgt-tui forward POD PORT",
        (
            "For others: expose the port as TCP; a port above 70000 asks for the same number outside and inside "
            "(read RUNPOD_TCP_PORT_...). Changing ports resets the Pod"
        ),
        "In the program: answer at once with a job id and let the client poll, or stream from the start",
    ),
    source="RunPod documentation, expose ports (100 s limit), read 2026-08-20",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=living,
    only_if=_has_proxied,
    adds_to_logs=True,
    detect=_detect,
    strings=(
        ("error code: 524", "Cloudflare's body, 2026-08"),
        ("Error 524: a timeout occurred", "Cloudflare's page, 2026-08"),
        (
            "WebSocket connection to 'wss://abc-7860.proxy.runpod.net/queue/join' failed",
            "browsers, gradio 3 and 4",
        ),
    ),
    outdated=(
        (
            "ports above 70000 always map symmetrically",
            "still in the documentation of 2026-08-20; whether REST v2 takes such a number is not established: read RUNPOD_TCP_PORT_... inside",
        ),
    ),
    text=(
        Rule(
            words="524",
            pattern=r"\bstatus (?:code )?(?:of |is |=|: ?)?524\b",
            reason="a request got no answer within the proxy's 100 seconds",
        ),
        Rule(
            words="524",
            pattern=r"(?:error|status|code|http(?:/\d(?:\.\d)?)?|returned|returns|got|responded(?: with)?|->|<|response)\W{0,4}(?:code|status|error)?\W{0,3}524\b"
            r"|\b524\b.{0,30}(?:time-?d?[- ]?out|server error|cloudflare|<none>|a timeout)|cloudflare.{0,60}\b524\b|\b524s?\b.{0,80}\bproxy\b|\bproxy\b.{0,80}\b524s?\b",
            reason="the proxy gave up waiting (524 after 100 s)",
        ),
        Rule(
            words="proxy cloudflare",
            pattern=r"wss?://\S*\.proxy\.runpod\.net\S*'? failed|(?:websocket|connection|request)\b.{0,80}proxy\.runpod\.net.{0,80}\b(?:closed|dropped|timed? ?out|disconnected|failed|1006)\b"
            r"|\b(?:100|a hundred)[- ]?s(?:ec(?:ond)?s?)?\b.{0,60}\b(?:cloudflare|proxy)\b.{0,60}\b(?:limit|time-?out|cut|drop|kill|clos)|\b(?:cloudflare|proxy)\b.{0,60}\b(?:limit|time-?out|cut|drop|kill|clos)\w*.{0,40}\b(?:100|a hundred)[- ]?s(?:ec(?:ond)?s?)?\b",
            reason="the HTTP proxy cut a connection",
        ),
        Rule(
            words="timeout+524 timeout+cloudflare",
            pattern=r"\bA timeout occurred\b.{0,40}(?:524|cloudflare)|cloudflare.{0,30}time-?out",
            reason="the proxy gave up waiting",
        ),
    ),
)
