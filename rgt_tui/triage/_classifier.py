"""Reads text of any length once and says which symptoms it shows.

Most lines of a log are about nothing. A block of lines is cut into words at once, and unless some
rule finds its words among them, the block is done: the cost of a line does not grow with the
number of symptoms. Else the lines are searched for those few words. Only the last lines are kept.
"""

import re
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
_COLOURS: Final = re.compile(
    r"(?:\x1b|\\x1b)(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07]{0,200}(?:\x07|\\x07)?)"
)
_WRAPPED: Final = re.compile(r'^\{.{0,300}?"(?:line|log|message|msg)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_COLLECTORS: Final = ('"ts"', '"stream"', '"level"', '"severity"')
"""One of these names stands beside a line that a collector or a logger wrapped, not in an API's answer."""
_STAMPED: Final = re.compile(
    r"^\s*(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\]?\s+(?:(?:stdout|stderr) [FP] )?"
    r"|(?:container|system)\s+\d\d:\d\d:\d\d\s+)"
)

_Asked = tuple[bytes, int, str, Rule]
"""A word that must stand beside the first (or none), the rule's number, its code, and the rule."""


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
    _memory: dict[str, dict[str, float]] = field(default_factory=dict)
    _before: list[str] = field(default_factory=list)
    _number: int = 0

    def __post_init__(self) -> None:
        """Sorts the rules by their words."""
        rules: dict[bytes, tuple[_Asked, ...]] = {}
        known = [(detector.code, rule) for detector in self.detectors for rule in detector.text]
        for number, (code, rule) in enumerate(known):
            for anchor in rule.words.encode().split():
                word, _, beside = anchor.partition(b"+")
                rules[word] = (*rules.get(word, ()), (beside, number, code, rule))
        self._rules, self._words = rules, frozenset(rules)

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

    def _read_block(self, block: list[str]) -> None:
        joined = "\n".join(block)
        if "\x1b" in joined or "\\x1b" in joined:
            plain = _COLOURS.sub("", joined).split("\n")
            block = plain if len(plain) == len(block) else block
            joined = "\n".join(block)
        told = joined.encode(errors="replace").translate(_WORDS)
        words = set(told.split())
        waiting = {
            word: asked
            for word in self._words & words
            if (asked := [each for each in self._rules[word] if not each[0] or each[0] in words])
        }
        if waiting:
            lines = told.split(b"\n")
            if len(lines) != len(block):  # a line with a line feed in it
                lines = [line.encode(errors="replace").translate(_WORDS) for line in block]
            self._read_lines(block, lines, waiting)
        self._number += len(block)
        self._before = [*self._before, *block][-LOOKBACK:]

    def _read_lines(
        self, block: list[str], told: list[bytes], waiting: Mapping[bytes, Sequence[_Asked]]
    ) -> None:
        """Asks the rules whose words stand in the same line.

        Args:
            block: the lines.
            told: their words.
            waiting: the rules that find all their words somewhere in the block, by the first word.
        """
        around = [*self._before, *block]
        known = len(self._before)
        wanted = tuple(waiting)
        for index, line in enumerate(told):
            near = [word for word in wanted if word in line]
            if not near:
                continue
            words = line.split()
            asked = {
                number: (code, rule)
                for word in near
                if word in words
                for beside, number, code, rule in waiting[word]
                if not beside or beside in words
            }
            if asked:
                end = known + index
                page = (block[index], self._number + index + 1)
                before = around[max(0, end - LOOKBACK) : end]
                self._ask([asked[number] for number in sorted(asked)], *page, before)

    def _ask(
        self,
        asked: Iterable[tuple[str, Rule]],
        line: str,
        number: int,
        before: Sequence[str],
    ) -> None:
        bare = _bare(line)
        for code, rule in asked:
            if rule.takes_back and code not in self.heard:
                continue
            memory = self._memory.setdefault(code, {})
            reason = rule.heard_in(Page(bare, line, number, before, memory))
            if reason is None:
                continue
            if rule.takes_back:
                self.heard.pop(code, None)
            else:
                self._note(code, Heard(line.strip(), reason, number, 1, line.strip(), number))

    def _note(self, code: str, heard: Heard) -> None:
        first = self.heard.setdefault(code, heard)
        if first is not heard and first.last_number != heard.number:
            self.heard[code] = replace(
                first, count=first.count + 1, last=heard.line, last_number=heard.number
            )


def _bare(line: str) -> str:
    """The line without what a log collector wrote around it."""
    wrapped = _WRAPPED.match(line)
    if wrapped is not None and any(name in line for name in _COLLECTORS):
        return wrapped[1].replace('\\"', '"').removesuffix("\\n")
    return _STAMPED.sub("", line, count=1)
