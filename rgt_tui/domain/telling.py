"""How a symptom shows in text: rules that a reader of logs asks about lines, and what they see.

A rule names the words one of which stands in every line it can match; a reader that has cut a
line into words so knows at once which few rules to ask. A rule is a pattern of one line, or a
function that may also look at the lines before and keep a small memory of its own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import unix_time

LOOKBACK: Final = 16
"""Lines before the present one that a rule may look at."""

LONGEST: Final = 1000
"""Characters of a line by which code and advice are told from a report: they show at its beginning."""

_ISO = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_CLOCK_12 = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d):(\d\d) ?([AP]M)", re.ASCII)
_KERNEL = re.compile(r"\[(?:\w{3} )?(\w{3} +\d{1,2} \d\d:\d\d:\d\d \d{4})\]")


@dataclass(slots=True)
class Page:
    """What a rule may look at.

    Attributes:
        line: the present line, without colour codes and without what a log collector put around it.
        raw: the line with all that was around it, but for the colours.
        number: of the line, from 1.
        before: the lines before it, oldest first, at most `LOOKBACK`.
        memory: the symptom's own for this text; keep it small.
    """

    line: str = ""
    raw: str = ""
    number: int = 0
    before: Sequence[str] = ()
    memory: dict[str, float] = field(default_factory=dict)

    @property
    def at(self) -> float | None:
        """When the line was written, Unix seconds; None when it carries no time."""
        return time_of(self.raw)

    def saw(self, pattern: re.Pattern[str], lines: int = LOOKBACK) -> re.Match[str] | None:
        """The newest match among the last `lines` lines before this one."""
        for line in reversed(self.before[-lines:]):
            found = pattern.search(line)
            if found is not None:
                return found
        return None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way a symptom shows in text.

    Attributes:
        words: lower-case words (letters and digits), one of which every matching line contains;
            `rare+common` stands for two words that a line must both contain.
        has: a literal that every matching line contains, in just these letters; may be empty.
        pattern: a regular expression for one line, in any case; empty when `tells` is given.
        reason: what a match means, half a sentence.
        unless: a regular expression that forbids the match.
        tells: the reason why a line shows the symptom, None when it does not.
        even_quoted: whether lines of source code, comments and advice count as well.
        takes_back: whether a match says that what was seen before has passed.
        stands: whether a match is proof of its own, so that a symptom which explains the others of
            its code (`Detector.gives_way_to`) does not explain it away.
        then: how many lines after one with its words are asked about as well: what a command
            prints stands below its name.
    """

    words: str
    has: str = ""
    pattern: str = ""
    reason: str = ""
    unless: str = ""
    tells: Callable[[Page], str | None] | None = None
    even_quoted: bool = False
    takes_back: bool = False
    stands: bool = False
    then: int = 0

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    @cached_property
    def _unless(self) -> re.Pattern[str] | None:
        return re.compile(self.unless, re.IGNORECASE) if self.unless else None

    def heard_in(self, page: Page) -> str | None:
        """The reason why the page's line shows the symptom, None when it does not."""
        if self.tells is not None:
            reason = self.tells(page)
            start, end = 0, None
        else:
            found = self._pattern.search(page.line)
            if found is None:
                return None
            reason, (start, end) = self.reason, found.span()
        if reason is None or (self._unless is not None and self._unless.search(page.line)):
            return None
        if not self.even_quoted and is_mention(page.line, start, end):
            return None
        return reason


_CODE = re.compile(
    r"^[\s+-]*(?:"
    r"#(?!#)|//|/\*|<!--|--\s|;;|\"\"\"|REM\s|@[\w.]+\s*(?:\(|$)"
    r"|(?:\}\s*)?(?:else\s+)?(?:el)?if\b.*(?:[:{]\s*$|[:{].*[=+\-*/]=|\bin\s+\w+\(|==|\bthen\b|\|\|)"
    r"|except\b[^:\"']*:\s*(?:#.*)?$"
    r"|(?:while|assert|except|catch|case|return|raise|throw|print|printf|println|fmt|echo|elog|die|warn"
    r"|log(?:ger|ging)?\.\w+|console\.\w+|pytest|expect|grep|egrep|rg|def|func|function|fn|class|pub)\b"
    r"[\s(]*[^:\s].*[\"'`(]"
    r"|(?:export\s+|const\s+|let\s+|var\s+|final\s+|static\s+)*[A-Za-z_][\w.\[\]\"']*\s*(?::\s*[\w\[\], .]+)?"
    r"\s*(?:\|=|\+=|:=|=)\s*[rfbu]{0,2}[\"'`(\[{]+[^\"'`]*[\"'`][)\]},;]*\s*(?:#.*)?$"
    r"|[A-Za-z_][\w.]*\s*=\s*[(\[{]\s*[rfbu]{0,2}[\"'].*[\"']\s*[)\]}][,;]?\s*$"
    r"|(?!b(?:'[^']*'|\"[^\"]*\")\s*$)[rfbu]{0,2}[\"'`][^\"'`]*[\"'`][)\]]*[,;]?\s*$"
    r")"
)
_CALLS = re.compile(
    r"\bin\s+(?:str|repr)\(|\.(?:includes|contains|Contains|indexOf|find|match|test|startsWith"
    r"|startswith|endswith|search|lower)\(|re\.(?:compile|search|match)\(|pytest\.raises\("
    r"|\bgrep\s+-|[\"'`]\s+(?:not\s+)?in\s+(?:str|e|err|error|exc|ex|msg|message|line|text|out|output|std\w+|log|s"
    r"|result|body|data|resp\w*|content)\b|\bjournalctl\b.*\|\s*grep"
)
_QUOTES: Final = ('"', "'", "`")
_NAME = r"(?:[\w$]+(?:\.|::|->|\\))*"
"""What may stand before the last part of a name: `std::`, `console.`."""
_LITERAL = r"[$@&]?[rfbuL]{0,2}#{0,2}[\"'`]"
_INSIDE = r"(?:[^\"'`:;()]|::|\([^\"'`()]*\))*"
"""What may stand before a literal in the same brackets."""
_CALLED = re.compile(
    rf"\b[a-z_][\w:]*!\s?[(\[{{]{_INSIDE}{_LITERAL}"  # a macro of Rust
    rf"|[\w>]\({_INSIDE}{_LITERAL}.*[\"'`][^\"'`]*\)[^\"'`]*;\s*(?://.*)?$"  # call(..., "..."...);
    rf"|\b(?:throw|raise)\s+(?:new\s+)?\\?{_NAME}\w+\(\s*{_LITERAL}"
    rf"|:=\s*(?:new\s+)?{_NAME}\w+\({_INSIDE}{_LITERAL}"
)
"""A literal as the argument of a call: in text that a program printed, what is called ends otherwise."""
_CALLING: Final = ("!", ";", "throw", "raise", ":=")
"""One of these stands in every line with such a call."""
_STATEMENT = re.compile(
    r"[\s+-]*(?:"
    rf"(?:.*(?:->|=>|\|\||&&|\?:|[{{}}])\s*)?(?:await\s+)?{_NAME}[a-z_]\w*\((?:[A-Za-z_&*][\w.&]*,\s*)*{_LITERAL}"
    r".*[\"'`][^\"'`]*\)[\s?{})]*$"
    rf"|\.\w+\({_LITERAL}.*[\"'`][)\s]+[?;,.{{]*\s*$"
    rf"|(?:Err|Some|Ok)\({_LITERAL}.*[\"'`](?:\.[\w.()\s]*\)[\s;,?]*|\s*\)\s*[;,?]+\s*)$"
    rf"|(?:[a-z]|\w*log\w*|errors|zap)\.[A-Z]\w+\({_LITERAL}.*\)\s*$"
    rf"|(?:const|let|var|val|auto|final)\b[^=\"'`]*=\s*(?:new\s+)?{_NAME}\w+\({_INSIDE}{_LITERAL}"
    r"|\[\w+\]\s*=\s*[\"'].*[\"']\s*,?\s*$|[^\"'`]*\bc(?:err|out)\s*<<.*;\s*$"
    r"|(?:puts|abort|fail|croak|Write-(?:Host|Error|Warning|Output))\s+(?:\"[^\"]*\"|'[^']*')\s*(?:[;}#].*|(?:if|unless)\b.*)?$"
    r")"
)
"""A line that is nothing but such a call."""
_SAYING = re.compile(
    r"\b(?:docs?|documentation|manual|man page|readme|wiki|guide|faq|article|blog|tutorial)\b[^\"'`]{0,40}"
    r"\b(?:says?|said|mentions?|describes?|explains?|lists?)\b",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(
    r"[\w .]{0,40}[\"'`\u201d]\s+(?:(?:usually|typically|often|just|only|always)\s+)?(?:means?\b|indicates?\b|refers to\b|stands for\b)",
    re.IGNORECASE,
)
_NONE_OF_THEM = re.compile(
    r"[\w .\"'`]{0,40}?\b(?:errors?|failures?|occurrences|events|count)[\"'`]?\s*[:=]\s*(?:0|none|zero)\s*(?:[,;)]|$)",
    re.IGNORECASE,
)
_ZERO = re.compile(r"(?:^|[:;,=])\s*(?:0|zero|no)\s+[\"'`]?$", re.IGNORECASE)
_OF_THEM = re.compile(
    r"[\w .]{0,40}?[\"'`]?\s*\b(?:errors|failures|occurrences|events)\b", re.IGNORECASE
)
_ADVICE = re.compile(
    r"\bif (?:you|this|it|the)\b.*\b(?:see|sees|get|gets|hit|hits|encounter|receive|run into|running into|fails? with"
    r"|says?|shows?|prints?)\b|\bwhen you (?:see|get|hit)\b|\bin case of\b|\b(?:to )?(?:avoid|avoids|avoiding"
    r"|prevent|prevents|preventing)\b|\b(?:may|might|can|could|would) (?:see|get|show|cause|lead to|trigger"
    r"|result in|raise|fail with)\b|\b(?:handles?|handling|catches|catching|simulates?|ignores?|retries|retry) (?:on|the|a)?\b"
    r"|\bno (?:more )?$|\bwithout (?:an? |any )?$|\b(?:was|were|is) (?:fixed|resolved)\b",
    re.IGNORECASE,
)

_COMMIT = re.compile(
    r"^\W*(?:[0-9a-f]{7,40}\s+)?(?:fix(?:es|ed)?|feat|docs|test|chore|refactor)\b(?:\([^)]*\))?!?:?\s",
    re.IGNORECASE,
)


def is_mention(line: str, start: int = 0, end: int | None = None) -> bool:
    """Whether a line speaks of an error rather than reporting one: code, a comment, advice.

    Args:
        line: the whole line.
        start: where the words in question begin; advice counts only before them.
        end: where they end, None where that is not known; a count of none counts only behind them.
    """
    line, start = line[:LONGEST], min(start, LONGEST)
    return (
        _CODE.match(line) is not None
        or _CALLS.search(line) is not None
        or _is_argument(line)
        or _COMMIT.match(line) is not None
        or (start > 0 and _ADVICE.search(line, 0, start) is not None)
        or (end is not None and end <= LONGEST and _is_told_of(line, start, end))
    )


def _is_argument(line: str) -> bool:
    if not any(quote in line for quote in _QUOTES):
        return False
    return _STATEMENT.match(line) is not None or (
        any(sign in line for sign in _CALLING) and _CALLED.search(line) is not None
    )


def _is_told_of(line: str, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` are counted as none, or are what a text explains."""
    return (
        _NONE_OF_THEM.match(line, end) is not None
        or _SAYING.search(line, 0, end) is not None
        or (_EXPLAINED.match(line, end) is not None and any(q in line[:end] for q in "\"'`\u201c"))
        or (_ZERO.search(line[:start]) is not None and _OF_THEM.match(line, end) is not None)
    )


def time_of(line: str) -> float | None:
    """The Unix time that a log line carries, in any of the usual forms; None without one."""
    found = _ISO.search(line)
    if found is not None:
        year, month, day, clock, _, zone = found.groups()
        return unix_time(f"{year}-{month}-{day}T{clock}{zone or ''}")
    found = _CLOCK_12.search(line)
    if found is not None:
        return _parsed(" ".join(found.groups()), "%m %d %Y %I %M %S %p")
    found = _KERNEL.search(line)
    return None if found is None else _parsed(found[1], "%b %d %H:%M:%S %Y")


def _parsed(text: str, form: str) -> float | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
