"""RP12: the Pod's variables are missing in a shell that came over SSH.

Symptom: a program says that no API key is configured although the Pod has it. Cause: sshd starts
shells without the container's environment; official images write it to /etc/rp_environment and
read that from ~/.bashrc only, which commands run over SSH never see. Fix: read it before the
command; never write values to a shared volume.
Source: RunPod containers, start.sh (since 2025-08-19), read 2026-07-29; wandb 0.31 measured.
"""

import re

from rgt_tui.domain.finding import (
    A_START_S,
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.whom import running
from rgt_tui.facts import is_in_logs
from rgt_tui.probes.environment import EnvironmentReport

_COUNTED_HERE = re.compile(r"\benv\b.*\bgrep\b.*\bRUNPOD_|\bprintenv\b.*RUNPOD_")
_COUNTED_THERE = re.compile(r"/proc/1/environ.*\bgrep\b.*RUNPOD_")


def _counted(page: Page) -> str | None:
    """`env | grep -c RUNPOD_` gave 0, and the next command asks the first process."""
    before = [line.strip() for line in page.before if line.strip()]
    if not _COUNTED_THERE.search(page.line) or len(before) < 2:
        return None
    if before[-1] == "0" and _COUNTED_HERE.search(before[-2]):
        return "this shell has no RUNPOD_ variable"
    return None


def _detect(subject: Subject) -> Verdict:
    pod, seen = subject.this, subject.seen(EnvironmentReport)
    missing = seen.value.missing
    if missing is None:
        return Unknown(("the variables of PID 1, or of a session: one of them cannot be read",))
    lost = sorted(set(missing) & set(pod.env_names))
    if not lost:
        return Absent("a session has every variable that the Pod was given")
    names = ", ".join(lost[:8]) + (f" and {len(lost) - 8} more" if len(lost) > 8 else "")
    words = f"given to the Pod, and not there in a session over SSH: {names}"
    if is_in_logs(pod, subject.evidence, "RP12"):
        return Present((Said("ssh", words, seen.at),), Severity.WARNING)
    if seen.value.has_export_file:
        return Absent(f"{words}; an interactive bash reads them from /etc/rp_environment")
    return Present((Said("ssh", words, seen.at),), Severity.INFO)


DETECTOR = Detector(
    code="RP12",
    title="Pod variables missing over SSH",
    severity=Severity.WARNING,
    cause=(
        "sshd does not hand the container's environment to its shells. Official images write it to "
        "/etc/rp_environment (since 2025-08-19) and read that from ~/.bashrc, so a command run over SSH, "
        "another shell and custom images see nothing of it."
    ),
    fix=(
        "In front of a command: rgt-tui ssh POD -- 'set -a; . /etc/rp_environment; set +a; python train.py'",
        "Without that file, from the first process: export $(tr '\\0' '\\n' </proc/1/environ | grep -E '^(HF_TOKEN|WANDB_API_KEY|RUNPOD_)' | xargs -d '\\n')",
        "Log in for good inside the container: wandb login, hf auth login (kept under /root, until the next stop)",
        "Do not write keys to a network volume: every Pod that mounts it can read them",
    ),
    source="RunPod containers, start.sh, read 2026-07-29; RunPod documentation, environment variables, read 2026-08-20",
    needs=(EnvironmentReport,),
    max_age_s=A_START_S,
    applies=running,
    detect=_detect,
    strings=(
        ("No API key configured. Use `wandb login` to log in.", "wandb 0.31, measured"),
        (
            "api_key not configured (no-tty). call wandb.login(key=[your_api_key])",
            "wandb up to 0.19",
        ),
        (
            "Cannot access gated repo for url https://huggingface.co/",
            "huggingface_hub, 2024 to 2026",
        ),
        ("KeyError: 'HF_TOKEN'", "Python 3, os.environ"),
    ),
    outdated=(
        (
            "the variables are missing in every shell over SSH",
            "fixed for interactive bash of official images since 2025-08-19 (/etc/rp_environment); commands, other shells and custom images still lack them",
        ),
        (
            "write them to a file on /workspace",
            "on a network volume every Pod that mounts it can read that file: secrets leak; read them from /etc/rp_environment or /proc/1/environ (official images write the file, start.sh of 2026-07-29)",
        ),
    ),
    text=(
        Rule(
            words="credentials",
            pattern=r"\bUnable to locate credentials\b|\bNoCredentialsError\b",
            reason="a program finds no credentials in its environment",
        ),
        Rule(
            words="configured",
            pattern=r"No API key configured|api_key not configured|\b(?:api[ _-]?key|token|credentials?)\b.{0,30}\bnot configured",
            reason="a program finds no API key in its environment",
        ),
        Rule(
            words="gated authenticated gatedrepoerror",
            pattern=r"Cannot access gated repo|\bGatedRepoError\b|must (?:have access to it and )?be authenticated to access",
            reason="Hugging Face refuses without a token",
        ),
        Rule(
            words="keyerror",
            pattern=r"KeyError: ['\"](?:[A-Z0-9]+_)*(?:TOKEN|KEY|SECRET|PASSWORD|POD_ID|RUNPOD\w*|WANDB\w*|HF\w*|AWS\w*)['\"]",
            reason="a program misses a variable of the Pod",
        ),
        Rule(
            words="unset unbound undefined missing+environment missing+env missing+variable missing+variables missing+token missing+key no+environment no+env not+set not+found not+defined not+exported not+provided not+available empty+environment empty+env empty+token empty+key environment+ssh env+ssh environment+shell environment+session env+shell env+session required+environment set+environment",
            pattern=r"\b[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*(?:TOKEN|KEY|SECRET|PASSWORD|ID|URL|HOME)\b['\"`]?(?: environment)?(?: variable)? (?:is |was |are |has )?(?:not (?:been )?(?:set|found|defined|provided|exported|available)|missing|unset|undefined|empty|required but)"
            r"|(?:missing|unset|undefined|no|set the|required) (?:required )?(?:environment|env) (?:variable|var)s?:? ?['\"`]?[A-Z][A-Z0-9]*_|\b[A-Z][A-Z0-9_]+: (?:unbound variable|parameter (?:null or )?not set)"
            r"|\b(?:environment|env)(?: variables?| vars?)?\b.{0,50}\b(?:missing|not (?:set|available|visible|passed|there|inherited|loaded|present)|empty|unset|gone|lost|don'?t show)\b.{0,50}\b(?:ssh|shell|session)|\b(?:ssh|shell|session)\b.{0,60}\b(?:no|not|n't|without|missing|lacks?)\b.{0,40}\b(?:environment|env) ?(?:variables?|vars?)",
            reason="a variable of the Pod is not in this shell",
        ),
        Rule(
            words="environ",
            tells=_counted,
            even_quoted=True,
        ),
        Rule(
            words="login wandb",
            pattern=r"wandb: ERROR.{0,60}(?:api[_ ]key|not logged in|login)|\b(?:not logged in|please (?:log ?in|run `?(?:wandb|hf|huggingface-cli) (?:auth )?login))\b.{0,80}(?:wandb|hugging|hf)|(?:wandb|hugging ?face|hf).{0,80}\b(?:not logged in|please log ?in)\b",
            reason="a program finds no login in its environment",
            unless=r"currently logged in",
        ),
        Rule(
            words="gated",
            pattern=r"trying to access a gated repo|Access to model \S+ is restricted",
            reason="the token for Hugging Face is not there",
        ),
        Rule(
            words="token",
            pattern=r"Token is required \(`?token=True`?\), but no token found|LocalTokenNotFoundError",
            reason="the token for Hugging Face is not there",
        ),
        Rule(
            words="api_key client+option",
            pattern=r"api_key client option must be set either by",
            reason="an API key is not in the environment",
        ),
        Rule(
            words="401",
            pattern=r"401 Client Error\b.{0,80}huggingface\.co|huggingface\.co\S*.{0,60}\b401\b",
            reason="Hugging Face wants a token that is not there",
        ),
    ),
)
