import pytest

from rgt_tui.probes.downloads import Download, DownloadReport
from tests.triage.asking import told, verdict
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


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


PART = "/workspace/.cache/huggingface/hub/x.incomplete"


def test_a_download_that_stands_still_is_stalled_and_one_that_grows_is_not() -> None:
    pod = a_pod()
    first = DownloadReport((Download(path=PART, size_bytes=700, written_at=NOW - 300),))
    account = having(an_account(pod), pod, first, at=NOW - 300)
    again = DownloadReport((Download(path=PART, size_bytes=700, written_at=NOW - 301),))
    found = verdict("RP38", having(account, pod, again), pod)
    assert found.verdict == "present"
    assert found.evidence[0].said == f"{PART} stands at 700B, last written 5m ago"
    grown = DownloadReport((Download(path=PART, size_bytes=900, written_at=NOW),))
    assert verdict("RP38", having(account, pod, grown), pod).verdict == "absent"


def test_a_429_while_the_download_grows_is_over() -> None:
    line = "429 Client Error: Too Many Requests"
    growing = DownloadReport((Download(path=PART, size_bytes=900, written_at=NOW - 1),))
    assert told("RP38", a_pod(), growing, line).verdict == "absent"
    assert told("RP38", a_pod(), DownloadReport(), line).verdict == "present"


def bar(done: str, clock: str, *, percent: int = 37, name: str = "model-2.safetensors") -> str:
    return f"{name}:  {percent}%|███▋      | {done}/4.97G [{clock}<03:47, 13.9MB/s]"


@pytest.mark.parametrize(
    "lines",
    [
        [bar("1.81G", "02:10"), bar("1.81G", "04:40")],
        [bar("1.81G", "02:10"), bar("0.3G", "02:11", name="x.gguf"), bar("1.81G", "1:04:40")],
        [bar("0.00", "05:00", percent=0)],
        ["Still waiting to acquire lock on /w/.locks/x.lock (elapsed: 180.4 seconds)"],
    ],
)
def test_a_bar_whose_bytes_stay_the_same_while_its_clock_goes_on_is_rp38(lines: list[str]) -> None:
    assert codes("\n".join(lines)) == ["RP38"]


@pytest.mark.parametrize(
    "lines",
    [
        [bar("1.81G", "02:10"), bar("1.81G", "02:40")],
        [bar("1.81G", "02:10"), bar("1.90G", "14:40")],
        [bar("1.81G", "02:10"), bar("1.81G", "09:40"), bar("1.95G", "09:50")],
        [bar("1.81G", "02:10"), bar("1.81G", "09:40"), bar("4.97G", "12:00", percent=100)],
        [bar("4.97G", "02:10", percent=100), bar("4.97G", "09:10", percent=100)],
        ["Still waiting to acquire lock on /w/.locks/x.lock (elapsed: 10.4 seconds)"],
        ["Epoch 1:  37%|███▋   | 37/100 [02:10<03:47, 1.2s/it]"] * 3,
    ],
)
def test_a_bar_that_moves_or_moves_again_or_is_through_is_not_rp38(lines: list[str]) -> None:
    assert codes("\n".join(lines)) == []


@pytest.mark.parametrize(
    "text",
    [
        "x.safetensors: 37%|#| 1.8.1G/4 [02:10<1, 1B/s]",
        "x.safetensors: 37%|#| 1G/4G [" + "9" * 5000 + ":10<1, 1B/s]",
        "Still waiting to acquire lock on x (elapsed: 9.9.9 seconds)",
        "x" * 50_000 + ".safetensors B/s",
        "x.safetensors " * 5_000 + "B/s",
    ],
)
def test_text_that_only_looks_like_a_bar_does_no_harm(text: str) -> None:
    assert codes(text) == []
