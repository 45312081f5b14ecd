"""A crash's last words: two lines on the terminal, and a report file without a secret.

Textual 8.2.8 prints every frame's local variables (`App._fatal_error`, `show_locals=True`), an
API key among them if one was in scope. The report holds the stack as file, line and function,
the exception's own text with everything masked that looks like or is a secret, and no locals.
"""

import contextlib
import os
import re
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from rich.segment import Segment, Segments
from textual.app import App

from rgt_tui.domain.text import clean, clean_lines

MASK: Final = "<masked>"
LONGEST_PATH: Final = 4096
"""Linux's PATH_MAX."""
_SECRET_NAMES: Final = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH", re.IGNORECASE)
_LEAST_SECRET: Final = 8
_SHAPES: Final = re.compile(
    r"\brpa_[A-Za-z0-9]{8,}"
    r"|\b(?:hf|ghp|gho|ghs|glpat|sk|pk|xox[abprs])[_-][A-Za-z0-9_-]{8,}"
    r"|\bAKIA[A-Z0-9]{12,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+"
    r"|(?<=[Bb]earer )\S+"
    r"|(?<=://)[^/\s@:]+:[^/\s@]+(?=@)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_NAMED: Final = re.compile(
    r"((?:api[_-]?key|token|secret|password|passwd|authorization)[\"']?\s*[=:]\s*[\"']?)"
    r"(?!<masked>)[^\s\"'&,;)]+",
    re.IGNORECASE,
)


class FatalApp(App[int]):
    """An app that ends after an unhandled error with its last words and a report.

    Attributes:
        report_folder: Where reports go; None for the user's state folder.
    """

    report_folder: Path | None = None

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1] or self._exception or RuntimeError("unknown error")
        if not self._exit_renderables:  # Textual prints the first, and advice for developers
            said = last_words(error, self.report_folder or state_folder(os.environ))
            lines = [part for line in said.split("\n") for part in (Segment(line), Segment.line())]
            self._exit_renderables.append(Segments(lines))
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Prints the last words whole: the file's name must not end at the terminal's edge."""
        for said in self._exit_renderables[:1]:
            self.error_console.print(said, soft_wrap=True)
        self._exit_renderables.clear()


def last_words(error: BaseException, folder: Path) -> str:
    """Write the report into `folder`; give a line that names the error, and the file on its own."""
    report = mask(_report(error), _environment_secrets(os.environ))
    report = "\n".join(clean_lines(report))  # names from outside: it must be safe to print
    what = f"rgt-tui stopped on an error: {type(error).__name__} in {_place(error)}"
    try:
        path = _write(report, folder)
    except OSError as refused:
        return clean(f"{what}; no report could be written in {folder}: {refused.strerror}", 400)
    return f"{clean(what, 300)}. Report, secrets masked:\n{clean(str(path), LONGEST_PATH)}"


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the given secrets, and whatever has a known secret's shape, masked."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _NAMED.sub(rf"\g<1>{MASK}", _SHAPES.sub(MASK, text))


def state_folder(environment: Mapping[str, str]) -> Path:
    """The user's state folder for this program (XDG Base Directory 0.8)."""
    base = environment.get("XDG_STATE_HOME", "")
    home = Path(environment.get("HOME") or "/nonexistent")
    return (Path(base) if base.startswith("/") else home / ".local" / "state") / "rgt-tui"


def _environment_secrets(environment: Mapping[str, str]) -> list[str]:
    return [
        value
        for name, value in environment.items()
        if _SECRET_NAMES.search(name) and len(value) >= _LEAST_SECRET and not value.startswith("/")
    ]


def _report(error: BaseException) -> str:
    import platform
    from importlib.metadata import version  # both cost milliseconds that only a crash pays

    stack = traceback.TracebackException.from_exception(error, capture_locals=False)
    textual = version("textual")
    head = f"python {platform.python_version()}, textual {textual}, {sys.platform}\n"
    return head + "".join(stack.format())


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "site-packages" not in f.filename] or list(frames)
    if not ours:
        return "an unknown place"
    return f"{'/'.join(Path(ours[-1].filename).parts[-3:])}:{ours[-1].lineno}"


def _write(report: str, folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = folder / f"crash-{stamp}-{os.getpid()}.txt"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    with contextlib.closing(os.fdopen(descriptor, "w", encoding="utf-8", errors="replace")) as file:
        file.write(report)
    return path
