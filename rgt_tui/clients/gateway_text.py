"""What is typed into a Pod's shell through RunPod's gateway, and how its answer is read. Pure.

The gateway gives a terminal and nothing else: it ignores commands, prints banners, and the image's
start-up files print more. So one line is typed, which puts a loop of `/bin/sh` in the shell's
place; from then on there is no prompt, no line editor and no history. The loop takes programs
between two marks and runs each. A program packs what a probe script prints::

    @@<nonce>-BEGIN
    ~:H4sIAAAAAAAAA71YW3PTRhR...      base64 (or hexadecimal), at most 76 characters a line
    @@<nonce>-END b64 gz again 6324 1803246231

How that survives a terminal: every mark holds a variable where it is typed and its value where it
is printed, so an echo of what was typed never looks like a mark, wrapped or not. Lines are shorter
than 80 columns. The checksum of POSIX `cksum` (`md5sum` where that is missing) stands over all of
it: what chatter or a lost byte has damaged is asked again and never believed.
"""

import base64
import binascii
import hashlib
import re
import shlex
import zlib
from typing import Final

from rgt_tui.domain.records import dataclass

SHELL: Final = "/bin/sh"
LINE_WIDTH: Final = 76
"""Characters of payload a line: what `base64` writes; with its tag it stays below 80 columns."""

OUTPUT_MAX: Final = 8 * 1024 * 1024
"""Bytes of output: beyond it a Pod sends more than all limits of all probes allow."""

ECHO: Final = b" exec /bin/sh -c 'stty"
"""Where a shell repeats what we type, our own words begin."""

_BOOT: Final = (
    ' exec @SHELL@ -c \'stty raw -echo;trap "" HUP;n=@N@;e=$(printf "\\nx");e=${e%x};'
    "echo;echo @@$n-UP;echo;while IFS= read -r l;do case $l in "
    '"#B$n")s=;;'
    '"#E$n "*)c=$(printf %s "$s"|cksum 2>/dev/null)||c=;'
    '[ -n "$c" ]||{ c=${l#* };c="${c%% *} ${#s}";};'
    'if [ "#E$n $c" = "$l" ];then echo @@$n-GOT;eval "$s";else echo @@$n-BAD;echo;fi;;'
    "*)s=$s$l$e;;esac;done'\r"
)
"""Single-quoted without an inner single quote or `!`: the same in sh, bash, zsh, ksh, fish, tcsh.

A hang-up is ignored so that the script's own lifeline, which reads the terminal, ends what runs.
"""

_PROGRAM: Final = r"""LC_ALL=C; export LC_ALL
r=@R@ o=again w= y=raw z=cat
command -v setsid >/dev/null 2>&1 || o=once
if command -v base64 >/dev/null 2>&1; then w=b64 k=base64
elif command -v od >/dev/null 2>&1; then w=hex k='od -An -v -tx1'
fi
if command -v gzip >/dev/null 2>&1; then y=gz z='gzip -c'; fi
if [ -n "$w" ]; then
  t=$(@SHELL@ -c @SCRIPT@ 2>/dev/null | $z | $k)
  echo; echo "@@$r-BEGIN"
  printf '%s\n' "$t" | while IFS= read -r q; do echo "~:$q"; done
  c=$(printf %s "$t" | cksum 2>/dev/null) || c=$(printf %s "$t" | md5sum 2>/dev/null) || c=none
  # Twice: one of them may be damaged by what else writes to the terminal.
  for i in 1 2; do echo "@@$r-END $w $y $o ${#t} ${c%% *}"; done
else
  echo; echo "@@$r-NOTOOL"
fi
echo
"""

_TAG: Final = b"~:"
_ESCAPES: Final = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_=>()].?)"
)
_BIT_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Packed:
    """The answer to one program.

    Attributes:
        output: what the script printed, byte for byte.
        is_spent: whether the shell must not be used again: on a Pod without process groups the
            script's lifeline stays, and would read what is typed next.
    """

    output: bytes
    is_spent: bool


def boot_line(nonce: str) -> bytes:
    """The line that puts our loop in the shell's place."""
    return _BOOT.replace("@SHELL@", SHELL).replace("@N@", nonce).encode("ascii")


def up_mark(nonce: str) -> bytes:
    """What the loop prints when it is there."""
    return f"@@{nonce}-UP".encode("ascii")


def taken_mark(nonce: str) -> bytes:
    """What the loop prints when a program has arrived whole, before it runs it."""
    return f"@@{nonce}-GOT".encode("ascii")


def bad_mark(nonce: str) -> bytes:
    """What the loop prints when a program did not arrive as it was sent."""
    return f"@@{nonce}-BAD".encode("ascii")


def no_tool_mark(run: str) -> bytes:
    """What a program prints on a Pod that has neither `base64` nor `od`."""
    return f"@@{run}-NOTOOL".encode("ascii")


def program(script: str, *, nonce: str, run: str) -> bytes:
    """What to send to the loop so that it runs the script and packs its output.

    Args:
        script: POSIX sh; ASCII. Its standard input is the terminal.
        nonce: of the loop.
        run: marks this answer, so that a late one of an earlier run is not taken for it.
    """
    text = (
        _PROGRAM.replace("@SHELL@", SHELL)
        .replace("@R@", run)
        .replace("@SCRIPT@", shlex.quote(script))
    ).encode("ascii")
    return b"#B%b\n%b#E%b %d %d\n" % (nonce.encode(), text, nonce.encode(), cksum(text), len(text))


def has_end(shown: bytes | bytearray, run: str, start: int = 0) -> bool:
    """Whether the end mark of that run is there, whole."""
    return _end_mark(run).search(shown, start) is not None


def unpack(shown: bytes | bytearray, run: str) -> Packed | None:
    """The answer within what the terminal has shown; None when it is damaged or not whole."""
    end = _end_mark(run).search(shown)
    begin = shown.find(f"@@{run}-BEGIN".encode("ascii"))
    if end is None or begin < 0 or begin > end.start():
        return None
    coding, packing, again, length, check = (word.decode("ascii") for word in end.groups())
    body = _ESCAPES.sub(b"", bytes(shown[shown.index(b"\n", begin) + 1 : end.start()]))
    for text in (_tagged(body), _rewrapped(body)):
        if len(text) == int(length) and _holds(text, check):
            output = _decoded(text, coding, packing)
            return None if output is None else Packed(output, again == "once")
    return None


def plain(shown: bytes) -> bytes:
    """What was shown, without the sequences that move the cursor or colour it."""
    return _ESCAPES.sub(b"", shown).replace(b"\r", b"\n")


def cksum(data: bytes) -> int:
    """The checksum of POSIX `cksum`: CRC-32, most significant bit first, with the length added."""
    length = len(data).to_bytes((len(data).bit_length() + 7) // 8, "little")
    register = zlib.crc32((data + length).translate(_BIT_REVERSED), 0xFFFFFFFF)
    return int(f"{register ^ 0xFFFFFFFF:032b}"[::-1], 2) ^ 0xFFFFFFFF


def _end_mark(run: str) -> re.Pattern[bytes]:
    words = rb"-END (b64|hex) (gz|raw) (again|once) (\d{1,8}) (\w{1,32})\s"
    return re.compile(b"@@" + run.encode("ascii") + words)


def _tagged(body: bytes) -> bytes:
    """The lines with our tag alone: without whatever else was printed between them."""
    lines = [line.strip(b"\r") for line in body.split(b"\n")]
    return b"\n".join(line[len(_TAG) :] for line in lines if line.startswith(_TAG))


def _rewrapped(body: bytes) -> bytes:
    """All of it in lines of the right width: for a terminal that broke them elsewhere."""
    text = re.sub(rb"\s+", b"", body).replace(_TAG, b"")
    return b"\n".join(text[at : at + LINE_WIDTH] for at in range(0, len(text), LINE_WIDTH))


def _holds(text: bytes, check: str) -> bool:
    if check == "none":
        return True  # neither tool on the Pod; the length fits, and gzip has a checksum of its own
    if check.isdigit() and len(check) <= 10:
        return int(check) == cksum(text)
    return hashlib.md5(text, usedforsecurity=False).hexdigest() == check


def _decoded(text: bytes, coding: str, packing: str) -> bytes | None:
    try:
        if coding == "b64":
            data = base64.b64decode(b"".join(text.split()), validate=True)
        else:
            data = bytes.fromhex(text.decode("ascii"))
        return _inflated(data) if packing == "gz" else data
    except (ValueError, binascii.Error, zlib.error):
        return None


def _inflated(data: bytes) -> bytes:
    """What `gzip` packed, up to `OUTPUT_MAX`."""
    unpacker = zlib.decompressobj(wbits=31)
    output = unpacker.decompress(data, OUTPUT_MAX)
    if not unpacker.eof and not unpacker.unconsumed_tail:
        raise ValueError("cut off")
    return output
