from dataclasses import replace
from decimal import Decimal

import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import NetworkMount, Pod, PodList, Runtime, VolumeDisk
from rgt_tui.panes import Cell, Scene, Tone
from rgt_tui.panes.pods import PANE
from rgt_tui.triage import examine, open_findings
from tests.values import NOW, a_pod, an_account, having


def cells(account: Account, key: str | None = None) -> dict[str, Cell]:
    scene = Scene(account=account, findings=open_findings(examine(account, NOW)), now=NOW)
    rows = PANE.rows(scene)
    row = next(row for row in rows if key in (None, row.key))
    return {column.title: cell for column, cell in zip(PANE.columns, row.cells, strict=True)}


def test_a_healthy_pod_shows_what_is_known_and_a_mark_for_what_is_not() -> None:
    row = cells(an_account(a_pod()))
    assert row["STATE"] == Cell("up", Tone.GOOD)
    assert row["GPU"].text == "1xA100 80GB"
    assert row["$/H"].text == "1.19"
    assert row["UP"].text == "1h00m"
    assert (row["/"].text, row["WS"].text, row["GPU%"].text) == ("?", "?", "?")


@pytest.mark.parametrize(
    ("pod", "word"),
    [
        (a_pod(runtime=None), "starting"),
        (a_pod(status="EXITED", runtime=None), "stopped"),
        (a_pod(status="ERROR", runtime=None), "error!"),
        (a_pod(status="HIBERNATING", runtime=None), "hibernating"),
        (a_pod(runtime=Runtime(uptime_s=None)), "unknown"),
    ],
)
def test_the_state_is_one_honest_word(pod: Pod, word: str) -> None:
    assert cells(an_account(pod))["STATE"].text == word


def test_a_loop_is_marked_although_the_api_says_running() -> None:
    pod = a_pod(runtime=Runtime(uptime_s=9.0))
    log = BootLog(begins=(NOW - 51, NOW - 34, NOW - 17))
    state = cells(having(an_account(pod), pod, log, source="log"))["STATE"]
    assert state == Cell("looping!", Tone.BAD)


def test_a_stopped_pod_shows_what_its_disk_costs_although_the_api_says_zero() -> None:
    pod = a_pod(
        status="EXITED",
        runtime=None,
        cost_per_hour=Decimal(0),
        volume_disk=VolumeDisk(size_gb=730, path="/workspace"),
    )
    assert cells(an_account(pod))["$/H"].text == "0.20*"


def test_an_unknown_price_is_a_question_mark() -> None:
    assert cells(an_account(a_pod(cost_per_hour=None)))["$/H"] == Cell("?", Tone.UNKNOWN)


def test_the_worst_pod_comes_first() -> None:
    since = NOW - 7200
    sick = a_pod(id="zz", name="zz-sick", runtime=None, created_at=since, started_at=since)
    scene_account = an_account(a_pod(), sick)
    scene = Scene(
        account=scene_account, findings=open_findings(examine(scene_account, NOW)), now=NOW
    )
    assert [row.key for row in PANE.rows(scene)] == ["zz", "7h9k2m4n6p"]


def test_codes_carry_their_severity_as_a_mark_and_unknown_is_not_a_dash() -> None:
    since = NOW - 7200
    sick = a_pod(runtime=None, created_at=since, started_at=since)
    assert cells(an_account(sick))["TRIAGE"] == Cell("RP16!! RP3", Tone.BAD)
    bare = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v", path="/w"),))
    assert cells(an_account(bare))["TRIAGE"] == Cell("?", Tone.UNKNOWN)


def test_a_note_alone_does_not_hide_that_other_symptoms_are_unknown() -> None:
    pod = a_pod()
    scene = Scene(account=an_account(pod), now=NOW)
    known = examine(scene.account, NOW)[pod.id]
    assert cells(scene.account)["TRIAGE"] == Cell("? RP3", Tone.UNKNOWN)
    note = tuple(found for found in known if found.code == "RP3")
    row = PANE.rows(replace(scene, findings={pod.id: note}))[0]
    assert row.cells[-1] == Cell("RP3", Tone.DIM)  # a note, no fault, and nothing else to tell


def test_a_pod_that_vanished_stays_as_gone() -> None:
    account = an_account(a_pod())
    account = account.after(Change(PodList, Observed(PodList(()), NOW)))
    assert cells(account)["STATE"].text == "gone"


def test_zero_gpus_on_a_running_gpu_pod_are_told() -> None:
    assert cells(an_account(a_pod(gpu_count=0)))["GPU"] == Cell("0xA100 80GB", Tone.BAD)


def test_the_detail_says_what_terminate_deletes() -> None:
    account = an_account(a_pod())
    blocks = PANE.detail(Scene(account=account, now=NOW), "7h9k2m4n6p")
    text = " ".join(cell.text for block in blocks for line in block.lines for cell in line)
    assert "terminate deletes / (container disk), /workspace (volume disk)" in text
    assert PANE.detail(Scene(account=account, now=NOW), "nobody") == ()


def test_an_account_that_was_not_read_is_not_called_empty() -> None:
    assert "not been read" in PANE.empty(Scene())
    assert PANE.count(Scene()) is None
    assert "no Pods" in PANE.empty(Scene(account=an_account()))
