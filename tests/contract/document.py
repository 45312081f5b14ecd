"""Where the published description of REST v2 lies."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.shared import shared_file

# Everything the simulator serves, without the log stream, which never ends.
SERVED = (
    r"^/v2/(pods(/\{id\}(/action)?)?|network-volumes(/\{id\})?|catalog/.*|billing.*"
    r"|account/ssh-keys|templates(/\{id\})?|clusters(/\{id\}(/pods)?)?)$"
)


def document_path() -> Path:
    """The OpenAPI document: RGT_OPENAPI names it, else it lies beside the project."""
    named = os.environ.get("RGT_OPENAPI")
    if named is None:
        return shared_file("runpod/openapi-v2.json")
    if not Path(named).is_file():
        pytest.skip(f"RGT_OPENAPI={named} is not a file")
    return Path(named)


def load_document() -> dict[str, Any]:
    """The document, parsed."""
    loaded: dict[str, Any] = json.loads(document_path().read_text())
    return loaded
