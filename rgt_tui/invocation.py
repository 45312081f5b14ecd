"""What every command is given and how it answers: the global options, and one JSON object."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rgt_tui.domain.records import dataclass


@dataclass(slots=True, kw_only=True)
class Options:
    """The global options, as given before the command.

    Attributes:
        demo: run on a simulated account on loopback.
        read_only: send no write, whatever the configuration says.
        api_key_file: file that holds the API key.
        config_file: configuration to read in place of the default one.
        wire: `diff` or `stock`; None means what the configuration says.
        identities: private keys for SSH, tried before the configured ones.
        examine: name or id of the Pod whose terminate checklist the console opens with.
        console: opens the console, for a command that leads there; None where there is none.
    """

    demo: bool = False
    read_only: bool = False
    api_key_file: Path | None = None
    config_file: Path | None = None
    wire: str | None = None
    identities: tuple[Path, ...] = ()
    console: "Callable[[Options], int] | None" = None
    examine: str = ""


def emit(answer: Mapping[str, object]) -> None:
    """Prints one JSON object with its schema version on standard output."""
    sys.stdout.write(as_line(answer))


def as_line(answer: Mapping[str, object]) -> str:
    """One JSON object with its schema version: a line of ASCII, without control characters."""
    return json.dumps({"schema": 1, **answer}, ensure_ascii=True, allow_nan=False) + "\n"


def narrate(text: str) -> None:
    """Says something beside the answer, on standard error."""
    sys.stderr.write(f"rgt-tui: {text}\n")
