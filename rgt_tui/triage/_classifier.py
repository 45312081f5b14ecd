"""Reads text of any length once and says which symptoms it shows.

Most lines of a log are about nothing, and most say again what was said before, with other numbers.
So a line is looked up by its shape, its words with all digits alike: a shape in which no rule finds
its words is done, and the cost of a line does not grow with the number of symptoms. Numbers that
are a symptom by themselves (137, 524) are looked for in a block of lines at once. Only the lines
that are left are cut into words. Only the last lines are kept.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import islice
from typing import Final

from rgt_tui.domain.finding import Detector
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.telling import LOOKBACK, Page, Rule

BLOCK: Final = 64
"""Lines that are looked at together."""
_LINE_FEED: Final = 10
_WORDS: Final = bytes(
    ord(chr(code).lower())
    if code < 128 and chr(code).isalnum()
    else (_LINE_FEED if code == _LINE_FEED else 32)
    for code in range(256)
)
"""Turns UTF-8 into lower-case words of ASCII letters and digits, line by line."""
_DIGITS: Final = b"0123456789"
_SHAPES: Final = bytes(ord("0") if code in _DIGITS else _WORDS[code] for code in range(256))
"""The same, with all digits alike."""
_NUMBERS: Final = bytes(code if code in _DIGITS else 32 for code in range(256))
_LETTERS: Final = string.ascii_letters.encode()
"""With these left out, nothing but the numbers is left; one that stands in a word looks like one too."""
SHAPES_MAX: Final = 8192
"""Shapes that are remembered; a text in which each line has one of its own is no slower for it."""
SAME_MAX: Final = 256
"""Lines of which it is remembered what each rule says; a program that fails in a loop says one thing."""
SAME_LONGEST: Final = 1000
"""Characters of a line that is remembered."""
_COLOURS: Final = re.compile(
    r"(?:\x1b|\\x1b)(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07]{0,200}(?:\x07|\\x07)?)"
)
_WRAPPED: Final = re.compile(r'^\{.{0,300}?"(?:line|log|message|msg)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_COLLECTORS: Final = ('"ts"', '"stream"', '"level"', '"severity"')
"""One of these names stands beside a line that a collector or a logger wrapped, not in an API's answer."""
GAP: Final = 40
"""Spaces in a row that rules are shown at most: progress bars pad their lines with thousands."""
_GAPS: Final = re.compile(rf"\s{{{GAP + 1},}}")
_STAMPED: Final = re.compile(
    r"^\s*(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\]?\s+(?:(?:stdout|stderr) [FP] )?"
    r"|(?:container|system)\s+\d\d:\d\d:\d\d\s+)"
)

_Asked = tuple[bytes, int, str, Rule]
"""A word that must stand beside the first (or none), the rule's number, its code, and the rule."""
_Alike = tuple[str, tuple[int, ...]]
"""A line without what a collector wrote around it, and the numbers of the rules whose words it has."""
_Said = tuple[str, Rule, str | None]
"""A rule's code, the rule, and the reason it gives; None where it has yet to be asked."""


@dataclass(slots=True)
class Heard:
    """Where a text shows a symptom.

    Attributes:
        line, reason, number: of the first line that shows it, from 1.
        count: how many lines do.
        last, last_number: the newest of them.
    """

    line: str
    reason: str
    number: int
    count: int = 1
    last: str = ""
    last_number: int = 0


@dataclass(slots=True)
class Classifier:
    """Reads one text.

    Attributes:
        detectors: whose rules are asked.
        heard: by code, in the order of the first lines; what was taken back is not there.
    """

    detectors: Sequence[Detector]
    heard: dict[str, Heard] = field(default_factory=dict)
    _rules: Mapping[bytes, tuple[_Asked, ...]] = field(default_factory=dict)
    _words: frozenset[bytes] = frozenset()
    _numbers: frozenset[bytes] = frozenset()
    _pairs: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)
    _firsts: frozenset[bytes] = frozenset()
    _shapes: dict[bytes, bool] = field(default_factory=dict)
    _standing: dict[str, Heard] = field(default_factory=dict)
    """The same of the rules that no other symptom explains away."""
    _memory: dict[str, dict[str, float]] = field(default_factory=dict)
    _before: list[str] = field(default_factory=list)
    _number: int = 0
    _same: dict[str, list[_Said]] = field(default_factory=dict)
    """By line, the rules that have something to say: the code, the rule, the reason if it is always the same."""
    _alike: dict[_Alike, list[_Said]] = field(default_factory=dict)
    """The same by the line without its time."""
    _due: dict[int, dict[int, tuple[str, Rule]]] = field(default_factory=dict)
    """By lines to come, the rules that are asked about them whatever they say."""

    def __post_init__(self) -> None:
        """Sorts the rules by their words."""
        rules: dict[bytes, tuple[_Asked, ...]] = {}
        pairs: dict[bytes, frozenset[bytes]] = {}
        known = [(detector.code, rule) for detector in self.detectors for rule in detector.text]
        for number, (code, rule) in enumerate(known):
            for anchor in rule.words.encode().split():
                word, _, beside = anchor.partition(b"+")
                rules[word] = (*rules.get(word, ()), (beside, number, code, rule))
                first, second = sorted((_shape(word), _shape(beside)), key=len, reverse=True)
                pairs[first] = pairs.get(first, frozenset()) | {second}
        self._rules, self._words = rules, frozenset(rules)
        pairs.pop(b"", None)  # a number alone
        self._pairs, self._firsts = pairs, frozenset(pairs)
        self._numbers = frozenset(
            word
            for word, asked in rules.items()
            if word.isdigit() and not all(_shape(beside) for beside, *_ in asked)
        )

    def read(self, lines: Iterable[str]) -> None:
        """Reads on; may be called again and again."""
        waiting = iter(lines)
        while block := list(islice(waiting, BLOCK)):
            self._read_block(block)

    def found(self) -> Iterator[tuple[Detector, Heard]]:
        """What the text shows so far, without what another symptom in it explains."""
        by_code = {detector.code: detector for detector in self.detectors}
        for code, heard in self.heard.items():
            detector = by_code[code]
            if not any(other in self.heard for other in detector.gives_way_to):
                yield detector, heard
            elif code in self._standing:
                yield detector, self._standing[code]

    def _read_block(self, block: list[str]) -> None:
        joined = "\n".join(block)
        if "\x1b" in joined or "\\x1b" in joined:
            plain = _COLOURS.sub("", joined).split("\n")
            block = plain if len(plain) == len(block) else block
            joined = "\n".join(block)
        told = joined.encode(errors="replace")
        if told.count(b"\n") >= len(block):  # a line with a line feed in it
            told = b"\n".join(line.encode(errors="replace").replace(b"\n", b" ") for line in block)
        wanted = self._wanted(told)
        if wanted or self._due:
            self._read_lines(block, told.translate(_WORDS).split(b"\n"), wanted)
        self._number += len(block)
        self._before = [*self._before, *block][-LOOKBACK:]

    def _wanted(self, told: bytes) -> list[int]:
        """Which lines of a block some rule may find its words in."""
        known = self._shapes
        shapes = told.translate(_SHAPES).split(b"\n")
        new = [shape for shape in shapes if shape not in known]
        if new:
            self._learn(new)
        wanted = [index for index, shape in enumerate(shapes) if known.get(shape, True)]
        numbers = self._numbers.intersection(told.translate(_NUMBERS, _LETTERS).split())
        more = {index for number in numbers for index in _lines_with(told, number)}
        return sorted(more.union(wanted)) if more else wanted

    def _learn(self, new: Sequence[bytes]) -> None:
        """Remembers of shapes whether a line can hold both words of some rule, whatever its numbers."""
        if len(self._shapes) >= SHAPES_MAX:
            self._shapes.clear()
        if not self._may_tell(b"\n".join(new)):
            self._shapes.update(dict.fromkeys(new, False))
            return
        for shape in new:
            self._shapes[shape] = self._may_tell(shape)

    def _may_tell(self, shape: bytes) -> bool:
        words = {*shape.split(), b""}
        return any(not self._pairs[word].isdisjoint(words) for word in self._firsts & words)

    def _read_lines(self, block: list[str], told: list[bytes], wanted: Iterable[int]) -> None:
        """Asks the rules whose words stand in the same line.

        Args:
            block: the lines.
            told: their words.
            wanted: which of them to look at.
        """
        around = [*self._before, *block]
        known, of_interest = len(self._before), set(wanted)
        for index in range(len(block)):
            line_number = self._number + index + 1
            due = self._due.pop(line_number, {}) if self._due else {}
            if not due and index not in of_interest:
                continue
            line, end = block[index], known + index
            rules = None if due else self._same.get(line)
            if rules is None:
                asked = dict(due)
                if index in of_interest:
                    asked.update(self._asked_of(line, set(told[index].split()), line_number))
                rules = [(*asked[number], None) for number in sorted(asked)]
                if rules and not due and not any(rule.then for _, rule, _ in rules):
                    rules = self._remember(line, (_bare(line), tuple(sorted(asked))), rules)
            if rules:
                self._ask(rules, line, line_number, around[max(0, end - LOOKBACK) : end])

    def _remember(self, line: str, alike: _Alike, rules: list[_Said]) -> list[_Said]:
        """Asks the rules that look at nothing but the line, once for all lines like it.

        Args:
            line: the line; said again, it is known at once.
            alike: the line without its time, and the numbers of the rules.
            rules: the rules.
        """
        said = self._alike.get(alike)
        if said is None:
            page = Page(alike[0])
            answers = (
                (code, rule, None if rule.tells is not None else rule.heard_in(page))
                for code, rule, _ in rules
            )
            said = [each for each in answers if each[1].tells is not None or each[2] is not None]
        if len(line) <= SAME_LONGEST:
            if len(self._same) >= SAME_MAX:
                self._same.clear()
                self._alike.clear()
            self._same[line] = self._alike[alike] = said
        return said

    def _asked_of(
        self, line: str, words: set[bytes], line_number: int
    ) -> dict[int, tuple[str, Rule]]:
        """The rules whose words stand in a line; those of its next lines are remembered."""
        asked = {
            number: (code, rule)
            for word in self._words & words
            for beside, number, code, rule in self._rules[word]
            if (not beside or beside in words) and rule.has in line
        }
        for number, (code, rule) in asked.items():
            for further in range(1, rule.then + 1):
                self._due.setdefault(line_number + further, {})[number] = (code, rule)
        return asked

    def _ask(
        self,
        asked: Iterable[_Said],
        line: str,
        number: int,
        before: Sequence[str],
    ) -> None:
        bare: str | None = None
        for code, rule, known in asked:
            if rule.takes_back and code not in self.heard:
                continue
            reason = known
            if reason is None:
                bare = _bare(line) if bare is None else bare
                memory = self._memory.setdefault(code, {})
                reason = rule.heard_in(Page(bare, line, number, before, memory))
            if reason is None:
                continue
            if rule.takes_back:
                self.heard.pop(code, None)
                self._standing.pop(code, None)
                continue
            _note(self.heard, code, Heard(line.strip(), reason, number))
            if rule.stands:
                _note(self._standing, code, Heard(line.strip(), reason, number))


def _note(heard: dict[str, Heard], code: str, new: Heard) -> None:
    known = heard.get(code)
    if known is None:
        heard[code] = replace(new, last=new.line, last_number=new.number)
    elif known.last_number != new.number:
        known.count += 1
        known.last, known.last_number = new.line, new.number


def _lines_with(told: bytes, number: bytes) -> Iterator[int]:
    """The lines in which a number stands as a word of its own."""
    at = told.find(number)
    while at >= 0:
        end = at + len(number)
        if not (told[at - 1 : at].isalnum() or told[end : end + 1].isalnum()):
            yield told.count(b"\n", 0, at)
        at = told.find(number, end)


def _shape(word: bytes) -> bytes:
    """What a word is in the shape of its line; nothing for a number, which may be any."""
    return b"" if word.isdigit() else word.translate(_SHAPES)


def _bare(line: str) -> str:
    """The line without what a log collector wrote around it, and without wide gaps."""
    if len(line) > GAP:
        line = _GAPS.sub(" " * GAP, line)
    wrapped = _WRAPPED.match(line)
    if wrapped is not None and any(name in line for name in _COLLECTORS):
        return wrapped[1].replace('\\"', '"').removesuffix("\\n")
    return _STAMPED.sub("", line, count=1)
