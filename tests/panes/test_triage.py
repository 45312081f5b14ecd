"""The pane of symptoms: which stand, since when, what has gone, what cannot be told."""

from dataclasses import replace

from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.finding import Severity
from rgt_tui.panes import Block, Row, Scene, Tone
from rgt_tui.panes.triage import PANE, UNTOLD, explained
from tests.ui import scenes
from tests.ui.triaged import INFER, SWEEP, triaged
from tests.values import NOW


def cells(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def row(scene: Scene, key: str) -> Row:
    return next(row for row in PANE.rows(scene) if row.key == key)


def text(blocks: tuple[Block, ...]) -> str:
    lines = [
        [block.title, *("".join(c.text for c in line) for line in block.lines)] for block in blocks
    ]
    return "\n".join("\n".join(block) for block in lines)


def test_the_worst_stand_first_and_of_these_the_newest() -> None:
    rows = PANE.rows(triaged())
    assert [cells(row)[0] for row in rows] == [
        *["!! act"] * 2,
        *["! warn"] * 3,
        *["note"] * 3,
        "? untold",
        *["cleared"] * 2,
    ]
    assert [cells(row)[1:4] for row in rows[:2]] == [
        ["RP11", "sweep-07", "12m"],
        ["RP16", "infer-x", "1h24m"],
    ]


def test_a_row_says_what_it_is_and_what_was_seen() -> None:
    what = cells(row(triaged(), f"{SWEEP}:RP11"))[4]
    assert what == "Container disk full: / is 98% full: 19.6G of 20.0G used (container disk)"


def test_a_symptom_seen_before_this_run_is_as_old_as_the_history_says() -> None:
    """The findings themselves were first seen a minute ago."""
    assert cells(row(triaged(), f"{INFER}:RP16"))[3] == "1h24m"
    assert cells(row(triaged(), f"{INFER}:RP2"))[3] == "1m"


def test_of_a_single_look_nobody_knows_since_when() -> None:
    since = row(scenes.demo(), f"{SWEEP}:RP11").cells[3]
    assert (since.text, since.tone) == ("?", Tone.UNKNOWN)


def test_what_has_gone_says_when_and_how_long_it_was_there() -> None:
    gone = next(row for row in PANE.rows(triaged()) if cells(row)[:2] == ["cleared", "RP23"])
    assert cells(gone)[2:4] == ["sweep-07", "3m"]
    assert cells(gone)[4].startswith("cleared 3m ago, was there for 12m: torch.OutOfMemoryError")


def test_what_has_come_back_is_listed_as_standing_alone_with_both_times_in_its_timeline() -> None:
    scene = triaged()
    assert [cells(row)[0] for row in PANE.rows(scene) if cells(row)[1] == "RP11"] == ["!! act"]
    told = text(PANE.detail(scene, f"{SWEEP}:RP11"))
    assert "raised   11:48:00, 12m ago: / is 96% full" in told
    assert "cleared  10:13:20, 1h46m ago, after 10m" in told


def test_the_details_say_what_was_seen_why_what_to_do_and_what_else_it_is_not() -> None:
    told = text(PANE.detail(triaged(), f"{SWEEP}:RP11"))
    assert "act now !!  sweep-07  since 11:48:00, 12m ago" in told
    assert "seen  ssh, now: / is 98% full" in told
    assert "why   The container disk (/) is small" in told
    assert "2. Move caches to /workspace: export HF_HOME=" in told
    assert "source: RunPod documentation, troubleshooting: storage full, read 2026-08-20" in told
    assert "RP30 Volume full or over its quota: /workspace is 11% full" in told


def test_what_is_told_by_the_same_evidence_is_ruled_out_first() -> None:
    blocks = PANE.detail(triaged(), f"{SWEEP}:RP11")
    out = next(block for block in blocks if block.title.startswith("Ruled out"))
    codes = [line[0].text.split()[0] for line in out.lines]
    assert codes[:4] == ["RP22", "RP30", "RP31", "RP32"]
    assert "RP11" not in codes


def test_what_cannot_be_told_is_a_row_and_says_what_is_missing_of_whom() -> None:
    told = text(PANE.detail(triaged(), UNTOLD))
    assert "? sweep-07" in told
    assert "not seen: the Pod's logs: never seen" in told


def test_a_cleared_symptom_has_its_timeline_as_details() -> None:
    gone = next(row for row in PANE.rows(triaged()) if cells(row)[:2] == ["cleared", "RP23"])
    assert "Timeline of RP23, sweep-07" in text(PANE.detail(triaged(), gone.key))
    told = text(PANE.detail(triaged(), gone.key))
    assert "RP23 GPU memory used up" in told
    assert "Should RP23 come back" in told
    assert PANE.detail(triaged(), "nobody:RP1") == ()


def test_the_badge_counts_faults_and_has_the_mark_of_the_worst() -> None:
    scene = triaged()
    badge = PANE.badge(scene)
    assert badge is not None
    assert (badge.text, badge.tone) == ("5!!", Tone.BAD)
    mild = {
        pod: tuple(replace(f, severity=min(f.severity, Severity.WARNING)) for f in found)
        for pod, found in scene.findings.items()
    }
    badge = PANE.badge(replace(scene, findings=mild))
    assert badge is not None
    assert (badge.text, badge.tone) == ("5!", Tone.WARN)


def test_the_badge_is_unknown_while_nothing_bad_is_told_and_something_is_not() -> None:
    scene = triaged()
    unknown = {p: tuple(f for f in fs if not f.is_present) for p, fs in scene.findings.items()}
    badge = PANE.badge(replace(scene, findings=unknown))
    assert badge is not None
    assert badge.text == "?"
    badge = PANE.badge(replace(scene, findings={}))
    assert badge is not None
    assert badge.text == "0"
    assert PANE.badge(Scene(now=NOW)) is None


def test_an_account_in_which_nothing_is_wrong_is_called_so_and_an_unread_one_not() -> None:
    assert PANE.empty(scenes.empty()) == "None of the known symptoms is there."
    assert "nothing can be told" in PANE.empty(Scene(now=NOW))


def test_while_it_is_looked_at_what_tells_of_a_full_data_center_is_read() -> None:
    assert DataCenterList in PANE.wants  # RP7 and RP17 cannot be told without it


def test_the_commands_of_the_steps_have_the_id_of_the_pod() -> None:
    scene = triaged()
    pod, finding = next(
        (pod, found)
        for pod, all_found in scene.findings.items()
        for found in all_found
        if pod is not None and found.is_present and any("rgt-tui " in step for step in found.fix)
    )
    told = text(
        explained(scene, pod, replace(finding, fix=("See: rgt-tui logs POD --tail 9 of the POD",)))
    )
    assert f"rgt-tui logs {pod} --tail 9 of the POD" in told
    assert "rgt-tui logs POD" in text(
        explained(scene, None, replace(finding, fix=("rgt-tui logs POD",)))
    )
