"""The pen of a cell: its SGR parameters, and the shortest way from one pen to another.

A pen is a string: SGR parameters as Rich writes them (`"1;38;2;255;0;0"`), empty for the
terminal's own look. A cell inside a hyperlink adds NUL and the OSC 8 parameters after it.
"""

from functools import lru_cache
from typing import Final, NamedTuple

PLAIN: Final = ""
_LINK_MARK: Final = "\0"
_OFF: Final = {
    "1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27",
    "8": "28", "9": "29", "21": "24", "51": "54", "52": "54", "53": "55",
}  # fmt: skip
"""SGR code that ends an attribute, by the code that begins it (ECMA-48, 8.3.117)."""
_ARGUMENTS: Final = {"2": 5, "5": 3}
"""Parameters of an extended colour, its 38 or 48 included, by the kind that follows."""


class _Look(NamedTuple):
    attributes: tuple[str, ...]
    foreground: str
    background: str


def with_link(sgr: str, link_id: str, url: str) -> str:
    """The pen `sgr` inside a hyperlink to `url`."""
    return f"{sgr}{_LINK_MARK}id={link_id};{url}"


@lru_cache(maxsize=8192)
def change(old: str, new: str) -> str:
    """Escape sequences that turn the pen `old` into `new`; empty when they are equal."""
    old_sgr, _, old_link = old.partition(_LINK_MARK)
    new_sgr, _, new_link = new.partition(_LINK_MARK)
    old_look, new_look = _look(old_sgr), _look(new_sgr)
    sgr = "" if old_look == new_look else f"\x1b[{_codes(old_look, new_look)}m"
    if old_link == new_link:
        return sgr
    return f"{sgr}\x1b]8;{new_link or ';'}\x1b\\"


@lru_cache(maxsize=4096)
def erases(pen: str) -> bool:
    """Does erasing with this pen look the same as writing spaces? Erasing has colour only."""
    return _LINK_MARK not in pen and not _look(pen).attributes


def _codes(old: _Look, new: _Look) -> str:
    whole = ";".join(("0", *new.attributes, *filter(None, new[1:])))
    if whole == "0":
        return ""
    ends = {_OFF[code] for code in old.attributes if code not in new.attributes}
    steps = sorted(ends)
    steps += [c for c in new.attributes if c not in old.attributes or _OFF[c] in ends]
    if old.foreground != new.foreground:
        steps.append(new.foreground or "39")
    if old.background != new.background:
        steps.append(new.background or "49")
    return min((";".join(steps), whole), key=len)


@lru_cache(maxsize=4096)
def _look(sgr: str) -> _Look:
    codes = sgr.split(";") if sgr else []
    attributes: list[str] = []
    foreground = background = ""
    while codes:
        code = codes[0]
        length = _ARGUMENTS.get(codes[1], 1) if code in ("38", "48") and len(codes) > 1 else 1
        colour, codes = ";".join(codes[:length]), codes[length:]
        if code in _OFF:
            attributes.append(code)
        elif code == "38" or (code[0] in "39" and len(code) == 2):
            foreground = "" if code == "39" else colour
        elif code == "48" or code[:1] == "4" or code[:2] == "10":
            background = "" if code == "49" else colour
    return _Look(tuple(attributes), foreground, background)
