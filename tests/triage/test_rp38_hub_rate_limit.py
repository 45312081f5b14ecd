import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "huggingface_hub.utils._errors.HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/api/models/x",
        "HTTP status client error (429 Too Many Requests) for url (https://cas-server.xethub.hf.co/reconstructions/x)",
        "hf download stuck at 97%, .incomplete file does not grow",
        "We had to rate limit your IP. Please log in to huggingface",
        "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='huggingface.co', port=443): Read timed out.",
    ],
)
def test_text_that_shows_it_is_rp38(text: str) -> None:
    assert "RP38" in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
        "error pulling image: received unexpected HTTP status: 429 Too Many Requests",
        "error pulling image ghcr.io/huggingface/text-generation-inference:3: 429 Too Many Requests",
        'failed to resolve reference "docker.io/vllm/vllm-openai:v1": unexpected status from HEAD request to https://registry-1.docker.io/v2/vllm/vllm-openai/manifests/v1: 429 Too Many Requests',
        "Downloading safetensors\nError response from daemon: Docker Hub: 429 Too Many Requests",
        "Docker Hub rate limit exceeded for this host",
    ],
)
def test_the_limit_of_an_image_registry_is_not_rp38(text: str) -> None:
    assert "RP38" not in codes(text)
