import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: Fast download using 'hf_transfer' is enabled (HF_HUB_ENABLE_HF_TRANSFER=1) but 'hf_transfer' package is not available",
        "RuntimeError: An error occurred while downloading using `hf_transfer`. Consider disabling HF_HUB_ENABLE_HF_TRANSFER for better error handling.",
        "FutureWarning: The `HF_HUB_ENABLE_HF_TRANSFER` environment variable is deprecated as 'hf_transfer' is not used anymore.",
        "ModuleNotFoundError: No module named 'hf_transfer'",
    ],
)
def test_text_that_shows_it_is_rp39(text: str) -> None:
    assert "RP39" in codes(text)
