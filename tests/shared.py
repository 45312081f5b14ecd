"""Where the material outside the repository lies; a test that needs it is skipped without it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT.parent / "shared"


def shared_file(name: str) -> Path:
    """A file of the folder beside the project; skips the test where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not here: this test reads material kept outside the repository")
    return path
