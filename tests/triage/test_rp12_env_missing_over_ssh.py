from dataclasses import replace

import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.probes.environment import EnvironmentReport
from tests.triage.asking import finding, told
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "wandb.errors.UsageError: api_key not configured (no-tty). call wandb.login(key=[your_api_key])",
        "KeyError: 'HF_TOKEN'",
        "OSError: You are trying to access a gated repo. Cannot access gated repo for url https://huggingface.co/x",
        "RUNPOD_API_KEY: unbound variable",
        "ValueError: HF_TOKEN environment variable is not set",
        "environment variables are missing when I connect over ssh",
        "huggingface_hub.errors.GatedRepoError: 403 Client Error",
        "wandb: ERROR No API key configured. Use `wandb login` to log in.",
    ],
)
def test_text_that_shows_it_is_rp12(text: str) -> None:
    assert "RP12" in codes(text)


def test_a_lacking_variable_is_a_note_where_no_shell_reads_it_and_a_warning_once_a_log_shows_it() -> (
    None
):
    pod = a_pod(env_names=("WANDB_API_KEY", "EPOCHS"))
    seen = EnvironmentReport(
        first=("EPOCHS", "RUNPOD_POD_ID", "WANDB_API_KEY"),
        session=("EPOCHS",),
        has_export_file=True,
    )
    bare = replace(seen, has_export_file=False)
    found = finding("RP12", pod, bare)
    assert (found.verdict, found.severity) == ("present", Severity.INFO)
    assert found.evidence[0].said.endswith("a session over SSH: WANDB_API_KEY")
    assert finding("RP12", pod, seen).verdict == "absent"
    assert told("RP12", pod, seen, "No API key configured.").severity is Severity.WARNING


def test_variables_of_the_image_and_of_runpod_are_no_finding_and_an_unreadable_one_is_unknown() -> (
    None
):
    seen = EnvironmentReport(first=("CUDA_VERSION", "RUNPOD_POD_ID"), session=("HOME",))
    assert finding("RP12", a_pod(), seen).verdict == "absent"
    assert (
        finding("RP12", a_pod(), EnvironmentReport(first=None, session=("HOME",))).verdict
        == "unknown"
    )
