"""Untrusted text made safe to show: every string from outside passes `clean` once, at ingest.

Pod names, log lines, file names, command output and API text may carry terminal escapes,
bidirectional overrides, zero-width characters and lone surrogates. `str.isprintable` is false
for all of them (Unicode categories Cc, Cf, Cs, Co, Cn and odd spaces). What it calls printable
though nothing is drawn (fillers, blank patterns, variation selectors) is listed here.
"""

import re
import unicodedata
from typing import Final

LIMIT: Final = 4096
"""Characters kept of one string; a longer one ends in a count of what was cut."""
MARKS_IN_A_ROW: Final = 2
"""Combining marks kept on one character; more would overprint neighbouring rows."""
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]"
)
_EMOJI_STYLE: Final = re.compile(
    "(?<=[\u2190-\ufdff\ufe10-\U0001ffff])\ufe0f|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
"""The selector that asks for a coloured picture; harmless behind what can be one, keycaps included."""


def clean(text: str, limit: int = LIMIT) -> str:
    r"""`text` on one line, in which every character is printable and no run of marks is long.

    Control and format characters become a visible escape (`\x1b`, `\u202e`), so that a
    reader sees that something was there.
    """
    if len(text) > limit:
        text = f"{text[:limit]}… (+{len(text) - limit} characters)"
    is_printable = text.isprintable()
    if is_printable and text.isascii():
        return text
    if not is_printable:
        text = "".join(c if c.isprintable() else _visible(c) for c in text)
    if text.isascii():
        return text
    text = _UNSEEN.sub(lambda found: _visible(found[0]), _EMOJI_STYLE.sub("", text))
    return _without_piled_marks(text) if any(map(_is_mark, text)) else text


def clean_lines(text: str, limit: int = LIMIT) -> tuple[str, ...]:
    """The lines of `text`, each cleaned; a lone carriage return overwrites, as on a terminal."""
    rows = text.replace("\r\n", "\n").split("\n")
    return tuple(clean(row.rstrip("\r").rsplit("\r", 1)[-1], limit) for row in rows)


def decode(raw: bytes) -> str:
    """Bytes from a remote machine as text; what is not UTF-8 becomes U+FFFD."""
    return raw.decode("utf-8", errors="replace")


def _visible(character: str) -> str:
    code = ord(character)
    if character == "\t":
        return " "
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_mark(character: str) -> bool:
    # Thai vowels and enclosing circles overprint though their combining class is 0.
    return unicodedata.category(character) in ("Mn", "Me") or bool(unicodedata.combining(character))


def _without_piled_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if _is_mark(character) else 0
        if run <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
