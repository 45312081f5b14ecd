import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: CUDA error: uncorrectable ECC error encountered",
        "CUDA_ERROR_ECC_UNCORRECTABLE",
        "NVRM: Xid (PCI:0000:41:00): 94, pid=123, name=python, Contained: ",
        "            DRAM Uncorrectable            : 3",
        "        Remapping Failure Occurred        : Yes",
        "        Pending                           : Yes",
        "|   0  NVIDIA A100 80GB PCIe          Off |   00000000:01:00.0 Off |                    2 |",
        "NVRM: Xid (PCI:0000:01:00): 119, Timeout after 6s of waiting for RPC response from GPU0 GSP!",
        "Xid 63: ECC page retirement or row remapping recording event",
    ],
)
def test_text_that_shows_it_is_rp24(text: str) -> None:
    assert "RP24" in codes(text)
