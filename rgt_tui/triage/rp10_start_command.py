"""RP10: the image's start command fights with RunPod's, so nothing serves.

Symptom: the log shows a program's usage text or `exec ... no such file`, sshd never comes up, or
the container starts again and again. Cause: docker arguments replace the image's CMD or are fed
to its ENTRYPOINT; `/start.sh` of official images is then never run. Fix: mend the arguments.
Source: runpodctl#170, runpod-python#338, public issues of vLLM and Aphrodite images; RunPod
documentation, custom images, read 2026-08-20.
"""

import re
from typing import Final

from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.readiness import Readiness
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.whom import running
from rgt_tui.facts import how_far, listed_at

_EXEC: Final = re.compile(
    r'exec: ?"|executable file not found|no such file or directory\b.*start|permission denied: unknown',
    re.IGNORECASE,
)
_OPTION: Final = re.compile(
    r"^\s*\[-{1,2}[a-z][\w-]*(?:[ =](?:[A-Z_][A-Z0-9_]*|\{[^}]*\}|<[^>]+>).*)?\]\s*$"
)
_USAGE: Final = re.compile(r"^\s*usage: \S+ .*\[-", re.IGNORECASE)
_NO_TROUBLE: Final = Absent("its start command shows no trouble")


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    log = subject.evidence.value(BootLog)
    if log is not None and _EXEC.search(log.trouble) and not pod.is_alive:
        said = [Said("log", log.trouble, log.trouble_at)]
        if pod.args:
            said.append(Said("api", f"its start command: {pod.args}", listed_at(subject.account)))
        return Present(tuple(said))
    if pod.args and subject.once(how_far) is Readiness.LOOPING:
        said = [
            Said(
                "api",
                f"it starts over and over with the command: {pod.args}",
                listed_at(subject.account),
            )
        ]
        return Present(tuple(said), severity=Severity.WARNING)
    return _NO_TROUBLE


def _usage(page: Page) -> str | None:
    """Three lines of a program's option list, or its complaint about arguments."""
    begins = _USAGE.match(page.line) is not None
    if not begins and not _OPTION.match(page.line):
        return None
    seen = page.memory.get("options", 0) + (2 if begins else 1)
    page.memory["options"] = seen
    return "the container prints a program's usage: its arguments do not fit" if seen >= 3 else None


DETECTOR = Detector(
    code="RP10",
    title="Start command does not fit the image",
    severity=Severity.CRITICAL,
    cause=(
        "Docker arguments replace the image's CMD, or are handed to its ENTRYPOINT. Then /start.sh of official "
        "images never runs and there is no sshd, or a program is fed words it does not know and ends."
    ),
    fix=(
        "rgt-tui logs POD shows what it complains of; compare the Pod's args with what the image expects: an ENTRYPOINT takes options, a CMD takes a whole command",
        "Do not send empty args; to keep a container open add: && sleep infinity",
        "In an own image use CMD, not ENTRYPOINT, call /start.sh from it, and make scripts executable with Unix line ends",
        "REST v2 takes cmd (and entrypoint) as arrays since late 2026: prefer them to one quoted string",
        "Relaunch with the mended command (rgt-tui relaunch POD shows it first): args of a Pod change only with a reset",
    ),
    source="RunPod documentation, custom images, read 2026-08-20; runpodctl#170, runpod-python#338",
    needs=(PodList,),
    applies=running,
    detect=_detect,
    strings=(
        ('exec: "/start.sh": stat /start.sh: no such file or directory', "runc, 2023 to 2026"),
        ("[FATAL tini (7)] exec /app/entrypoint.sh failed: No such file or directory", "tini 0.19"),
        ("error: unrecognized arguments: --port 8000", "argparse of Python 3"),
    ),
    outdated=(
        (
            "read the container log with runpodctl get pod",
            "it never told logs; REST v2 does since 2026-08: /v2/pods/{id}/logs, source container or system",
        ),
        (
            "an image's ENTRYPOINT cannot be replaced",
            "creates take cmd as an array since late 2026; whether that suffices for every ENTRYPOINT is not established",
        ),
    ),
    text=(
        Rule(
            words="entrypoint+exec entrypoint+found start+exec",
            pattern=r"(?:entrypoint\S*|start\.sh): \d+: exec: .{1,120}: not found|exec container process\b.{0,60}`[^`]+`: No such file",
            reason="the start command names a program that the image lacks",
        ),
        Rule(
            words="r+command",
            pattern=r"\$'\\r': command not found",
            reason="the start script has Windows line ends",
        ),
        Rule(
            words="exec executable",
            pattern=r'exec:? "?[^"\s]+"?:? (?:stat .{0,80}: |executable file )?(?:no such file|not found|permission denied|is a directory)|exec \S+ failed: (?:No such file|Permission denied)|executable file not found in \$?PATH'
            r'|exec: "[^"]+": (?:executable|stat|permission|no such|fork)',
            reason="the start command cannot be run",
            unless=r"exec failed: unable to start container process:?\s*$|format error",
        ),
        Rule(
            words="tini dumb docker",
            pattern=r"\[FATAL tini|(?:dumb-init|docker-init)\b.{0,60}(?:No such file|Permission denied|not found)",
            reason="the container's first process found nothing to run",
            unless=r"format error",
        ),
        Rule(
            words="entrypoint interpreter sh+found sh+denied sh+such sh+open sh+execute env+such start+command",
            pattern=r"(?:/start\.sh|entrypoint(?:\.sh)?|/run\.sh|/app/\S+\.sh|docker-entrypoint\.sh)['\"]?:? ?(?:line \d+: )?(?:no such file|not found|permission denied|cannot execute|bad interpreter)"
            r"|can'?t open '?/?\w*start\.sh|/usr/bin/env: '?\S+?(?:\\x0d|\\r|\r)'?: No such file|bad interpreter: No such file|\bstart command\b.{0,60}\b(?:fail\w*|exit\w*|not found|wrong|incorrect|overrid\w*)|overrid\w+ (?:the |RunPod'?s? )?(?:entrypoint|start command|/start\.sh|CMD)",
            reason="the image's start script is not there or not allowed to run",
        ),
        Rule(
            words="unrecognized unrecognised arguments argument option options usage",
            pattern=r"error: unrecognized arguments|the following arguments are required:|error: argument -{1,2}[\w/-]+.{0,20}: (?:expected|invalid|not allowed)|(?:unknown|unrecognized|invalid|no such) (?:option|flag|argument)s?:? '?-{1,2}\w|unexpected argument '[^']+' found",
            reason="the program in the container does not know its arguments",
        ),
        Rule(
            words="permission",
            pattern=r"permission denied while trying to run|OCI runtime create failed.{0,200}permission denied",
            reason="the start command may not be run",
        ),
        Rule(
            words="usage lora dtype rank tokenizer quantization parallel trust seed vocab",
            tells=_usage,
        ),
        Rule(
            words="exec",
            pattern=r"\bexec: -{1,2}[\w-]*: invalid option|\bexec: line \d+: [^:]+: (?:not found|Permission denied)",
            reason="the image's entry point was handed options in place of a command",
        ),
    ),
)
