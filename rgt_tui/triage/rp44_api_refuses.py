"""RP44: the API refuses us.

Symptom: 401, 403, 429 with a `RateLimit` header, `{"data":{"myself":null}}`. Cause: a wrong or
restricted key, or the account's rate limit is used up by all its tools together. Fix: check the
key's scope; wait as long as the header says.
Source: runpodctl#45 #46 #149; RunPod REST v2 and API key documentation, read 2026-08-20.
"""

import re
from collections.abc import Iterator
from typing import Final

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Failed, Reading
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Scope,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.telling import Page, Rule

_OTHER_WORDS: Final = (
    "docker registry ghcr quay huggingface face hf wandb github gitlab openai anthropic civitai jupyter kaggle"
    " http https modelscope amazonaws s3 gcloud azure pip pypi npm traceback requests"
)
_BARE: Final = re.compile(r"\W*(?:error:? *)?(?:401\W{1,2})?unauthorized\W*$", re.IGNORECASE)
_ASKED: Final = re.compile(r"\brunpod(?:ctl)?\b|\b(?:api|rest)\.runpod\.io\b", re.IGNORECASE)
_OTHERS: Final = re.compile(
    r"docker|registry|ghcr|quay\.io|hugging ?face|\bhf\b|wandb|github|gitlab|openai|anthropic|civitai|jupyter"
    r"|https?://(?!\S*\brunpod)|kaggle|modelscope|amazonaws|\bs3\b|gcloud|azure|\bpip\b|pypi|npm|traceback|requests\.get",
    re.IGNORECASE,
)
"""Services whose keys are refused more often than RunPod's, and programs that ask others."""
FIRST_LINES: Final = 3
"""A refusal that names nobody counts only at the beginning of a text: an error that was pasted."""
NEAR_LINES: Final = 12
_REFUSALS: Final = ("auth", "unauthorized", "forbidden", "limited", "denied")
_OF_PODS: Final = (LogSigns, BootLog)
"""What of each Pod is asked of the API: the log is a scope of its own."""
_REFUSED_OF_PODS: Final = ("unauthorized", "forbidden")
"""Who is told to wait is told so once, for the account; a key is refused for each Pod."""


def _detect(subject: Subject) -> Verdict:
    failures = [*_refused_of_pods(subject)]
    for kind in subject.evidence:
        reading: Reading[object] = subject.evidence.reading(kind)
        if reading.failure is not None and any(w in reading.failure.code for w in _REFUSALS):
            failures.append(reading.failure)
    if failures:
        said = {failure.error: Said("api", failure.error, failure.at) for failure in failures}
        listed: Reading[PodList] = subject.evidence.reading(PodList)
        is_blind = listed.failure is not None
        return Present(tuple(said.values()), Severity.CRITICAL if is_blind else Severity.WARNING)
    if subject.evidence.latest(PodList) is None:
        return Unknown(("an answer of the API",))
    return Absent("the API answers what is asked")


def _refused_of_pods(subject: Subject) -> Iterator[Failed]:
    """What the API refuses to tell of single Pods; one such answer says it for all of them."""
    for kind in _OF_PODS:
        for pod in subject.account.pods:
            reading: Reading[object] | None = subject.account.about(pod.id).readings.get(kind)
            failure = None if reading is None else reading.failure
            if failure is not None and failure.code in _REFUSED_OF_PODS:
                yield failure
                break


def _bare_refusal(page: Page) -> str | None:
    """A refusal in one word, near what names RunPod's API or its command, or all that was said."""
    if _BARE.match(page.line) is None:
        return None
    if page.saw(_ASKED, 6) is not None:
        return "the API refuses the key"
    if page.number > FIRST_LINES or page.saw(_OTHERS) is not None:
        return None
    page.memory["bare"] = page.number
    return "somebody refuses a key, and nothing says that it is another one than RunPod's"


def _of_another(page: Page) -> str | None:
    """Whose key it was that a bare refusal spoke of."""
    if "bare" not in page.memory or page.number - page.memory["bare"] > NEAR_LINES:
        return None
    return "the key of another service was refused" if _OTHERS.search(page.line) else None


DETECTOR = Detector(
    code="RP44",
    title="API refuses us",
    severity=Severity.WARNING,
    cause=(
        "The key is wrong, expired or restricted (each API has its own scope: 403 for one route while others "
        "work), or the rate limit, which is the user's and shared by all tools, is used up (429)."
    ),
    fix=(
        "rgt-tui doctor says which key is used, whether it is accepted, and how many calls are left",
        "403: widen the key's scope in the web console, Settings; logs and billing are scopes of their own",
        "429: wait the seconds that the answer names (Retry-After, t= in RateLimit); look for a script that polls",
        "Error 1010 of Cloudflare: the client sends no User-Agent of its own",
    ),
    source="RunPod REST v2 document, 2026-08-18; RunPod documentation, API keys, read 2026-08-20",
    scope=Scope.ACCOUNT,
    detect=_detect,
    strings=(
        (
            '{"error":"api request failed with status 401","code":"unauthorized","status":401}',
            "runpodctl 2",
        ),
        ('Error: data is nil: {"data":{"myself":null}}', "runpodctl 1"),
        (
            '{"title":"Too Many Requests","status":429,"detail":"rate limit exceeded"}',
            "REST v2, 2026",
        ),
        ("x509: certificate signed by unknown authority", "Go 1 programs in bare images"),
        ("Something went wrong. Please try again later", "GraphQL, 2023 to 2026"),
    ),
    outdated=(
        (
            "use REST v1 at rest.runpod.io, or GraphQL",
            "v1 is retired (2026-11-15 or 2026-12-01, the pages disagree), GraphQL in early 2027: REST v2 at api.runpod.io/v2",
        ),
    ),
    text=(
        Rule(
            words="1015",
            pattern=r"\berror(?: code)?:? 1015\b",
            reason="the API limits our requests",
        ),
        Rule(
            words="401 403",
            pattern=r"\"?(?:status|statusCode|code)\"?\s*[:=]?\s*\"?(?:401|403)\b(?!.*hugging)|HTTP/[\d.]+ 40[13]\b|\b40[13] (?:Unauthorized|Forbidden)\b(?=.*(?:runpod|api[ _.]key|/v[12]/|graphql))|(?:api\.|rest\.)runpod\.io\S*.{0,60}\b40[13]\b|\b(?:returned|got|responded(?: with)?) (?:a |an |HTTP )?40[13]\b(?=.*(?:runpod|api))",
            reason="the API refuses the key",
            unless=r"huggingface|/api/kernels|wandb|docker|registry|gated",
        ),
        Rule(
            words="unauthorized forbidden authenticationerror",
            pattern=r"\"(?:title|code|error|message|detail)\"\s*:\s*\"(?:Unauthorized|Forbidden|unauthorized|forbidden)|Unauthorized request, please check your API key|runpod\.error\.AuthenticationError|\brunpod\b.{0,60}\b(?:unauthorized|forbidden)\b|\bunauthorized\b.{0,60}\brunpod",
            reason="the API refuses the key",
            unless=r"huggingface|docker|registry",
        ),
        Rule(words="unauthorized", tells=_bare_refusal),
        Rule(words=_OTHER_WORDS, tells=_of_another, takes_back=True, even_quoted=True),
        Rule(
            words="myself",
            pattern=r"\"myself\"\s*:\s*null|data is nil",
            reason="GraphQL knows no account for this key",
            even_quoted=True,
        ),
        Rule(
            words="429",
            pattern=r"HTTP/[\d.]+ 429\b|\"(?:status|code)\"\s*:\s*\"?429\b|\b429\b(?=.*(?:runpod|RateLimit|Retry-After))|(?:api\.|rest\.)runpod\.io\S*.{0,60}\b429\b",
            reason="the account's rate limit is used up",
            unless=r"hugging|hf\.co|docker|reqwest",
        ),
        Rule(
            words="ratelimit limit",
            pattern=r"^RateLimit: .*\br=0\b|\"detail\"\s*:\s*\"rate limit exceeded",
            reason="the account's rate limit is used up",
        ),
        Rule(
            words="x509",
            pattern=r"x509: certificate signed by unknown authority",
            reason="the image has no certificates to check the API with",
        ),
        Rule(
            words="wrong",
            pattern=r"Something went wrong\. Please try again later",
            reason="GraphQL gives no reason",
        ),
        Rule(
            words="key+api apikey",
            pattern=r"\bapi[ _-]?key\b.{0,60}\b(?:invalid|does not have|doesn't have|lacks?|expired|revoked|not (?:valid|authori[sz]ed|allowed)|without (?:access|permission)|rejected|wrong|read[- ]only)|\b(?:invalid|expired|revoked|wrong|bad)\b.{0,20}\b(?:runpod )?api[ _-]?key\b",
            reason="the API refuses the key",
            unless=r"openai|wandb|hugging|anthropic|gemini|s3|shared api key",
        ),
        Rule(
            words="1010",
            pattern=r"error(?: code)?\W{0,3}1010\b",
            reason="Cloudflare refuses the client's User-Agent (1010)",
        ),
    ),
)
