import pytest

from tests.triage.texts import codes


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
