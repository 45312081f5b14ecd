import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "Filesystem      Inodes   IUsed IFree IUse% Mounted on\noverlay        6553600 6553600     0  100% /",
        "df -i: no free inodes left",
        "inode usage at 100%",
        "ran out of inodes on /workspace: out of inodes",
    ],
)
def test_text_that_shows_it_is_rp31(text: str) -> None:
    assert "RP31" in codes(text)
