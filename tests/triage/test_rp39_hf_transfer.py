import pytest

from rgt_tui.probes.environment import EnvironmentReport
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import a_pod


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


def test_the_setting_alone_is_no_fault_and_a_log_with_it_is() -> None:
    seen = EnvironmentReport(first=("HF_HUB_ENABLE_HF_TRANSFER",), session=("HOME",))
    assert finding("RP39", a_pod(), seen).verdict == "absent"
    found = told("RP39", a_pod(), seen, "'hf_transfer' package is not available")
    assert found.evidence[0].said == "HF_HUB_ENABLE_HF_TRANSFER is set in the Pod"
