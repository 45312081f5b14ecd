"""What NVIDIA's and AMD's tools and the files of CUDA say, beside the plain query."""

from pathlib import Path

import pytest

from rgt_tui.domain.units import MIB
from rgt_tui.probes import BadSection, cuda, gpu_health, nvidia_smi, rocm_smi
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell, write
from tests.shared import shared_file

UUID = "GPU-5b1f0d1e-94a1-5a6c-3a0e-8f4f8f4c2b11"
PLAIN = f"0, {UUID}, NVIDIA L40S, 100, 100, 46068, 80, 60.00, 350.00, 550.90.07"
ROCM = (
    "WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status\n\n"
    "device,Temperature (Sensor junction) (C),Temperature (Sensor memory) (C),"
    "Current Socket Graphics Package Power (W),Max Graphics Package Power (W),GPU use (%),GFX Activity,"
    "VRAM Total Memory (B),VRAM Total Used Memory (B),Card Series,Card Model\n"
    'card0,41.0,38.0,162.0,750.0,0,1,206141652992,297795584,"AMD Instinct MI300X, OAM",0x74a1\n'
    "card1,N/A,38.0,N/A,750.0,97,9,206141652992,N/A,AMD Instinct MI300X OAM,0x74a1\n"
)


def test_clocks_and_what_holds_them_down_are_read() -> None:
    line = f"{PLAIN}, P0, 2520, 2520, 9001, 0x0000000000000044"
    (gpu,) = nvidia_smi.parse(said(f"> gpus\n{line}\n< 0\n")).gpus
    assert (gpu.pstate, gpu.sm_mhz, gpu.sm_max_mhz, gpu.memory_mhz) == ("P0", 2520, 2520, 9001)
    assert gpu.slowed_by == ("power cap", "hardware heat limit")
    assert gpu.is_throttled


@pytest.mark.parametrize(
    ("mask", "reasons", "is_throttled"),
    [
        ("0x0000000000000000", (), False),
        ("0x0000000000000001", ("idle",), False),
        ("0x0000000000000004", ("power cap",), False),
        ("0x00000000000000A8", ("hardware slowdown", "software heat limit", "power brake"), True),
        ("[N/A]", None, False),
    ],
)
def test_idling_and_the_power_cap_are_no_throttling(
    mask: str, reasons: tuple[str, ...] | None, is_throttled: bool
) -> None:
    (gpu,) = nvidia_smi.parse(said(f"> gpus\n{PLAIN}, P8, 210, 2520, 405, {mask}\n< 0\n")).gpus
    assert (gpu.slowed_by, gpu.is_throttled) == (reasons, is_throttled)


def test_an_old_driver_that_tells_less_is_read_too() -> None:
    (gpu,) = nvidia_smi.parse(said(f"> gpus\n{PLAIN}\n< 0\n")).gpus
    assert (gpu.name, gpu.power_w, gpu.sm_mhz, gpu.slowed_by) == ("NVIDIA L40S", 60.0, None, None)


def test_full_use_at_idle_power_is_waiting_and_not_work() -> None:
    (gpu,) = nvidia_smi.parse(said(f"> gpus\n{PLAIN}\n< 0\n")).gpus
    assert gpu.work == "waits"


def test_the_figures_of_each_gpu_are_kept_for_the_history() -> None:
    report = nvidia_smi.parse(said(f"> gpus\n{PLAIN}\n< 0\n"))
    assert dict(report.sample())["power.0"] == 60.0


OLD = r"""case "$*" in
  *clocks_event_reasons*) echo 'Field "clocks_event_reasons.active" is not a valid field to query.'; exit 2 ;;
  *query-gpu*clocks_throttle_reasons*) echo '@@, P0, 1, 2, 3, 0x0000000000000020' ;;
  *query-compute-apps*) ;;
esac""".replace("@@", PLAIN)
STONE_AGE = r"""case "$*" in
  *query*) echo 'Field "x" is not a valid field to query.'; exit 2 ;;
  *) cat "$TABLE" ;;
esac"""


def tool(folder: Path, name: str, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_reasons_are_asked_under_the_old_name_where_the_new_one_is_refused(
    shell: list[str], tmp_path: Path
) -> None:
    path = tool(tmp_path / "bin", "nvidia-smi", OLD)
    report, _ = ask(the_shell(shell), "nvidia_smi", None, PATH=path)
    assert report.gpus[0].slowed_by == ("software heat limit",)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
@pytest.mark.parametrize(
    ("held", "calls"), [(("0", "4"), 1), (("0", "61440"), 2), (("[N/A]", "0"), 2)]
)
def test_processes_are_asked_for_where_a_gpu_holds_memory(
    shell: list[str], held: tuple[str, str], calls: int, tmp_path: Path
) -> None:
    """Each call costs tens of milliseconds of CPU."""
    rest = "46068, 30, 60.00, 350.00, 550.90.07, P8, 210, 2520, 405, 0x0000000000000001"
    rows = "\n".join(f"{n}, GPU-{n}, NVIDIA L40S, 0, {it}, {rest}" for n, it in enumerate(held))
    log = tmp_path / "asked"
    queries = f"*query-gpu*) echo '{rows}' ;; *) echo 'GPU-1, 7, python3, 61000' ;;"
    text = f"echo once >>'{log}'; case $* in {queries} esac"
    path = tool(tmp_path / "bin", "nvidia-smi", text)
    report, _ = ask(the_shell(shell), "nvidia_smi", None, PATH=path)
    assert len(report.gpus) == 2
    assert [it.pid for it in report.processes] == [7] * (calls - 1)
    assert log.read_text().count("once") == calls


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_where_every_query_is_refused_the_table_is_read(shell: list[str], tmp_path: Path) -> None:
    table = shared_file("runpod/captures/nvidia-smi_b300_idle_truncated.txt")
    path = tool(tmp_path / "bin", "nvidia-smi", STONE_AGE)
    report, _ = ask(the_shell(shell), "nvidia_smi", None, PATH=path, TABLE=str(table))
    (gpu,) = report.gpus
    assert (gpu.index, gpu.name, gpu.temperature_c) == (0, "NVIDIA B300 SXM6 AC", 23)
    assert (gpu.power_w, gpu.power_limit_w, gpu.util_percent, gpu.pstate) == (135, 1100, 0, "P0")
    assert (gpu.memory_used_bytes, gpu.memory_total_bytes) == (0, 275040 * MIB)
    assert (report.driver, report.cuda) == ("580.126.09", "13.0")
    assert gpu.work == "idle"


def test_the_noted_line_of_an_rtx_5090_is_read() -> None:
    noted = shared_file("runpod/captures/pod_gpu_csv_line_2026-10.txt").read_text().strip()
    name, memory, driver = noted.split(", ")
    line = (
        f"0, {UUID}, {name}, 97, 30012, {memory.removesuffix(' MiB')}, 71, 512.40, 575.00, {driver}"
    )
    report = nvidia_smi.parse(said(f"> gpus\n{line}\n< 0\n"))
    assert report.gpus[0].name == "NVIDIA GeForce RTX 5090"
    assert report.gpus[0].memory_total_bytes == 32607 * MIB
    assert report.driver == "610.43.02"


def test_memory_faults_are_joined_from_both_queries() -> None:
    report = gpu_health.parse(
        said(
            f"> ecc\n{UUID}, Enabled, 12, 1, 3\nGPU-b, [N/A], [N/A], [N/A], [N/A]\n< 0\n"
            f"> rows\n{UUID}, 0, 2, Yes, No\n< 0\n"
        )
    )
    sick, plain = report.gpus
    assert (sick.corrected, sick.uncorrected, sick.uncorrected_ever) == (12, 1, 3)
    assert (sick.rows_uncorrected, sick.rows_pending, sick.rows_failed) == (2, True, False)
    assert sick.is_bad
    assert (plain.ecc_on, plain.uncorrected, plain.rows_pending, plain.is_bad) == (
        None,
        None,
        None,
        False,
    )
    assert report.of(UUID) == sick


def test_a_card_that_refuses_the_question_for_rows_keeps_its_errors() -> None:
    text = f"> ecc\n{UUID}, Disabled, 0, 0, 0\n< 0\n> rows\nNot supported\n< 3\n"
    (gpu,) = gpu_health.parse(said(text)).gpus
    assert (gpu.ecc_on, gpu.uncorrected, gpu.rows_failed) == (False, 0, None)


def test_a_tool_that_hangs_is_no_clean_bill_of_health() -> None:
    with pytest.raises(BadSection, match="did not answer within 8 s"):
        gpu_health.parse(said("> ecc\n", timed_out=True))


def test_amd_gpus_are_read_by_the_names_of_columns_behind_a_warning() -> None:
    report = rocm_smi.parse(said(f"> rocm\n{ROCM}< 0\ndriver 6.10.5\n"))
    first, second = report.gpus
    assert (first.name, first.util_percent) == ("AMD Instinct MI300X, OAM", 0)
    assert (first.memory_used_bytes, first.memory_total_bytes) == (297795584, 206141652992)
    assert (first.temperature_c, first.power_w, first.power_limit_w) == (41, 162, 750)
    assert (second.util_percent, second.memory_used_bytes, second.power_w) == (97, None, None)
    assert report.driver == "6.10.5"


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("! none\n", "no AMD GPU", False),
        ("! tool\n", "rocm-smi is not installed", True),
        ("> rocm\nERROR: driver not loaded\n< 2\n", "ERROR: driver not loaded", True),
    ],
)
def test_why_there_is_no_amd_gpu_is_said(text: str, words: str, expected: bool) -> None:
    report = rocm_smi.parse(said(text))
    assert words in (report.absent or "")
    assert report.is_expected is expected


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_versions_of_cuda_are_read_without_importing_anything(
    shell: list[str], tmp_path: Path
) -> None:
    put(
        tmp_path,
        proc__driver__nvidia__version="NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  x\n",
    )
    write(
        tmp_path,
        "usr/local/cuda/version.json",
        '{\n "cuda" : {\n  "name" : "CUDA SDK",\n  "version" : "12.8.1"\n },\n'
        ' "other" : {\n  "version" : "9.9"\n }\n}\n',
    )
    write(
        tmp_path,
        "usr/local/lib/python3.12/dist-packages/torch/version.py",
        "from typing import Optional\n__version__ = '2.8.0+cu128'\ndebug = False\n"
        "cuda: Optional[str] = '12.8'\nhip: Optional[str] = None\n",
    )
    report, _ = ask(the_shell(shell), "cuda", tmp_path, PATH="/nowhere")
    assert report.driver == "570.86.15"
    assert report.toolkit == "12.8.1"
    (torch,) = report.torches
    assert (torch.version, torch.cuda, torch.hip) == ("2.8.0+cu128", "12.8", None)
    assert torch.path.endswith("dist-packages/torch/version.py")
    assert report.wanted == "12.8.1"


@pytest.mark.parametrize("shell", SHELLS, ids=lambda argv: argv[0])
def test_pytorch_is_found_in_the_environment_of_the_first_python(
    shell: list[str], tmp_path: Path
) -> None:
    write(tmp_path, "env/bin/python3", "#!/bin/sh\n")
    (tmp_path / "env/bin/python3").chmod(0o700)
    version = "env/lib/python3.12/site-packages/torch/version.py"
    write(tmp_path, version, "__version__ = '2.11.0+cu130'\ncuda: Optional[str] = '13.0'\n")
    report, _ = ask(the_shell(shell), "cuda", None, PATH=str(tmp_path / "env/bin"))
    assert (report.torches[0].path, report.torches[0].cuda) == (str(tmp_path / version), "13.0")


@pytest.mark.parametrize(
    ("driver", "image", "verdict"),
    [
        ("12.8", "12.4", "ok"),
        ("12.8", "12.8.1", "ok"),
        ("12.4", "12.8.1", "newer"),
        ("12.6", "13.0", "too old"),
        (None, "12.8", None),
        ("12.8", None, None),
    ],
)
def test_a_driver_is_judged_against_what_the_image_was_built_for(
    driver: str | None, image: str | None, verdict: str | None
) -> None:
    assert cuda.CudaReport(driver_cuda=driver, toolkit=image).verdict == verdict


def test_a_broken_host_is_known_by_what_the_driver_answers() -> None:
    table = "table | NVIDIA-SMI 580.126.09 Driver Version: 580.126.09 CUDA Version: 13.0 |\n"
    report = cuda.parse(said(f"begun 1\n{table}arch 10.3\ninit 999\n"))
    assert (report.driver_cuda, report.archs, report.init_code) == ("13.0", ("10.3",), 999)
