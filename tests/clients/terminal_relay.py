"""A login shell on a terminal of its own, with a gateway's bad habits between it and the client.

Run by a real sshd as ForceCommand: greets, copies both ways, and on the way out wraps lines, adds
chatter, deals bytes out in small pieces, or loses some. Standard library only.
"""

import argparse
import contextlib
import os
import pty
import random
import select
import struct
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

GREETING = "\r\n\r\n-- RUNPOD.IO --\r\nEnjoy your Pod #3c5v7b9n1m ^_^\r\n\r\n"
CHATTER = "\r\n\x1b[31mBroadcast message\x1b[0m from root@pod: @@0-END ~:aGVsbG8= 100%\r\n"
MOTD = "".join(
    f"\x1b[32mline {n} of a long message of the day \x1b[0m@@ END\r\n" for n in range(400)
)


class Way:
    """What happens to bytes on their way to the client."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._column = 0
        self._random = random.Random(options.seed)

    def send(self, data: bytes) -> None:
        if self._options.lose and data and self._random.random() < self._options.lose:
            at = self._random.randrange(len(data))
            data = data[:at] + data[at + 1 :]
        data = self._wrapped(data) if self._options.wrap else data
        while data:
            piece = self._random.randint(1, 7) if self._options.dribble else len(data)
            data = data[os.write(1, data[:piece]) :]

    def _wrapped(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self._column >= self._options.wrap and byte not in b"\r\n":
                out += b"\r\n"
                self._column = 0
            self._column = 0 if byte in b"\r\n" else self._column + 1
            out.append(byte)
        return bytes(out)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrap", type=int, default=0)
    parser.add_argument("--chatter", type=float, default=0.0)
    parser.add_argument("--lose", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dribble", action="store_true")
    parser.add_argument("--motd", action="store_true")
    parser.add_argument("--home", required=True)
    parser.add_argument("--ends-with", default="")
    parser.add_argument("shell", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    way = Way(options)
    way.send(GREETING.encode())
    if options.motd:
        way.send(MOTD.encode())
    if options.ends_with:
        way.send(f"{options.ends_with}\r\n".encode())
        sys.exit(0)
    os.environ.update(HOME=options.home, ENV=str(Path(options.home) / ".shrc"), TERM="xterm")
    shell, terminal = pty.fork()
    if shell == 0:
        os.chdir(options.home)
        os.execvp(options.shell[0], options.shell)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    attributes = termios.tcgetattr(0)
    attributes[0] = attributes[1] = attributes[3] = 0
    termios.tcsetattr(0, termios.TCSANOW, attributes)
    _relay(terminal, way, options.chatter)


def _relay(terminal: int, way: Way, chatter_s: float) -> None:
    due = time.monotonic() + chatter_s
    while True:
        wait = max(0.0, due - time.monotonic()) if chatter_s else None
        ready, _, _ = select.select([0, terminal], [], [], wait)
        if chatter_s and time.monotonic() >= due:
            way.send(CHATTER.encode())
            due = time.monotonic() + chatter_s
        if 0 in ready:
            typed = os.read(0, 4096)
            if not typed:
                return
            os.write(terminal, typed)
        if terminal in ready:
            shown = b""
            with contextlib.suppress(OSError):
                shown = os.read(terminal, 4096)
            if not shown:
                return
            way.send(shown)


if __name__ == "__main__":
    main()
