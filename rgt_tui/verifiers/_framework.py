"""A Python with frameworks, which loads one file after another, each in a process of its own."""

from __future__ import annotations

import json
from typing import Any, Dict

LIMIT_S = 3600
"""A load that takes longer is ended."""

_FRAME = """
import json, os, pickle, re, signal, sys
def answered(asked):
    # The load is for a process of its own: what it does to itself is not there for the next file.
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        signal.alarm(asked["seconds"])
        os.close(reading)
        os.close(out)
        run(asked, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        said = file.read(65536)
    status = os.waitpid(pid, 0)[1]
    try:
        return json.loads(said.decode())
    except ValueError:
        return {"missing": "its load ended without an answer (status %d)" % status}
def run(asked, to):
    def say(tool, count): os.write(to, json.dumps({"tool": tool, "bytes": count}).encode())
    def tell(word, why): os.write(to, json.dumps({word: why[:200]}).encode())
    try:
        exec(asked["program"], {"say": say, "path": asked["path"], "items": asked["items"], "is_pod": asked["pod"]})
    except ImportError as error:
        tell("missing", str(error))
    except MemoryError:
        tell("missing", "there is not enough memory")
    except pickle.UnpicklingError as error:
        named = re.search("GLOBAL ([A-Za-z0-9_.]+)", str(error))
        rest = str(error).split("WeightsUnpickler error:")[-1].strip()
        tell("refused", "it holds what a load of weights alone refuses: " + (named[1] if named else rest.split(chr(10))[0]))
    except BaseException as error:
        tell("broken", type(error).__name__)
out = os.dup(1)
os.dup2(2, 1)
for line in sys.stdin.buffer:
    asked = json.loads(line.decode())
    try:
        exec(asked["once"], {})
    except BaseException:
        pass  # the program says what is missing
    os.write(out, json.dumps(answered(asked)).encode() + b"\\n")
"""
"""Answers a JSON line with a JSON line. What `once` imports stays, since torch takes seconds to start."""

_running: Dict[str, Any] = {}
"""What loads, by its python: files that share a child share it; it ends with that child."""


def ask(python: str, asked: Dict[str, Any]) -> Dict[str, Any]:
    """What that Python says to one request: what it is, as `tool`, or why it is none."""
    import select
    import subprocess  # only a load needs them, and they are a tenth of a process's start

    try:
        if python not in _running:
            _running[python] = subprocess.Popen(
                [python, "-I", "-c", _FRAME],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        process = _running[python]
        line = json.dumps({**asked, "seconds": LIMIT_S})
        process.stdin.write(line.encode("ascii") + b"\n")
        process.stdin.flush()
        is_there = select.select([process.stdout], [], [], LIMIT_S + 60)[0]
        answer = json.loads(process.stdout.readline().decode("ascii")) if is_there else {}
    except (OSError, ValueError) as error:
        is_there, answer = [], {"missing": f"its framework did not answer ({type(error).__name__})"}
    if not is_there:
        _drop(python)
    return answer or {"missing": "its load did not end"}


def _drop(python: str) -> None:
    process = _running.pop(python, None)
    if process is not None:
        process.kill()
        process.communicate()


def end() -> None:
    """Ends what loads."""
    for python in list(_running):
        _drop(python)
