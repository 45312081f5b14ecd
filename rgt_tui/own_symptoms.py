"""Symptoms of one's own: TOML files in the configuration folder, asked beside the detectors.

A file of `symptoms/*.toml` holds tables `[[symptom]]`: a code, a title, steps, and what it is told by,
a text, a regular expression or a figure beyond a limit. One that cannot be followed is refused with
file, line, what was expected and what was found; all others count.
"""

import importlib
import re
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rgt_tui import places
from rgt_tui.domain.checkpoint import CheckpointList
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
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.text import clean
from rgt_tui.domain.whom import running
from rgt_tui.facts import gpu_sum, root_store, stores, uptime_s, workspace_store
from rgt_tui.probes.cgroup import CgroupReport
from rgt_tui.storage import Store
from rgt_tui.toml_lines import line_of

LARGEST_FILE: Final = 64 * 1024
MOST_FILES: Final = 50
MOST_SYMPTOMS: Final = 200
LONGEST: Final = 200
"""Characters of a text or a regular expression."""
LINE: Final = 500
"""Characters of a line that a regular expression is shown."""
SLOWEST_S: Final = 0.02
"""Seconds of CPU that an expression may take for a line made to be hard for it."""
_CODE: Final = re.compile(r"(?!RP\d)[A-Z][A-Z0-9-]{1,11}\Z")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_KEYS: Final = {
    *("code", "title", "severity", "cause", "fix", "source"),
    *("text", "regex", "word", "figure", "above", "below"),
}
_LONGEST_STEP: Final = 500


@dataclass(frozen=True, slots=True)
class OwnSymptoms:
    """What was found.

    Attributes:
        folder: where it was looked for.
        detectors: those that can be followed.
        faults: one sentence each on what cannot, with file and line.
    """

    folder: Path
    detectors: tuple[Detector, ...] = ()
    faults: tuple[str, ...] = ()


class Refused(Exception):
    """A symptom that cannot be followed: the key it is about, what was expected and found."""

    def __init__(self, key: str, expected: str, found: object = None) -> None:
        shown = "nothing" if found is None else clean(repr(found), 60)
        super().__init__(f"expected {expected}, found {shown}")
        self.key = key


def _percent(store: Store | None) -> float | None:
    return None if store is None else store.percent


def _disk(subject: Subject) -> float | None:
    return _percent(root_store(stores(subject.this, subject.account)))


def _volume(subject: Subject) -> float | None:
    return _percent(workspace_store(stores(subject.this, subject.account)))


def _gpu_util(subject: Subject) -> float | None:
    return gpu_sum(subject.this, subject.evidence).util_percent


def _gpu_memory(subject: Subject) -> float | None:
    held = gpu_sum(subject.this, subject.evidence)
    if held.used_bytes is None or not held.total_bytes:
        return None
    return 100 * held.used_bytes / held.total_bytes


def _memory(subject: Subject) -> float | None:
    group = subject.evidence.value(CgroupReport)
    return None if group is None else group.memory_percent


def _uptime(subject: Subject) -> float | None:
    seconds = uptime_s(subject.pod) if subject.pod is not None else None
    return None if seconds is None else seconds / 3600


def _cost(subject: Subject) -> float | None:
    cost = subject.pod.cost_per_hour if subject.pod is not None else None
    return None if cost is None else float(cost)


def _newest_checkpoint(subject: Subject) -> float | None:
    """Hours since the newest settled checkpoint; since the start where there is none yet."""
    listed = subject.evidence.value(CheckpointList)
    if listed is None:
        return None
    written = [
        max(file.mtime_ns for file in one.files) / 1e9
        for one in listed.checkpoints
        if one.files and not one.unfinished
    ]
    if written:
        return max(0.0, listed.pod_now - max(written)) / 3600
    return _uptime(subject) if listed.is_complete else None


FIGURES: Final[Mapping[str, tuple[str, Callable[[Subject], float | None]]]] = {
    "container_disk_percent": ("ssh", _disk),
    "volume_percent": ("ssh", _volume),
    "gpu_util_percent": ("ssh", _gpu_util),
    "gpu_memory_percent": ("ssh", _gpu_memory),
    "memory_percent": ("ssh", _memory),
    "newest_checkpoint_hours": ("ssh", _newest_checkpoint),
    "uptime_hours": ("api", _uptime),
    "cost_per_hour": ("api", _cost),
}
"""What a threshold may be set on, and where it comes from."""


def load(folder: Path | None = None) -> OwnSymptoms:
    """The symptoms of the configuration folder; none where there is no such folder."""
    where = folder if folder is not None else places.config_dir() / "symptoms"
    detectors: dict[str, Detector] = {}
    faults: list[str] = []
    for file in sorted(where.glob("*.toml"))[:MOST_FILES]:
        for found in _read(file):
            if isinstance(found, str):
                faults.append(found)
            elif found.code in detectors:
                faults.append(f"{file}: the code {found.code} is there twice; the first one counts")
            elif len(detectors) < MOST_SYMPTOMS:
                detectors[found.code] = found
    return OwnSymptoms(where, tuple(detectors.values()), tuple(faults))


def adopt() -> OwnSymptoms:
    """Loads them, and has them asked beside the built-in ones from here on."""
    from rgt_tui import triage  # all detectors: only where somebody asks them anyway

    own = load()
    triage.adopt(own.detectors)
    return own


def _read(file: Path) -> Iterator[Detector | str]:
    """The symptoms of one file, and a sentence for each that cannot be followed."""
    text = ""
    try:
        content, _ = places.read_regular(file, LARGEST_FILE)
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        tables = tomllib.loads(text)
    except OSError as error:
        yield f"{file}: cannot be read: {places.why(error)}"
        return
    except (ValueError, RecursionError) as error:
        yield f"{file}, line {_line_in(error, text)}: expected TOML in UTF-8: {clean(str(error), 120)}"
        return
    known = tables.pop("symptom", [])
    lines = [n for n, line in enumerate(text.split("\n"), 1) if line.strip() == "[[symptom]]"]
    for key in tables:
        where = f"{file}, line {line_of(text, '', key)}"
        yield f"{where}: expected tables [[symptom]] alone, found {clean(key, 60)!r}"
    if not isinstance(known, list):
        where = f"{file}, line {line_of(text, '', 'symptom')}"
        yield f"{where}: expected [[symptom]] in double brackets, found [symptom]"
        return
    for number, table in enumerate(known):
        begin = lines[number] if number < len(lines) else 1
        try:
            yield _detector(table, str(file))
        except Refused as refused:
            yield f"{file}, line {_line_of(text, begin, refused.key)}: {refused.key}: {refused}"


def _line_in(error: Exception, text: str) -> int:
    """The line that a parser or a decoder complains about; the last one for the end of the file."""
    if isinstance(error, UnicodeDecodeError):
        return error.object.count(b"\n", 0, error.start) + 1
    told = re.search(r"\bat line (\d+)", str(error))
    return int(told[1]) if told else len(text.splitlines()) or 1


def _line_of(text: str, begin: int, key: str) -> int:
    """The line of a key within the table that begins at a line; else that line."""
    for number, line in enumerate(text.split("\n")[begin:], begin + 1):
        if line.strip().startswith("[["):
            break
        if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return begin


def _detector(table: object, file: str) -> Detector:
    if not isinstance(table, dict):
        raise Refused("symptom", "a table", table)
    for key in table:
        if key not in _KEYS:
            raise Refused(key, f"one of {', '.join(sorted(_KEYS))}", key)
    code = _string(table, "code", 12)
    if not _CODE.match(code):
        raise Refused("code", "2 to 12 capitals and digits, not RP and a number", code)
    ways = [way for way in ("text", "regex", "figure") if way in table]
    if len(ways) != 1:
        raise Refused(ways[-1] if ways else "code", "one of text, regex, figure", ways or None)
    is_figure = ways == ["figure"]
    return Detector(
        code=code,
        title=_string(table, "title", 80),
        severity=_severity(table),
        cause=_string(table, "cause", _LONGEST_STEP, "A symptom of your own."),
        fix=_steps(table),
        source=_string(table, "source", _LONGEST_STEP, f"your own rule in {file}"),
        needs=() if is_figure else (LogSigns,),
        max_age_s=3600.0,
        applies=running,
        detect=_threshold(table) if is_figure else None,
        text=() if is_figure else (_rule(table, ways[0]),),
        strings=((table["text"], f"your own rule in {file}"),) if ways == ["text"] else (),
    )


def _string(table: Mapping[str, Any], key: str, limit: int, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise Refused(key, f"a text of at most {limit} characters", value)
    return clean(value)


def _severity(table: Mapping[str, Any]) -> Severity:
    word = table.get("severity", "warning")
    known = {severity.word: severity for severity in Severity}
    if word not in known:
        raise Refused("severity", f"one of {', '.join(known)}", word)
    return known[word]


def _steps(table: Mapping[str, Any]) -> tuple[str, ...]:
    given = table.get("fix")
    steps = [given] if isinstance(given, str) else given
    if not isinstance(steps, list) or not 0 < len(steps) <= 20:
        raise Refused("fix", "one step, or a list of steps", given)
    if not all(isinstance(step, str) and 0 < len(step) <= _LONGEST_STEP for step in steps):
        raise Refused("fix", f"steps of at most {_LONGEST_STEP} characters", given)
    return tuple(clean(step) for step in steps)


def _threshold(table: Mapping[str, Any]) -> Callable[[Subject], Verdict]:
    name = table["figure"]
    if name not in FIGURES:
        raise Refused("figure", f"one of {', '.join(FIGURES)}", name)
    limits = {key: table[key] for key in ("above", "below") if key in table}
    if not limits:
        raise Refused("figure", "above or below beside it")
    for key, value in limits.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused(key, "a number", value)
    source, read = FIGURES[name]
    above, below = limits.get("above", float("inf")), limits.get("below", float("-inf"))

    def detect(subject: Subject) -> Verdict:
        value = read(subject)
        if value is None:
            return Unknown((f"{name}: not seen",))
        said = f"{name} is {value:.4g}"
        if value > above:
            return Present((Said(source, f"{said}, above {above:g}", subject.now),))
        if value < below:
            return Present((Said(source, f"{said}, below {below:g}", subject.now),))
        return Absent(said)

    return detect


def _rule(table: Mapping[str, Any], way: str) -> Rule:
    """How a text or an expression is looked for: by a word first, so that it costs little."""
    wanted = table[way]
    if not isinstance(wanted, str) or not 0 < len(wanted) <= LONGEST or not wanted.isprintable():
        raise Refused(way, f"a text of at most {LONGEST} characters on one line", wanted)
    reason = f"your own rule {table['code']}"
    if way == "text":
        words = _WORD.findall(wanted)
        if not words:
            raise Refused("text", "at least one letter or digit", wanted)
        longest = max(words, key=len).lower()
        # A line is looked at only where one of its words is this one: texts are of whole words.
        return Rule(words=longest, pattern=re.escape(wanted), reason=reason, even_quoted=True)
    word = table.get("word")
    if not isinstance(word, str) or not _WORD.fullmatch(word):
        raise Refused("word", "a word (letters and digits) of every line that matches", word)
    pattern = _safe(wanted)

    def tells(page: Page) -> str | None:
        return reason if pattern.search(page.line[:LINE]) else None

    return Rule(words=word.lower(), tells=tells, reason=reason, even_quoted=True)


def _safe(text: str) -> re.Pattern[str]:
    """An expression that cannot take long for any line.

    Raises:
        Refused: it is none, repeats what repeats, or is slow for a line that is hard for it.
    """
    try:
        pattern = re.compile(text, re.IGNORECASE)
        tree = importlib.import_module("re._parser").parse(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused("regex", f"a regular expression ({error})", text) from None
    if _repeats(tree) > 2:
        raise Refused("regex", "at most two unbounded repeats, and none within another", text)
    for hard in (" ", "a", "0", "-", "a ", "ab", text):
        line = (hard * LINE)[: LINE - 1] + "\n"
        if _searching_s(pattern, line) > SLOWEST_S and _searching_s(pattern, line) > SLOWEST_S:
            raise Refused("regex", f"at most {SLOWEST_S * 1000:.0f} ms for a line", text)
    return pattern


def _searching_s(pattern: re.Pattern[str], line: str) -> float:
    """Seconds of CPU that one search takes: a busy machine makes no expression slower."""
    begun = time.thread_time()
    pattern.search(line)
    return time.thread_time() - begun


def _repeats(tree: Any, *, within: bool = False) -> int:
    """How many unbounded repeats there are; many when one holds another, a choice or a reference."""
    count = 0
    for operation, argument in tree:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, body = argument
            is_long = int(most) > 100
            if within and int(most) > 1:
                return 99
            count += is_long + _repeats(body, within=within or int(most) > 1)
        elif name == "BRANCH":
            if within:
                return 99
            count += sum(_repeats(branch) for branch in argument[1])
        elif name == "SUBPATTERN":
            count += _repeats(argument[-1], within=within)
        elif name in ("ASSERT", "ASSERT_NOT"):
            count += _repeats(argument[1], within=within)
        elif name in ("GROUPREF", "GROUPREF_EXISTS"):
            return 99
    return count


__all__ = ["FIGURES", "OwnSymptoms", "Refused", "adopt", "load"]
