"""What programs print of each symptom, over their versions, and through what wraps a line in practice.

The strings are those of programs (Python, PyTorch, OpenSSH, coreutils, Docker, NVIDIA, Hugging Face,
RunPod), with names and numbers of our own.
"""

import json
from collections.abc import Callable
from typing import Final

import pytest

from rgt_tui.triage import all_detectors
from tests.triage.texts import codes

PRINTED: Final = (
    (
        "RP1",
        "Pod failed to start: There are not enough free GPUs on the host machine to start this pod.",
    ),
    (
        "RP1",
        '{"errors":[{"message":"There are not enough free GPUs on the host machine to start this pod.","path":["podResume"]}]}',
    ),
    (
        "RP1",
        '{"title":"Bad Request","status":400,"detail":"not enough free GPUs on the host machine"}',
    ),
    ("RP1", "400 Client Error: not enough free GPUs on the host machine"),
    ("RP1", "zsh: command not found: nvidia-smi"),
    ("RP1", "sh: 1: nvidia-smi: not found"),
    ("RP1", "/bin/sh: nvidia-smi: command not found"),
    (
        "RP1",
        "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver",
    ),
    ("RP1", "Zero GPU Pods on restart"),
    ("RP2", "python: can't open file '/root/train.py': [Errno 2] No such file or directory"),
    ("RP2", "-bash: /root/miniconda3/bin/conda: No such file or directory"),
    ("RP2", "bash: line 1: /root/.venv/bin/python: No such file or directory"),
    ("RP2", "zsh: command not found: tmux"),
    ("RP2", "sh: 1: tmux: not found"),
    ("RP2", "/bin/bash: /opt/venv/bin/python: No such file or directory"),
    ("RP2", "ls: cannot access '/root/checkpoints': No such file or directory"),
    ("RP3", '{"error":"pod not found to terminate"}'),
    ("RP3", "Error: pod not found to terminate"),
    ("RP3", '{"errors":[{"message":"pod not found to terminate"}]}'),
    ("RP5", "error code: 524"),
    ("RP5", "<title>runpod.net | 524: A timeout occurred</title>"),
    ("RP5", "HTTP/1.1 524"),
    ("RP5", "cloudflare error 524"),
    ("RP5", "524 Server Error:  for url: https://abc-8000.proxy.runpod.net/v1/chat"),
    (
        "RP5",
        "requests.exceptions.HTTPError: 524 Server Error: <none> for url: https://abc123-7860.proxy.runpod.net/run/predict",
    ),
    ("RP5", "WebSocket connection to 'wss://abc-7860.proxy.runpod.net/queue/join' failed: "),
    ("RP5", "openai.InternalServerError: error code: 524"),
    (
        "RP5",
        "httpx.HTTPStatusError: Server error '524 <none>' for url 'https://x-8000.proxy.runpod.net/generate'",
    ),
    ("RP5", "Error: Request failed with status code 524"),
    ("RP6", "Error: Your SSH client doesn't support PTY"),
    ("RP6", "subsystem request failed on channel 0\r\nscp: Connection closed"),
    ("RP6", "scp: Received message too long 1163413838"),
    (
        "RP6",
        "protocol version mismatch -- is your shell clean?\n(see the rsync manpage for an explanation)",
    ),
    (
        "RP6",
        "Received message too long 1397639502\nEnsure the remote shell produces no output for non-interactive sessions.",
    ),
    ("RP8", '{"title":"Payment Required","status":402,"detail":"insufficient balance"}'),
    ("RP8", "Your balance is too low to deploy this pod"),
    ("RP8", "RunPod: low balance, your pods will be stopped"),
    ("RP8", "Account balance is $0. Pods have been terminated"),
    ("RP8", "402 Client Error: Payment Required for url: https://api.runpod.io/v2/pods"),
    ("RP8", "You have insufficient funds"),
    ("RP8", "lastStatusChange: Exited by Runpod"),
    (
        "RP9",
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9, please update your driver to a newer version, or use an earlier cuda container: unknown",
    ),
    ("RP9", "RuntimeError: The NVIDIA driver on your system is too old (found version 11080)."),
    ("RP9", "CUDA error: CUDA driver version is insufficient for CUDA runtime version"),
    ("RP9", "cudaErrorInsufficientDriver"),
    (
        "RP9",
        "RuntimeError: Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error 804: forward compatibility was attempted on non supported HW",
    ),
    ("RP9", "CUDA error: the provided PTX was compiled with an unsupported toolchain."),
    ("RP9", "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"),
    ("RP9", "Failed to initialize NVML: Driver/library version mismatch"),
    ("RP9", "Error 803: system has unsupported display driver / cuda driver combination"),
    (
        "RP9",
        "ERROR: This container was built for NVIDIA Driver Release 570.86 or later, but version 535.183.06 was detected and compatibility mode is UNAVAILABLE.",
    ),
    (
        "RP9",
        "ggml_cuda_init: failed to initialize CUDA: CUDA driver version is insufficient for CUDA runtime version",
    ),
    ("RP10", 'exec: "/start.sh": stat /start.sh: no such file or directory: unknown'),
    ("RP10", 'exec: "bash": executable file not found in $PATH'),
    (
        "RP10",
        'OCI runtime create failed: runc create failed: unable to start container process: exec: "start.sh": executable file not found in $PATH: unknown',
    ),
    (
        "RP10",
        'OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/start.sh": permission denied: unknown',
    ),
    ("RP10", "/bin/sh: 0: cannot open /start.sh: No such file"),
    ("RP10", "/bin/bash: /start.sh: Permission denied"),
    ("RP10", "bash: /start.sh: /bin/bash^M: bad interpreter: No such file or directory"),
    (
        "RP10",
        "usage: api_server.py [-h] [--host HOST]\napi_server.py: error: unrecognized arguments: bash -c sleep infinity",
    ),
    ("RP10", "vllm: error: unrecognized arguments: /start.sh"),
    ("RP10", "vllm serve: error: the following arguments are required: model_tag"),
    ("RP10", "/opt/nvidia/nvidia_entrypoint.sh: line 67: exec: --model: invalid option"),
    ("RP10", "nvidia_entrypoint.sh: line 49: exec: --: invalid option"),
    ("RP10", "exec: --: invalid option"),
    ("RP10", "error: unexpected argument '--foo' found"),
    ("RP10", "[FATAL tini (7)] exec sleep infinity failed: No such file or directory"),
    ("RP10", "/docker-entrypoint.sh: exec: line 47: foo: not found"),
    ("RP11", "OSError: [Errno 28] No space left on device"),
    (
        "RP11",
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    ),
    ("RP11", "tar: model.tar: Cannot write: No space left on device"),
    ("RP11", "fatal: write error: No space left on device"),
    (
        "RP11",
        "error: Failed to write to the client cache\n  Caused by: No space left on device (os error 28)",
    ),
    ("RP11", "write error: No space left on device"),
    ("RP11", "IOError: [Errno 28] No space left on device"),
    ("RP11", "RuntimeError: [enforce fail at inline_container.cc:659] . unexpected pos 64 vs 0"),
    ("RP11", "E: You don't have enough free space in /var/cache/apt/archives/."),
    ("RP11", "no space left on device"),
    ("RP11", "java.io.IOException: No space left on device"),
    ("RP11", "write /var/lib/docker/tmp/GetImageBlob: no space left on device"),
    ("RP11", "curl: (23) Failure writing output to destination: No space left on device"),
    ("RP11", "cp: error writing '/root/x': No space left on device"),
    (
        "RP11",
        'safetensors_rust.SafetensorError: Error while serializing: IoError(Os { code: 28, kind: StorageFull, message: "No space left on device" })',
    ),
    (
        "RP11",
        "RuntimeError: Data processing error: CAS service error : IO Error: No space left on device (os error 28)",
    ),
    ("RP11", "overlay          20G   20G   12K 100% /"),
    ("RP11", "overlay 20G 20G 0 100% /"),
    (
        "RP11",
        "UserWarning: Not enough free disk space to download the file. The expected file size is: 4976.70 MB. The target location /root/.cache/huggingface/hub only has 1200.00 MB free disk space.",
    ),
    ("RP11", "CondaError: No space left on devices."),
    ("RP11", "aria2c: errorCode=9 Failed to allocate: No space left on device"),
    (
        "RP11",
        "dpkg: error processing archive x.deb (--unpack):\n cannot copy extracted data for x: failed to write (No space left on device)",
    ),
    ("RP11", "wandb.errors.CommError: [Errno 28] No space left on device"),
    (
        "RP12",
        "wandb.errors.errors.UsageError: api_key not configured (no-tty). call wandb.login(key=[your_api_key])",
    ),
    ("RP12", "wandb.errors.UsageError: No API key configured. Use `wandb login` to log in."),
    (
        "RP12",
        "OSError: You are trying to access a gated repo.\nMake sure to have access to it at https://huggingface.co/meta-llama/Llama-3.1-8B.",
    ),
    (
        "RP12",
        "huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-x)\n\nCannot access gated repo for url https://huggingface.co/x/resolve/main/config.json.",
    ),
    ("RP12", "KeyError: 'WANDB_API_KEY'"),
    ("RP12", "KeyError: 'RUNPOD_POD_ID'"),
    (
        "RP12",
        "openai.OpenAIError: The api_key client option must be set either by passing api_key to the client or by setting the OPENAI_API_KEY environment variable",
    ),
    ("RP12", "bash: RUNPOD_POD_ID: unbound variable"),
    (
        "RP12",
        "huggingface_hub.errors.LocalTokenNotFoundError: Token is required (`token=True`), but no token found.",
    ),
    ("RP12", "401 Client Error: Unauthorized for url: https://huggingface.co/api/whoami-v2"),
    ("RP13", "room (secure channel) not ready, maybe peer disconnected"),
    ("RP13", "croc: problem with decoding: invalid character"),
    ("RP13", "could not connect to croc.schollz.com:9009: EOF"),
    ("RP13", "message too large"),
    (
        "RP13",
        "panic: runtime error: slice bounds out of range\ngithub.com/schollz/croc/v9/src/croc.(*Client).sendData",
    ),
    (
        "RP14",
        "Error response from daemon: pull access denied for acme/x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ),
    (
        "RP14",
        "error pulling image: Error response from daemon: manifest for acme/x:y not found: manifest unknown: manifest unknown",
    ),
    (
        "RP14",
        "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
    ),
    (
        "RP14",
        "error creating container: container: create: failed to create container: Error response from daemon: No such image: acme/x:latest",
    ),
    ("RP14", 'failed to resolve reference "docker.io/acme/x:latest": not found'),
    ("RP14", "unauthorized: authentication required"),
    (
        "RP14",
        'Error response from daemon: Get "https://registry-1.docker.io/v2/": context deadline exceeded',
    ),
    (
        "RP14",
        "error pulling image: unexpected status from HEAD request to https://ghcr.io/v2/x/manifests/latest: 403 Forbidden",
    ),
    ("RP14", "denied: requested access to the resource is denied"),
    (
        "RP14",
        'failed to pull and unpack image "docker.io/x/y:1": failed to copy: httpReadSeeker: failed open: unexpected status code',
    ),
    ("RP14", "Error: image acme/x:1 not found"),
    ("RP14", "ErrImagePull"),
    ("RP14", "ImagePullBackOff"),
    ("RP14", "Error response from daemon: invalid reference format"),
    (
        "RP16",
        "OCI runtime exec failed: exec failed: unable to start container process: error executing setns process: exit status 1: unknown",
    ),
    ("RP16", "Error response from daemon: container abc is not running"),
    ("RP16", '{"desiredStatus":"RUNNING","runtime":null}'),
    ("RP16", "pod not ready"),
    ("RP16", "container not running"),
    (
        "RP17",
        "There are no longer any instances available with the requested specifications. Please refresh and try again.",
    ),
    (
        "RP17",
        '{"errors":[{"message":"There are no longer any instances available with enough disk space."}]}',
    ),
    (
        "RP17",
        "This machine does not have the resources to deploy your pod. Please try a different machine",
    ),
    ("RP17", "create pod: There are no instances currently available"),
    ("RP17", "There are no instances currently available with the requested specs"),
    ("RP17", "No GPUs available"),
    (
        "RP17",
        "sky.exceptions.ResourcesUnavailableError: Failed to provision all possible launchable resources",
    ),
    (
        "RP17",
        '{"title":"Bad Request","status":400,"detail":"There are no instances currently available"}',
    ),
    (
        "RP17",
        "runpod.error.QueryError: There are no longer any instances available with the requested specifications. Please refresh and try again.",
    ),
    ("RP17", "No offers found"),
    ("RP18", "root@213.173.108.100: Permission denied (publickey)."),
    ("RP18", "git@github.com: Permission denied (publickey)."),
    ("RP18", "Permission denied (publickey,keyboard-interactive)."),
    ("RP18", "Permissions 0644 for '/home/me/.ssh/id_ed25519' are too open."),
    ("RP18", 'Load key "/home/me/.ssh/id": bad permissions'),
    ("RP18", "Received disconnect from 1.2.3.4 port 22:2: Too many authentication failures"),
    ("RP18", "paramiko.ssh_exception.AuthenticationException: Authentication failed."),
    ("RP18", "asyncssh.misc.PermissionDenied: Permission denied for user root on host 1.2.3.4"),
    ("RP18", 'Load key "/home/me/.ssh/id": invalid format'),
    ("RP18", 'Load key "x": error in libcrypto'),
    ("RP19", "ssh: connect to host 213.173.108.100 port 12157: Connection timed out"),
    ("RP19", "ssh: connect to host ssh.runpod.io port 22: Connection refused"),
    ("RP19", "kex_exchange_identification: read: Connection reset by peer"),
    ("RP19", "kex_exchange_identification: Connection closed by remote host"),
    ("RP19", "Connection closed by 213.173.108.100 port 12157"),
    ("RP19", "Connection reset by 213.173.108.100 port 12157"),
    ("RP19", "ssh_exchange_identification: Connection closed by remote host"),
    ("RP19", "Connection timed out during banner exchange"),
    (
        "RP19",
        "paramiko.ssh_exception.NoValidConnectionsError: [Errno None] Unable to connect to port 12157 on 1.2.3.4",
    ),
    ("RP19", "paramiko.ssh_exception.SSHException: Error reading SSH protocol banner"),
    ("RP19", "ssh: connect to host 1.2.3.4 port 22: No route to host"),
    ("RP19", "ConnectionRefusedError: [Errno 111] Connect call failed ('213.173.108.100', 12157)"),
    ("RP20", "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @"),
    ("RP20", "Host key verification failed."),
    ("RP20", "Offending ED25519 key in /home/me/.ssh/known_hosts:12"),
    (
        "RP20",
        "Host key for [213.173.108.100]:12157 has changed and you have requested strict checking.",
    ),
    (
        "RP20",
        "paramiko.ssh_exception.BadHostKeyException: Host key for server '[1.2.3.4]:22' does not match",
    ),
    ("RP20", "asyncssh.misc.HostKeyNotVerifiable: Host key is not trusted for host 1.2.3.4"),
    ("RP20", "ssh: handshake failed: knownhosts: key mismatch"),
    ("RP21", "Killed"),
    ("RP21", "./train.sh: line 12: 4411 Killed                  python train.py"),
    ("RP21", "/bin/bash: line 1:   812 Killed                  accelerate launch"),
    ("RP21", "[1]+  Killed                  python train.py"),
    ("RP21", "zsh: killed     python train.py"),
    ("RP21", "[1]    4411 killed     python train.py"),
    ("RP21", "Command terminated by signal 9"),
    ("RP21", "exit code 137"),
    ("RP21", "Process exited with code 137"),
    ("RP21", "returncode=-9"),
    ("RP21", "subprocess.CalledProcessError: Command '[python]' died with <Signals.SIGKILL: 9>."),
    ("RP21", "exitcode  : -9 (pid: 812)"),
    ("RP21", "Signal 9 (SIGKILL) received by PID 812"),
    ("RP21", "RuntimeError: DataLoader worker (pid 812) is killed by signal: Killed."),
    ("RP21", "Out of memory: Killed process 4411 (python)"),
    (
        "RP21",
        "torch.multiprocessing.spawn.ProcessExitedException: process 0 terminated with signal SIGKILL",
    ),
    ("RP21", "make: *** [train] Error 137"),
    (
        "RP21",
        "concurrent.futures.process.BrokenProcessPool: A process in the process pool was terminated abruptly",
    ),
    ("RP21", "slurmstepd: error: Detected 1 oom_kill event in StepId=1.batch"),
    ("RP21", "MemoryError"),
    ("RP21", "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 12.0 GiB for an array"),
    ("RP21", "OSError: [Errno 12] Cannot allocate memory"),
    ("RP21", "std::bad_alloc"),
    ("RP21", "[Errno 12] Cannot allocate memory"),
    (
        "RP21",
        "ERROR:torch.distributed.elastic.multiprocessing.api:failed (exitcode: -9) local_rank: 0 (pid: 812) of binary: /usr/bin/python",
    ),
    ("RP21", "oom_kill 3"),
    (
        "RP22",
        "RuntimeError: DataLoader worker (pid 325) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory. Please try to raise your shared memory limit.",
    ),
    (
        "RP22",
        "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm).",
    ),
    ("RP22", "Bus error (core dumped)"),
    ("RP22", "Bus error"),
    ("RP22", "exit code 135"),
    ("RP22", "RuntimeError: unable to write to file </torch_812_123>"),
    ("RP22", "RuntimeError: unable to open shared memory object </torch_1_2> in read-write mode"),
    ("RP22", "OSError: [Errno 28] No space left on device: '/dev/shm/x'"),
    (
        "RP22",
        "ray: The object store is using /tmp instead of /dev/shm because /dev/shm has only 67108864 bytes available.",
    ),
    ("RP22", "NCCL WARN Error while creating shared memory segment /dev/shm/nccl-x (size 9637888)"),
    ("RP22", "posix_fallocate failed: No space left on device /dev/shm/nccl-AbC"),
    ("RP22", "Fatal Python error: Bus error"),
    ("RP22", "exitcode: -7"),
    ("RP22", "Signal 7 (SIGBUS) received by PID 812"),
    (
        "RP23",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 42.00 MiB. GPU 0 has a total capacity of 79.15 GiB",
    ),
    ("RP23", "torch.cuda.OutOfMemoryError: CUDA out of memory."),
    (
        "RP23",
        "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 23.69 GiB total capacity;",
    ),
    ("RP23", "RuntimeError: CUDA error: out of memory"),
    ("RP23", "RuntimeError: HIP out of memory. Tried to allocate"),
    ("RP23", "CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ("RP23", "cudaMalloc failed: out of memory"),
    (
        "RP23",
        "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory",
    ),
    ("RP23", "torch.cuda.OutOfMemoryError: Allocation on device 0 would exceed allowed memory."),
    (
        "RP23",
        "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.",
    ),
    (
        "RP23",
        "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory allocating 17179869184 bytes.",
    ),
    (
        "RP23",
        "ResourceExhaustedError: OOM when allocating tensor with shape[32,512] and type float on /job:localhost/replica:0/task:0/device:GPU:0",
    ),
    ("RP23", "cupy.cuda.memory.OutOfMemoryError: Out of memory allocating 1,024 bytes"),
    (
        "RP23",
        "ValueError: Free memory on device (3.2/79.15 GiB) on startup is less than desired GPU memory utilization (0.9, 71.24 GiB).",
    ),
    ("RP23", "CUDA_ERROR_OUT_OF_MEMORY: out of memory"),
    ("RP23", "NotEnoughMemoryError: not enough VRAM"),
    ("RP24", "RuntimeError: CUDA error: uncorrectable ECC error encountered"),
    (
        "RP24",
        "NVRM: Xid (PCI:0000:41:00): 48, pid=812, name=python, An uncorrectable double bit error (DBE)",
    ),
    ("RP24", "NVRM: Xid (PCI:0000:41:00): 63, Row Remapper: New row marked for remapping"),
    ("RP24", "NVRM: Xid (PCI:0000:41:00): 64, pid=1"),
    ("RP24", "NVRM: Xid (PCI:0000:c1:00): 31, pid=812, Ch 00000010, intr 00000000. MMU Fault"),
    ("RP24", "NVRM: Xid (PCI:0000:41:00): 74, NVLink"),
    ("RP24", "cudaErrorECCUncorrectable"),
    ("RP24", "CUDA_ERROR_ECC_UNCORRECTABLE"),
    (
        "RP24",
        "NVRM: Xid (PCI:0000:01:00): 119, pid=812, name=nvidia-smi, Timeout after 6s of waiting for RPC response from GPU0 GSP!",
    ),
    ("RP24", "Timeout after 45s of waiting for RPC response from GPU3 GSP"),
    ("RP24", "GPU requires reset"),
    (
        "RP25",
        "NVRM: GPU at PCI:0000:a1:00: GPU-x\nNVRM: Xid (PCI:0000:a1:00): 79, pid=812, GPU has fallen off the bus.",
    ),
    ("RP25", "Unable to determine the device handle for GPU 0000:A1:00.0: Unknown Error"),
    (
        "RP25",
        "Unable to determine the device handle for GPU3: 0000:A1:00.0: GPU is lost.  Reboot the system to recover this GPU",
    ),
    ("RP25", "Failed to initialize NVML: Unknown Error"),
    ("RP25", "No devices were found"),
    ("RP25", "Failed to initialize NVML: GPU access blocked by the operating system"),
    ("RP25", "pynvml.NVMLError_GpuIsLost: GPU is lost"),
    ("RP25", "NVML: GPU is lost"),
    ("RP26", "HW Thermal Slowdown : Active"),
    ("RP26", "    HW Power Brake Slowdown               : Active"),
    ("RP26", "    HW Slowdown                       : Active"),
    ("RP26", "    SW Thermal Slowdown               : Active"),
    ("RP26", "thermal violation in GPU 3"),
    ("RP26", "clocks_event_reasons.hw_thermal_slowdown, index\nActive, 0"),
    ("RP27", "RuntimeError: CUDA error: no kernel image is available for execution on the device"),
    (
        "RP27",
        "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.\nThe current PyTorch install supports CUDA capabilities sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90.",
    ),
    (
        "RP27",
        "NVIDIA H100 PCIe with CUDA capability sm_90 is not compatible with the current PyTorch installation.",
    ),
    ("RP27", "RuntimeError: CUDA error: device kernel image is invalid"),
    ("RP27", "cudaErrorNoKernelImageForDevice"),
    ("RP27", "CUDA_ERROR_NO_BINARY_FOR_GPU"),
    (
        "RP27",
        "CUDA error 209 at ggml-cuda.cu: no kernel image is available for execution on the device",
    ),
    ("RP27", "nvcc fatal   : Unsupported gpu architecture 'compute_120'"),
    ("RP27", "ptxas fatal   : Value 'sm_120' is not defined for option 'gpu-name'"),
    ("RP27", "FlashAttention only supports Ampere GPUs or newer."),
    (
        "RP28",
        "RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable CUDA_VISIBLE_DEVICES after program start.",
    ),
    ("RP28", "UserWarning: CUDA initialization: CUDA unknown error"),
    (
        "RP28",
        "numba.cuda.cudadrv.error.CudaSupportError: Error at driver init: Call to cuInit results in CUDA_ERROR_UNKNOWN (999)",
    ),
    ("RP28", "RuntimeError: CUDA driver initialization failed, you might not have a CUDA gpu."),
    ("RP28", "cuInit failed: unknown error"),
    ("RP28", "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error"),
    ("RP28", "cudaGetDeviceCount failed: unknown error"),
    ("RP28", "CUDA error 999"),
    (
        "RP28",
        "RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized",
    ),
    (
        "RP28",
        "E external/local_xla/xla/stream_executor/cuda/cuda_driver.cc:265] failed call to cuInit: CUDA_ERROR_NOT_INITIALIZED: initialization error",
    ),
    ("RP28", "ggml_cuda_init: failed to initialize CUDA: unknown error"),
    (
        "RP29",
        "[rank3]:[E ProcessGroupNCCL.cpp:616] [Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1, OpType=ALLREDUCE, NumelIn=1, NumelOut=1, Timeout(ms)=600000) ran for 600067 milliseconds before timing out.",
    ),
    (
        "RP29",
        "[PG 0 Rank 0] Heartbeat monitor timed out! Process will be terminated after dumping debug info.",
    ),
    (
        "RP29",
        "Some NCCL operations have failed or timed out. Due to the asynchronous nature of CUDA kernels",
    ),
    (
        "RP29",
        "torch.distributed.DistBackendError: NCCL error in: ../torch/csrc/distributed/c10d/ProcessGroupNCCL.cpp:1970, unhandled system error",
    ),
    ("RP29", "RuntimeError: NCCL error: unhandled cuda error"),
    ("RP29", "NCCL WARN Cuda failure"),
    ("RP29", "python[812]: segfault at 0 ip 00007f sp 00007f error 4 in libnccl.so.2.21.5"),
    (
        "RP29",
        "Watchdog got stuck for 480 seconds without making progress in monitored enqueued collectives.",
    ),
    (
        "RP29",
        "torch.distributed.DistNetworkError: The client socket has timed out after 600000ms while trying to connect to",
    ),
    ("RP30", "OSError: [Errno 122] Disk quota exceeded"),
    ("RP30", "cp: error writing '/workspace/x': Disk quota exceeded"),
    ("RP30", "EDQUOT"),
    ("RP30", "touch: cannot touch '/workspace/x': Disk quota exceeded"),
    ("RP30", "error: unable to write file: Disk quota exceeded"),
    ("RP30", "mkdir: cannot create directory '/workspace/y': Disk quota exceeded"),
    ("RP30", "IO Error: Disk quota exceeded (os error 122)"),
    ("RP30", 'rsync: write failed on "/workspace/x": Disk quota exceeded (122)'),
    ("RP30", "tar: x: Cannot open: Disk quota exceeded"),
    ("RP32", "INFO: task python3:812 blocked for more than 241 seconds."),
    ("RP32", "INFO: task ls:12 blocked for more than 122 seconds."),
    ("RP33", "chown: changing ownership of '/workspace/x': Operation not permitted"),
    ("RP33", 'rsync: [generator] chown "/workspace/x" failed: Operation not permitted (1)'),
    (
        "RP33",
        "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]",
    ),
    (
        "RP33",
        'initdb: error: could not change permissions of directory "/workspace/pg": Operation not permitted',
    ),
    ("RP33", "tar: x: Cannot change ownership to uid 1000, gid 1000: Operation not permitted"),
    ("RP33", "cp: failed to preserve ownership for '/workspace/x': Operation not permitted"),
    ("RP33", 'FATAL:  data directory "/workspace/pg" has wrong ownership'),
    ("RP33", "PermissionError: [Errno 1] Operation not permitted: '/workspace/x'"),
    ("RP33", "chmod: changing permissions of '/workspace/x': Operation not permitted"),
    (
        "RP38",
        "huggingface_hub.errors.HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/api/models/x",
    ),
    (
        "RP38",
        "requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/x/resolve/main/config.json",
    ),
    ("RP38", "HTTP Error 429 thrown while requesting HEAD https://huggingface.co/x/resolve/main/a"),
    (
        "RP38",
        "RuntimeError: Data processing error: CAS service error : Reqwest Error: HTTP status client error (429 Too Many Requests), domain: https://cas-server.xethub.hf.co",
    ),
    (
        "RP38",
        "We had to rate limit your IP. To continue using our service, create a HF account or login",
    ),
    (
        "RP38",
        "requests.exceptions.ReadTimeout: (ReadTimeoutError(\"HTTPSConnectionPool(host='huggingface.co', port=443): Read timed out. (read timeout=10)\")",
    ),
    (
        "RP38",
        "OSError: Consistency check failed: file should be of size 4976698672 but has size 123",
    ),
    (
        "RP39",
        "ValueError: Fast download using 'hf_transfer' is enabled (HF_HUB_ENABLE_HF_TRANSFER=1) but 'hf_transfer' package is not available in your environment. Try `pip install hf_transfer`.",
    ),
    (
        "RP39",
        "An error occurred while downloading using `hf_transfer`. Consider disabling HF_HUB_ENABLE_HF_TRANSFER for better error handling.",
    ),
    ("RP39", "ModuleNotFoundError: No module named 'hf_transfer'"),
    (
        "RP39",
        "FutureWarning: `HF_HUB_ENABLE_HF_TRANSFER` is deprecated as 'hf_transfer' is not used anymore.",
    ),
    (
        "RP41",
        "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory",
    ),
    ("RP41", "RuntimeError: PytorchStreamReader failed reading file data/12: file read failed"),
    (
        "RP41",
        "safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer",
    ),
    (
        "RP41",
        "safetensors_rust.SafetensorError: Error while deserializing header: incomplete metadata, file not fully covered",
    ),
    (
        "RP41",
        "safetensors_rust.SafetensorError: Error while deserializing header: header too large",
    ),
    ("RP41", "Error while deserializing header: InvalidHeaderDeserialization"),
    ("RP41", "_pickle.UnpicklingError: invalid load key, 'v'."),
    ("RP41", "EOFError: Ran out of input"),
    (
        "RP41",
        "RuntimeError: unexpected EOF, expected 1234 more bytes. The file might be corrupted.",
    ),
    ("RP41", "OSError: Unable to load weights from pytorch checkpoint file for 'x'"),
    ("RP41", "tensor 'blk.0' data is not within the file bounds, model is corrupted or incomplete"),
    ("RP41", "zipfile.BadZipFile: File is not a zip file"),
    ("RP41", "error loading model: invalid magic"),
    ("RP41", "invalid header length"),
    ("RP41", "gguf_init_from_file: invalid magic characters"),
    ("RP42", "An error occurred (RequestTimeTooSkewed) when calling the PutObject operation"),
    (
        "RP42",
        "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1007)",
    ),
    (
        "RP42",
        "x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before 2026-01-01T00:00:00Z",
    ),
    (
        "RP42",
        "E: Release file for http://archive.ubuntu.com/ubuntu/dists/jammy-updates/InRelease is not valid yet (invalid for another 3h 20min 10s). Updates for this repository will not be applied.",
    ),
    ("RP42", "botocore.exceptions.ClientError: An error occurred (AuthFailure): clock skew"),
    ("RP42", "SignatureDoesNotMatch: Signature not yet current"),
    ("RP42", "jwt.exceptions.ImmatureSignatureError: The token is not yet valid (iat)"),
    (
        "RP42",
        "google.auth.exceptions.RefreshError: ('invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'",
    ),
    ("RP43", "Received SIGTERM: 15"),
    (
        "RP43",
        "torch.distributed.elastic.multiprocessing.api.SignalException: Process 12 got signal: 15",
    ),
    ("RP43", "Terminated"),
    (
        "RP43",
        "WARNING:torch.distributed.elastic.agent.server.api:Received 15 death signal, shutting down workers",
    ),
    ("RP43", "slurmstepd: error: *** JOB 1 CANCELLED AT 2026 DUE TO PREEMPTION ***"),
    ("RP43", "lastStatusChange: terminated_outbid"),
    ("RP43", "Process terminated by SIGTERM"),
    ("RP43", "caught SIGTERM, saving checkpoint"),
    ("RP44", '{"title":"Unauthorized","status":401}'),
    ("RP44", '{"title":"Forbidden","status":403,"detail":"insufficient scope"}'),
    ("RP44", "runpod.error.AuthenticationError: Unauthorized request, please check your API key."),
    ("RP44", 'Error: data is nil: {"data":{"myself":null}}'),
    ("RP44", "Error: statuscode 401"),
    (
        "RP44",
        'error: Post "https://api.runpod.io/graphql": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ),
    ("RP44", "HTTP/2 429\nretry-after: 12"),
    ("RP44", '{"title":"Too Many Requests","status":429,"detail":"rate limit exceeded"}'),
    ("RP44", 'RateLimit: "minute";r=0;t=31'),
    (
        "RP44",
        '{"errors":[{"message":"Something went wrong. Please try again later or contact support."}]}',
    ),
    ("RP44", "401 Client Error: Unauthorized for url: https://rest.runpod.io/v1/pods"),
    ("RP44", "error code: 1010"),
    ("RP44", "429 Too Many Requests from api.runpod.io"),
    ("RP45", "exec /start.sh: exec format error"),
    ("RP45", "exec /usr/bin/bash: exec format error"),
    ("RP45", "standard_init_linux.go:228: exec user process caused: exec format error"),
    ("RP45", "no matching manifest for linux/amd64 in the manifest list entries"),
    (
        "RP45",
        "WARNING: The requested image's platform (linux/arm64) does not match the detected host platform (linux/amd64/v3) and no specific platform was requested",
    ),
    (
        "RP45",
        "image with reference x was found but does not match the specified platform: wanted linux/amd64, actual: linux/arm64",
    ),
    ("RP45", "OSError: [Errno 8] Exec format error: '/app/bin'"),
    ("RP45", "cannot execute binary file: Exec format error"),
    (
        "RP47",
        "An error occurred (SignatureDoesNotMatch) when calling the ListObjectsV2 operation: SignatureDoesNotMatch: does not match any shared API key",
    ),
    (
        "RP47",
        "botocore.exceptions.PaginationError: Error during pagination: The same next token was received twice: {'ContinuationToken': 'x'}",
    ),
    ("RP47", "An error occurred (InvalidAccessKeyId) when calling the ListBuckets operation"),
    ("RP47", "botocore.exceptions.NoCredentialsError: Unable to locate credentials"),
    ("RP47", "An error occurred (403) when calling the HeadObject operation: Forbidden"),
    (
        "RP47",
        "fatal error: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied",
    ),
    ("RP47", "upload failed: ./x to s3://vol/x An error occurred (EntityTooLarge)"),
    ("RP49", "OSError: [Errno 30] Read-only file system: '/workspace/x'"),
    ("RP49", "EXT4-fs (dm-3): Remounting filesystem read-only"),
    (
        "RP49",
        "EXT4-fs error (device dm-3): ext4_journal_check_start:83: comm python: Detected aborted journal",
    ),
    ("RP49", "touch: cannot touch '/workspace/x': Read-only file system"),
    ("RP49", "Read-only file system (os error 30)"),
    ("RP49", "Buffer I/O error on dev nvme0n1, logical block 0, async page read"),
    ("RP49", "mkdir: cannot create directory ‘/workspace/x’: Read-only file system"),
    ("RP49", "XFS (md0): Corruption of in-memory data (0x8) detected. Shutting down filesystem."),
    (
        "RP34",
        "UserWarning: This DataLoader will create 16 worker processes in total. Our suggested max number of worker in current system is 6, which is smaller than what this DataLoader is going to create.",
    ),
    (
        "RP32",
        "dd of=/workspace/t bs=1M count=256: 268435456 bytes (268 MB, 256 MiB) copied, 41.2 s, 6.5 MB/s",
    ),
    ("RP35", "|    0   N/A  N/A      4242      C   [Not Found]                     71214MiB |"),
    ("RP35", "4242, [Not Found], 71214 MiB"),
    (
        "RP40",
        "[W 2026-11-20 10:00:03.120 ServerApp] 401 POST /login?next=%2Flab (@127.0.0.1) 4.1ms",
    ),
    ("RP40", "Password or token:\nInvalid credentials"),
    ("RP44", "$ runpodctl pod list\nError: unauthorized"),
    ("RP17", "There is not enough disk space on the host for this pod"),
)

Wrap = Callable[[str], str]
WRAPS: Final[dict[str, Wrap]] = {
    "ISO time": lambda line: f"2026-11-20T10:00:01.123456789Z {line}",
    "Kubernetes": lambda line: f"2026-11-20T10:00:01.123456789Z stderr F {line}",
    "bracketed time": lambda line: f"[2026-11-20 10:00:01,123] {line}",
    "Python logging": lambda line: f"2026-11-20 10:00:01,123 - ERROR - {line}",
    "loguru": lambda line: f"2026-11-20 10:00:01.123 | ERROR    | train:main:88 - {line}",
    "glog": lambda line: f"E1120 10:00:01.123456   812 main.cc:88] {line}",
    "journald": lambda line: f"Nov 20 10:00:01 host python[812]: {line}",
    "docker compose": lambda line: f"trainer-1  | {line}",
    "rank": lambda line: f"[rank0]: {line}",
    "colour": lambda line: f"\x1b[31m{line}\x1b[0m",
    "coloured level": lambda line: f"\x1b[1;31mERROR\x1b[0m {line}",
    "RunPod's event": lambda line: json.dumps(
        {"ts": "2026-11-20T10:00:01Z", "source": "container", "line": line}
    ),
    "docker's file": lambda line: json.dumps(
        {"log": f"{line}\n", "stream": "stderr", "time": "2026-11-20T10:00:01Z"}
    ),
    "JSON logger": lambda line: json.dumps({"level": "error", "msg": line, "time": 1}),
    "Windows line end": lambda line: f"{line}\r\n",
    "after a progress bar": lambda line: f"10%|#   | 1/10\r{line}",
    "bytes of a subprocess": lambda line: f"b'{line}'",
}
ALONE_ON_THEIR_LINE: Final = {"RP13", "RP15", "RP24", "RP25", "RP34", "RP36", "RP43"}
"""Some of their strings count only as a whole line, or as rows: a word in a sentence is not enough."""


@pytest.mark.parametrize(("code", "text"), PRINTED, ids=lambda value: value[:40])
def test_what_a_program_prints_is_recognised_in_each_of_its_versions(code: str, text: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize("name", WRAPS)
def test_what_wraps_a_line_does_not_hide_it(name: str) -> None:
    hidden = [
        (detector.code, text)
        for detector in all_detectors()
        if detector.code not in ALONE_ON_THEIR_LINE
        for text, _ in detector.strings
        if "\n" not in text and "'" not in text
        if detector.code not in codes(WRAPS[name](text))
    ]
    assert hidden == []


@pytest.mark.parametrize(
    "last", [text for code, text in PRINTED if code in ("RP11", "RP23", "RP41")]
)
def test_the_last_line_of_a_traceback_is_enough(last: str) -> None:
    head = (
        'Traceback (most recent call last):\n  File "train.py", line 88, in <module>\n    main()\n'
    )
    assert set(codes(last)) <= set(codes(head + last))


BENIGN: Final = (
    'raise RuntimeError("No space left on device")',
    'if "CUDA out of memory" in str(error):',
    '    "No space left on device",',
    'ERRORS = (b"Read-only file system", b"Disk quota exceeded")',
    "@pytest.mark.parametrize('text', ['Killed'])",
    "@retry(on='429 Too Many Requests')",
    "tmpfs           4.0K  4.0K     0 100% /run/nvidia-ctk-hook",
    "mfs#euro.runpod.net:9421  2.3P  1.4P  885T  62% /workspace",
    "        Idle                              : Active",
    "        SW Power Cap                      : Active",
    "        HW Thermal Slowdown               : Not Active",
    "        SRAM Uncorrectable                : 0",
    "Warning: Permanently added '[213.173.108.100]:12157' (ED25519) to the list of known hosts.",
    "start container for runpod/pytorch:1.0.2: begin",
    "|  No running processes found                                                             |",
    "Jupyter Lab is running at http://localhost:8888/lab?token=...",
    "Downloading shards: 100%|##########| 4/4 [00:12<00:00,  3.1s/it]",
    "2026-11-20 10:00:01 INFO retrying in 1 s, attempt 2 of 5",
    "W0000 cuda_dnn.cc:8] Cannot dlopen some GPU libraries, cuDNN not found",
    "NOTE: CUDA Forward Compatibility mode ENABLED.",
    "the remaining balance is $12.40",
    "oom_kill 0",
    '"OOMKilled": false',
    "returncode=0, exit=0",
    "signal handlers installed for SIGTERM and SIGINT",
    "using token from environment, 128 tokens a second",
)


@pytest.mark.parametrize("line", BENIGN)
def test_what_only_speaks_of_it_or_is_normal_finds_nothing(line: str) -> None:
    assert codes(line) == []


def test_a_429_on_the_way_to_a_whole_download_is_no_finding() -> None:
    refused = (
        "HTTP Error 429 thrown while requesting HEAD https://huggingface.co/acme/x/resolve/main/a"
    )
    assert codes(refused) == ["RP38"]
    assert codes(f"{refused}\nRetrying in 1s [Retry 1/5].\nDownload complete: a") == []
