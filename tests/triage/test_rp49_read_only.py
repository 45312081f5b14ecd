import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "OSError: [Errno 30] Read-only file system: '/workspace/x'",
        "touch: cannot touch '/workspace/a': Read-only file system",
        "EXT4-fs (dm-3): Remounting filesystem read-only",
        "EXT4-fs error (device dm-3): ext4_find_entry: reading directory lblock 0",
        "error: Read-only file system (os error 30)",
    ],
)
def test_text_that_shows_it_is_rp49(text: str) -> None:
    assert "RP49" in codes(text)
