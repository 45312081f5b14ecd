import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "There are no longer any instances available with the requested specifications.",
        "This machine does not have the resources to deploy your pod.",
        "create pod: There are no instances currently available",
        "No offers found for these resources",
        "sky.exceptions.ResourcesUnavailableError: Failed to provision all possible launchable resources",
        "FAILED_TO_START_DUE_TO_NO_CAPACITY",
        "out of capacity for NVIDIA H100",
        "The machine does not have enough disk space to rent this pod",
    ],
)
def test_text_that_shows_it_is_rp17(text: str) -> None:
    assert "RP17" in codes(text)
