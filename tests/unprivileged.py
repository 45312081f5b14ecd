"""Programs that may not read and write just anything, also where the tests run as root."""

import os
import shutil

import pytest

UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"]


def without_privileges() -> list[str]:
    """What stands before a command line; skips the test where nothing can give them up."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may read and write anything, and there is no setpriv to give that up")
    return UNPRIVILEGED
