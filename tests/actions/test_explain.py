from dataclasses import replace

from rgt_tui.actions import Show
from rgt_tui.actions.explain import ACTION, explanation
from rgt_tui.domain.finding import Finding, Said, Severity
from rgt_tui.panes import Block, Scene
from rgt_tui.ui.screens.help import why_not
from tests.values import NOW, a_pod

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
    assert "ssh, 40s ago: it was seen" in text
    assert "text: it was said" in text
    assert "Because of it." in text
    assert "1. Do this.\n  2. Then that." in text
    assert "source: the documentation" in text


def test_what_cannot_be_told_says_what_was_not_seen() -> None:
    unknown = replace(FINDING, verdict="unknown", missing=("df over SSH",))
    text = _text(explanation(_scene(unknown), a_pod().id))
    assert "no symptom was found so far" in text
    assert "RP99 Something is wrong: not seen: df over SSH" in text


def test_a_healthy_pod_is_called_so() -> None:
    assert "no symptom was found" in _text(explanation(_scene(), a_pod().id))


def test_findings_of_the_account_concern_each_of_its_pods() -> None:
    scene = Scene(findings={None: (FINDING,)}, now=NOW)
    assert "RP99" in _text(explanation(scene, a_pod().id))


def test_the_window_is_named_after_the_pod() -> None:
    outcome = ACTION.run(_scene(FINDING), a_pod())
    assert isinstance(outcome, Show)
    assert outcome.title == "Triage of train-a"


def test_without_a_pod_it_is_not_available() -> None:
    assert why_not(ACTION, Scene(), None) == "no Pod is selected"
