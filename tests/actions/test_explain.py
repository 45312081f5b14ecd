from dataclasses import replace

from rgt_tui.actions import Aim, Show
from rgt_tui.actions.explain import ACTION, explanation
from rgt_tui.domain.finding import Finding, Said, Severity
from rgt_tui.panes import Block, Scene
from rgt_tui.probes.df import DiskReport
from rgt_tui.ui.screens.help import why_not
from tests.triage.test_rp11_container_disk_full import overlay, volume_disk
from tests.values import NOW, a_pod, an_account, having

FINDING = Finding(
    code="RP99",
    title="Something is wrong",
    verdict="present",
    severity=Severity.CRITICAL,
    cause="Because of it.",
    fix=("Do this.", "Then that."),
    source="the documentation, read 2026-08-20",
    evidence=(Said("ssh", "it was seen", NOW - 40), Said("text", "it was said")),
)


def _text(blocks: tuple[Block, ...]) -> str:
    return "\n".join(
        "\n".join([block.title, *("".join(cell.text for cell in line) for line in block.lines)])
        for block in blocks
    )


def _scene(*findings: Finding) -> Scene:
    return Scene(findings={a_pod().id: findings}, now=NOW)


def test_a_finding_is_told_with_evidence_ages_cause_steps_and_source() -> None:
    text = _text(explanation(_scene(FINDING), a_pod().id))
    assert "RP99 Something is wrong" in text
    assert "act now !!" in text
    assert "seen  ssh, 40s ago: it was seen" in text
    assert "text: it was said" in text
    assert "why   Because of it." in text
    assert "1. Do this.\n  2. Then that." in text
    assert "source: the documentation" in text


def test_what_cannot_be_told_says_what_was_not_seen() -> None:
    unknown = replace(FINDING, verdict="unknown", missing=("df over SSH",))
    text = _text(explanation(_scene(unknown), a_pod().id))
    assert "no symptom was found so far" in text
    assert "not seen: df over SSH  (RP99)" in text


def test_a_healthy_pod_is_called_so() -> None:
    assert "no symptom was found" in _text(explanation(_scene(), a_pod().id))


def test_on_a_row_of_triage_that_finding_is_told_by_itself() -> None:
    other = replace(FINDING, code="RP98", title="Another thing", cause="Of that.")
    scene = replace(_scene(other, FINDING), account=an_account(a_pod()))
    assert ACTION.aimed is not None
    shown = ACTION.aimed(scene, a_pod(), Aim("triage", f"{a_pod().id}:RP99"))
    assert isinstance(shown, Show)
    assert shown.title == "Triage: RP99 train-a"
    assert shown.blocks[0].title == "RP99 Something is wrong"
    assert shown.blocks[-1].title == "Also there (1)"
    text = _text(shown.blocks)
    assert "Of that." not in text
    assert "RP98!! Another thing" in text
    assert shown.anew is not None
    assert shown.anew(_scene(other)) == ()


def test_elsewhere_all_of_the_pod_is_told() -> None:
    scene = _scene(replace(FINDING, code="RP98"), FINDING)
    assert ACTION.aimed is not None
    shown = ACTION.aimed(scene, a_pod(), Aim("pods", a_pod().id))
    assert isinstance(shown, Show)
    assert {"RP98 Something is wrong", "RP99 Something is wrong"} <= {
        block.title for block in shown.blocks
    }


def test_findings_of_the_account_concern_each_of_its_pods() -> None:
    scene = Scene(findings={None: (FINDING,)}, now=NOW)
    assert "RP99" in _text(explanation(scene, a_pod().id))


def test_the_window_is_named_after_the_pod() -> None:
    outcome = ACTION.run(_scene(FINDING), a_pod())
    assert isinstance(outcome, Show)
    assert outcome.title == "Triage of train-a"


def test_of_a_row_without_a_pod_the_account_is_explained() -> None:
    scene = Scene(findings={None: (FINDING,)}, now=NOW)
    assert why_not(ACTION, scene, None) is None
    outcome = ACTION.run(scene, None)
    assert isinstance(outcome, Show)
    assert outcome.title == "Triage of the account"
    assert "RP99 Something is wrong" in _text(outcome.blocks)


def test_several_findings_begin_with_a_line_that_names_them() -> None:
    other = replace(FINDING, code="RP98", severity=Severity.WARNING)
    first = explanation(_scene(FINDING, other), a_pod().id)[0]
    assert _text((first,)) == "Triage\n  2 findings: RP99!! RP98!"


def test_what_else_was_looked_for_and_is_not_there_is_named_with_its_reason() -> None:
    pod = a_pod()
    account = having(an_account(pod), pod, DiskReport((overlay(2.0), volume_disk(9.0))))
    scene = Scene(account=account, now=NOW)
    text = _text(explanation(scene, pod.id))
    assert "RP11 Container disk full: / is 10% full: 2.0G of 20.0G used" in text
    assert "RP30 Volume full or over its quota: /workspace is 4% full" in text


def test_what_is_missing_is_named_once_for_all_that_wait_for_it() -> None:
    first = replace(FINDING, verdict="unknown", missing=("df over SSH: never seen",))
    text = _text(explanation(_scene(first, replace(first, code="RP98")), a_pod().id))
    assert "not seen: df over SSH: never seen  (RP99 RP98)" in text
