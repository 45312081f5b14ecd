"""The Python that has the libraries which write checkpoints: torch 2, accelerate, flax and others.

`make frameworks` makes it; `RGT_TORCH` names another one.
"""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

MADE = Path(__file__).parents[2] / ".tools" / "frameworks"
_LOOKS = """
import sys
from importlib.util import find_spec
sys.exit(not all(map(find_spec, sys.argv[1:])))
"""


@cache
def python_with(*modules: str) -> str:
    """The path of a Python that has these modules; "" where none is known."""
    named = os.environ.get("RGT_TORCH", "")
    if not named:
        return str(MADE / "bin" / "python") if (MADE / "ready").exists() else ""
    looked = subprocess.run([named, "-c", _LOOKS, *modules], check=False)
    return "" if looked.returncode else named


def needs(*modules: str) -> pytest.MarkDecorator:
    """Skips a test where no Python has these modules."""
    reason = f"no Python here has {' and '.join(modules)} (make frameworks)"
    return pytest.mark.skipif(not python_with(*modules), reason=reason)
