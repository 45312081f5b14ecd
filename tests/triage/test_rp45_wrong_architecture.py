import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "exec /start.sh: exec format error",
        "standard_init_linux.go:228: exec user process caused: exec format error",
        "no matching manifest for linux/amd64 in the manifest list entries",
        "WARNING: The requested image's platform (linux/arm64/v8) does not match the detected host platform (linux/amd64)",
        "bash: /usr/bin/python3: cannot execute binary file: Exec format error",
    ],
)
def test_text_that_shows_it_is_rp45(text: str) -> None:
    assert "RP45" in codes(text)
