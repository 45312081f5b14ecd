"""What programs print today and printed in other versions: the decisive part is what tells."""

import pytest

from tests.triage.texts import codes

PRINTED = [
    ("RP5", "Failed to load resource: the server responded with a status of 524 ()"),
    ("RP10", "docker-entrypoint.sh: 1: exec: sleep infinity: not found"),
    (
        "RP10",
        "exec container process (missing dynamic library?) `/app/entrypoint.sh`: No such file or directory",
    ),
    ("RP10", "/start.sh: line 2: $'\\r': command not found"),
    ("RP11", "curl: (23) Failure writing output to destination"),
    ("RP12", "botocore.exceptions.NoCredentialsError: Unable to locate credentials"),
    ("RP13", "2026/05/01 10:00:00 croc: message too large"),
    (
        "RP14",
        "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable",
    ),
    ("RP17", "does not have enough disk space"),
    ("RP18", "sign_and_send_pubkey: signing failed for ED25519: agent refused operation"),
    ("RP18", "Permission denied, please try again."),
    ("RP18", "Authentication refused: bad ownership or modes for directory /root"),
    ("RP19", "client_loop: send disconnect: Broken pipe"),
    ("RP19", "Timeout, server 203.0.113.7 not responding."),
    ("RP20", "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!"),
    (
        "RP20",
        "No ED25519 host key is known for [203.0.113.7]:22123 and you have requested strict checking.",
    ),
    ("RP21", "cc1plus: fatal error: Killed signal terminated program cc1plus"),
    ("RP22", "NCCL WARN Call to posix_fallocate failed : No space left on device"),
    ("RP22", "unable to mmap 1024 bytes from file </torch_812_3>: Cannot allocate memory (12)"),
    ("RP23", "cudaErrorMemoryAllocation: out of memory"),
    (
        "RP23",
        "ValueError: The model's max seq len (131072) is larger than the maximum number of tokens that can be stored in KV cache (12345).",
    ),
    ("RP24", "CUDA error: uncorrectable NVLink error detected during the execution"),
    ("RP25", "pynvml.NVMLError_Unknown: Unknown Error"),
    (
        "RP25",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ),
    ("RP25", "Failed to initialize NVML: Driver/library version mismatch"),
    ("RP27", "nvrtc: error: invalid value for --gpu-architecture (-arch)"),
    (
        "RP27",
        "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0.",
    ),
    ("RP28", "cudaErrorSystemNotReady: system not yet initialized"),
    (
        "RP28",
        "Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before? Error 3: initialization error",
    ),
    ("RP29", "torch.distributed.DistStoreError: Socket Timeout"),
    ("RP29", "torch.distributed.elastic.rendezvous.api.RendezvousTimeoutError"),
    ("RP29", "NCCL WARN NET/Socket : no interface found"),
    ("RP40", "Running as root is not recommended. Use --allow-root to bypass."),
    ("RP40", "[C 2026-01-01 ServerApp] Bad config encountered during initialization: x"),
    ("RP44", "error code: 1015"),
    ("RP45", "image does not provide the specified platform (linux/amd64)"),
    (
        "RP46",
        "We have detected a critical error on this machine which may affect some pods.",
    ),
    (
        "RP47",
        'Could not connect to the endpoint URL: "https://s3api-eu-ro-1.runpod.io/agv6w2qcg7"',
    ),
]


@pytest.mark.parametrize(("code", "text"), PRINTED, ids=[text[:40] for _, text in PRINTED])
def test_what_a_program_prints_is_told_by_its_decisive_part(code: str, text: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "signal handler installed for SIGTERM (15), will save on preemption",
        "INFO nccl timeout is set to 1800 s; heartbeat monitor enabled",
        "resuming; skipping corrupted checkpoint check: all files verified",
        "step 524 loss 0.1",
        "processed 1015 files",
        "running as root",
        "Blocking until all workers are ready",
    ],
)
def test_words_that_are_near_to_those_tell_nothing(text: str) -> None:
    assert codes(text) == []
