import pytest

from rgt_tui.domain.units import MIB
from rgt_tui.probes import BadSection
from rgt_tui.probes.nvidia_smi import parse
from tests.probes.captured import said

UUID = "GPU-5b1f0d1e-94a1-5a6c-3a0e-8f4f8f4c2b11"
GPUS = (
    f"> gpus\n0, {UUID}, NVIDIA B300 SXM6 AC, 0, 0, 275040, 23, 135.21, 1100.00, 580.126.09\n< 0\n"
)
"""The figures of the public paste of an idle B300 Pod, in the columns that are asked for."""
TABLE = (
    "| NVIDIA-SMI 580.126.09             Driver Version: 580.126.09     CUDA Version: 13.0     |\n"
)


def test_an_idle_gpu_is_read_whole() -> None:
    report = parse(said(f"{GPUS}> apps\n< 0\n{TABLE}"))
    (gpu,) = report.gpus
    assert (gpu.index, gpu.uuid, gpu.name) == (0, UUID, "NVIDIA B300 SXM6 AC")
    assert (gpu.util_percent, gpu.memory_used_bytes) == (0, 0)
    assert gpu.memory_total_bytes == 275040 * MIB
    assert (gpu.temperature_c, gpu.power_w, gpu.power_limit_w) == (23, 135.21, 1100)
    assert (report.driver, report.cuda, report.absent) == ("580.126.09", "13.0", None)


@pytest.mark.parametrize("word", ["[N/A]", "[Not Supported]", "[Unknown Error]", "N/A", "nan"])
def test_a_figure_that_is_not_given_is_unknown_not_zero(word: str) -> None:
    line = f"0, {UUID}, Tesla, {', '.join([word] * 6)}, 550.1"
    (gpu,) = parse(said(f"> gpus\n{line}\n< 0\n")).gpus
    assert gpu.util_percent is None
    assert gpu.memory_used_bytes is None
    assert gpu.power_limit_w is None


def test_processes_are_joined_by_gpu_also_with_commas_in_their_names() -> None:
    apps = f"{UUID}, 402, /usr/bin/python, -m train, 29800\n{UUID}, 7, [Not Found], [N/A]\n"
    first, second = parse(said(f"{GPUS}> apps\n{apps}< 0\n")).processes
    assert (first.gpu_uuid, first.pid, first.name) == (UUID, 402, "/usr/bin/python, -m train")
    assert first.memory_bytes == 29800 * MIB
    assert second.memory_bytes is None


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("! none\n", "no GPU: nvidia-smi is not installed"),
        ("> gpus\nNo devices were found\n< 6\n", "no GPU: nvidia-smi says: No devices were found"),
        ("> gpus\n< 0\n", "no GPU: nvidia-smi lists none"),
        (
            "> gpus\nFailed to initialize NVML: Unknown Error\n< 255\n",
            "no GPU: nvidia-smi says: Failed to initialize NVML: Unknown Error",
        ),
    ],
)
def test_why_there_is_no_gpu_is_said_in_words(text: str, absent: str) -> None:
    report = parse(said(text))
    assert report.gpus == ()
    assert report.absent == absent


def test_an_amd_gpu_is_named_as_what_it_is() -> None:
    assert "AMD GPU" in (parse(said("! amd\n")).absent or "")


def test_gpus_that_were_listed_before_the_time_ran_out_are_kept() -> None:
    assert len(parse(said(f"{GPUS}> apps\n", timed_out=True)).gpus) == 1


def test_a_tool_that_never_answers_is_not_taken_for_a_host_without_gpu() -> None:
    with pytest.raises(BadSection, match="did not answer within 8 s"):
        parse(said("> gpus\n", timed_out=True))


def test_a_hostile_name_is_safe_to_show() -> None:
    line = f"0, {UUID}, \x1b]52;c;aGk=\x07GPU, 1, 1, 1, 1, 1, 1, 1"
    (gpu,) = parse(said(f"> gpus\n{line}\n< 0\n")).gpus
    assert gpu.name == r"\x1b]52;c;aGk=\x07GPU"


@pytest.mark.parametrize("version", ["CUDA Version: 12.8", "CUDA UMD Version: 13.1"])
def test_the_cuda_version_is_found_in_the_table(version: str) -> None:
    assert parse(said(f"{GPUS}> apps\n< 0\n| {version} |\n")).cuda == version.split()[-1]


@pytest.mark.parametrize("word", ["²", "9" * 5000])
def test_an_index_pid_or_status_that_is_no_number_is_passed_over(word: str) -> None:
    row = f"{word}, {UUID}, Tesla, 0, 0, 1, 23, 1, 1, 550.1\n"
    report = parse(said(f"{GPUS}> apps\n{UUID}, {word}, python, 1\n< {word}\n"))
    assert (len(report.gpus), report.processes) == (1, ())
    assert parse(said(f"> gpus\n{row}< {word}\n")).gpus == ()


@pytest.mark.parametrize("word", ["1e308", "-1e300", "-500", "inf", "9" * 400])
def test_a_figure_that_cannot_be_is_unknown(word: str) -> None:
    line = f"0, {UUID}, Tesla, {', '.join([word] * 6)}, 550.1"
    (gpu,) = parse(said(f"> gpus\n{line}\n< 0\n")).gpus
    assert (gpu.util_percent, gpu.memory_used_bytes, gpu.memory_total_bytes) == (None, None, None)
    assert (gpu.temperature_c, gpu.power_w, gpu.power_limit_w) == (None, None, None)
