"""What the tests of each family of frameworks share: its damages, judged once for all of them."""

from pathlib import Path

import pytest

from tests.frameworks.written import Shown, damaged


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, real: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Shown]:
    """What is shown of each of the module's `DAMAGES` to its `real` checkpoints."""
    return damaged(real, tmp_path_factory.mktemp("damaged"), request.module.DAMAGES)
