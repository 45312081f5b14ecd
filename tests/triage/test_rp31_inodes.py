import pytest

from rgt_tui.triage import classify
from tests.triage.texts import codes
from tests.values import NOW


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


ENOSPC = "OSError: [Errno 28] No space left on device"
NO_INODES = "overlay        6553600 6553600     0  100% /"
HEAD = "Filesystem      Inodes   IUsed IFree IUse% Mounted on"
FULL = "overlay         20G   20G   24K 100% /"


def test_no_inodes_explain_a_refused_write_and_not_a_disk_that_is_full_by_df() -> None:
    assert codes(f"{ENOSPC}\n{HEAD}\n{NO_INODES}") == ["RP31"]
    away = "\n".join(["step 1"] * 20)
    both = f"{ENOSPC}\n{FULL}\n{away}\n{HEAD}\n{NO_INODES}"
    assert codes(both) == ["RP11", "RP31"]
    (found, _) = classify(both.split("\n"), NOW)
    assert [said.said for said in found.evidence] == [FULL]
