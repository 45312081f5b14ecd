"""Lists, sends and hashes files on a Pod without python3: a POSIX shell and its usual tools.

It speaks as the Python reader does, so that a pull need not know which of the two it has. Times are
whole seconds there, every hash is a second read, and many small files are slow: a way out, and no road.
The command line is constant; paths go as octal escapes, which no shell can read as anything else.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import asyncssh

from rgt_tui.clients.ssh_session import Session
from rgt_tui.clients.ssh_talk import Talk, talk
from rgt_tui.verifiers._compose import FETCHER

SCRIPT: Final = r"""
LC_ALL=C; export LC_ALL
if command -v openssl >/dev/null 2>&1; then sum() { openssl dgst -sha256 -r | cut -c1-64; }
else sum() { sha256sum | cut -c1-64; }; fi
EACH='for f; do
h=$(printf %s "$f" | od -An -v -tx1 | tr -d " \n")
if [ ! -L "$f" ] && [ -f "$f" ]; then printf "{\"file\":[\"%s\",\"%s\"]}\n" "$(stat -c "%s %Y %Z %i" "$f")" "$h"
else printf "{\"other\":\"%s\"}\n" "$h"; fi; done'
say() { printf '%s\n' "$1"; }
stamp() { stat -c '%s,%Y,%Z,%i' "$v" 2>/dev/null; }
part() { { tail -c +$(($1 + 1)) "$v" 2>/dev/null; cat /dev/zero; } </dev/null | head -c "$2"; }
digest() { tail -c +$(($1 + 1)) "$v" 2>/dev/null </dev/null | head -c "$2" | sum; }
why() {
  if [ -L "$v" ] || [ ! -e "$v" ]; then echo 'cannot be opened (No such file or directory)'
  elif [ ! -r "$v" ]; then echo 'cannot be opened (Permission denied)'
  elif [ "$(stamp)" != "$1" ]; then echo 'it changed since it was listed'; fi; }
list() {
  if [ -L "$v" ] || [ -f "$v" ]; then /bin/sh -c "$EACH" sh "$v" </dev/null
  elif [ -d "$v" ]; then
    set --
    if [ "$v" = / ]; then set -- '(' -path /dev -o -path /proc -o -path /sys ')' -prune -o
      for k in dev proc sys; do [ ! -d /$k ] || say "{\"kernel\":\"/$k\"}"; done; fi
    find "$v" "$@" -type d -o -exec /bin/sh -c "$EACH" sh {} + </dev/null 2>/dev/null ||
      say '{"partly":1}'
  else say '{"none":1}'; fi; }
while read -r op path a b c; do
  v=$(printf '%b.' "$path"); v=${v%.}
  case $op in
  hello) say '{"tool":"sh","rsync":false}' ;;
  files) say "{\"of\":$a}"; list ;;
  read) w=$(why "$c")
    if [ -n "$w" ]; then say "{\"refused\":\"$w\"}"; else
    say "{\"at\":$a,\"n\":$b}"; part "$a" "$b"; h=$(digest "$a" "$b"); w=$(why "$c")
    if [ -n "$w" ]; then say "{\"refused\":\"it changed while it was read\"}"
    else say "{\"end\":$((a + b)),\"n\":0,\"from\":$a,\"sha256\":\"$h\"}"; fi; fi ;;
  small) w=$(why "$c"); h=
    [ -n "$w" ] || h=$(digest 0 "$b")
    if [ -n "$w" ]; then say "{\"bundle\":[[$a,\"$w\",\"\"]],\"n\":0}"
    else say "{\"bundle\":[[$a,$b,\"$h\"]],\"n\":$b}"; part 0 "$b"; fi ;;
  hash) say "{\"hash\":\"$(digest "$a" "$b")\"}" ;;
  done) say '{"done":0}' ;;
  esac
done
"""
COMMAND: Final = f"exec /bin/sh -c 'eval \"$(dd bs=1 count={len(SCRIPT)} 2>/dev/null)\"'"
"""Reads the script byte for byte, so that no request is swallowed with it."""
_SECOND: Final = 1_000_000_000


class ShellTalk(Talk):
    """The same conversation in words that a shell understands."""

    is_shell = True

    def __init__(self, session: Session, where: str) -> None:
        super().__init__(session, where)
        self._paths: list[str] = []
        self._number = 0

    async def send(self, request: Mapping[str, Any]) -> None:
        """Sends a request, the script before the first one.

        Raises:
            SshError: the connection broke.
        """
        lines = list(self._lines(request))
        data = b"" if self._started else SCRIPT.encode("ascii")
        self._started = True
        try:
            await self._session.write(data + "".join(f"{x}\n" for x in lines).encode("ascii"))
        except (OSError, asyncssh.Error) as error:
            raise await self._ended() from error

    def parsed(self, line: bytes) -> dict[str, Any]:
        """A line as the Python reader would have written it.

        Raises:
            SshError: it holds none.
        """
        row = super().parsed(line)
        try:
            return self._translated(row)
        except (ValueError, IndexError, TypeError, AttributeError) as error:
            raise self._bad("a listing that cannot be read") from error

    def _translated(self, row: dict[str, Any]) -> dict[str, Any]:
        if "of" in row:
            self._number = int(row["of"])
            return {}
        if not row.keys() & {"file", "other", "partly", "none", "kernel"}:
            return row
        top = self._paths[self._number]
        if "none" in row:
            return {"gap": [top, "No such file or directory"]}
        if "partly" in row:
            return {"gap": [top, "some of it cannot be read"]}
        if "kernel" in row:
            return {"skip": [str(row["kernel"]), "the kernel's own, no files"]}
        if "other" in row:
            return {"skip": [_path(row["other"]), "a link, pipe, socket or device"]}
        size, modified, changed, inode = map(int, str(row["file"][0]).split())
        relative = _path(row["file"][1]).removeprefix(top).lstrip("/")
        times = [modified * _SECOND, changed * _SECOND]
        return {"files": [[self._number, relative, size, *times, inode]]}

    def _lines(self, request: Mapping[str, Any]) -> Iterator[str]:
        match request["op"]:
            case "files":
                self._paths = list(request["paths"])
                for number, path in enumerate(self._paths):
                    yield f"files {_octal(path)} {number}"
            case "read":
                for path, start, count, row in request["items"]:
                    yield f"read {_octal(path)} {start} {count} {_stamp(row)}"
            case "bundle":
                for number, (path, row) in enumerate(request["items"]):
                    yield f"small {_octal(path)} {number} {row[0]} {_stamp(row)}"
            case "hash":
                for start, count in request["ranges"]:
                    yield f"hash {_octal(request['path'])} {start} {count}"
            case _:
                yield "hello"
        yield "done"


def _octal(path: str) -> str:
    return "".join(f"\\0{byte:03o}" for byte in path.encode("utf-8", "surrogateescape"))


def _path(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-8", "surrogateescape")


def _stamp(row: list[int]) -> str:
    size, mtime_ns, ctime_ns, inode = row
    return f"{size},{mtime_ns // _SECOND},{ctime_ns // _SECOND},{inode}"


def reader(
    connection: asyncssh.SSHClientConnection, where: str, *, is_shell: bool
) -> contextlib.AbstractAsyncContextManager[Talk]:
    """A conversation that lists, sends and hashes files, for as long as the block."""
    if is_shell:
        return talk(connection, where, command=COMMAND, make=ShellTalk)
    return talk(connection, where, make=lambda session, name: Talk(session, name, FETCHER))
