"""Which line of a TOML text sets a key: a parsed file does not tell."""

import re


def line_of(text: str, section: str, key: str) -> int:
    """The line that sets a key, counted from 1; a parsed file does not tell.

    Understands tables, dotted keys and inline tables; where all fail, the first line that holds
    the word, else the first.
    """
    word = rf"""["']?{re.escape(key)}["']?"""
    here = ""
    for number, line in enumerate(text.split("\n"), 1):
        header = re.match(r"\s*\[+\s*[\"']?([^\]\"'.]*)", line)
        if header:
            here = header.group(1).strip()
            if not section and here == key:
                return number
        if here == section and re.match(rf"\s*{word}\s*[=.]", line):
            return number
        if section and re.match(rf"""\s*["']?{re.escape(section)}["']?\s*[.=].*{word}""", line):
            return number
    return next((n for n, line in enumerate(text.split("\n"), 1) if key in line), 1)
